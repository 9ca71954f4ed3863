using CustomerInsights.Sdk.Testing;

namespace CustomerInsights.EdgePlugins.Tests;

/// <summary>Checks that measure memory and watch for connections see the whole process.</summary>
[CollectionDefinition("Conformance", DisableParallelization = true)]
public sealed class ConformanceTestsRunAlone;

/// <summary>The plugins keep the contract, in process and in a worker.</summary>
[Collection("Conformance")]
public sealed class ConformanceTests
{
    [Theory]
    [InlineData("customer-insights.http-connector", "connectors/http", ConformanceTier.Silver)]
    [InlineData("customer-insights.webhook", "exports/webhook", ConformanceTier.Silver)]
    public async Task A_plugin_conforms_in_process_and_in_a_worker(string id, string folder, ConformanceTier tier)
    {
        var report = await ConformanceKit.VerifyAsync(
            Path.Combine(RepositoryRoot.Path, "artifacts", "plugins", id, "0.9.0"),
            Path.Combine(RepositoryRoot.Path, "plugins", folder, "conformance", "test.json"),
            CancellationToken.None);

        Assert.Equal(tier, report.Tier);
    }
}
