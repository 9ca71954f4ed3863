using CustomerInsights.Sdk.Testing;

namespace CustomerInsights.FilePlugins.Tests;

/// <summary>Checks that measure memory and watch for connections see the whole process.</summary>
[CollectionDefinition("Conformance", DisableParallelization = true)]
public sealed class ConformanceTestsRunAlone;

/// <summary>The built-in plugins keep the contract that others are asked to keep.</summary>
[Collection("Conformance")]
public sealed class ConformanceTests
{
    [Theory]
    [InlineData("customer-insights.csv-connector", "connectors/csv", ConformanceTier.Silver)]
    [InlineData("customer-insights.json-connector", "connectors/json", ConformanceTier.Bronze)]
    [InlineData("customer-insights.csv-export", "exports/csv", ConformanceTier.Silver)]
    public async Task A_built_in_plugin_conforms_in_process_and_in_a_worker(string id, string folder, ConformanceTier tier)
    {
        var report = await ConformanceKit.VerifyAsync(
            Path.Combine(RepositoryRoot.Path, "artifacts", "plugins", id, "0.9.0"),
            Path.Combine(RepositoryRoot.Path, "plugins", folder, "conformance", "test.json"),
            CancellationToken.None);

        Assert.Equal(tier, report.Tier);
    }
}
