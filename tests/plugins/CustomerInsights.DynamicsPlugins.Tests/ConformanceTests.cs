using CustomerInsights.Sdk.Testing;

namespace CustomerInsights.DynamicsPlugins.Tests;

/// <summary>Checks that measure memory and watch for connections see the whole process.</summary>
[CollectionDefinition("Conformance", DisableParallelization = true)]
public sealed class ConformanceTestsRunAlone;

/// <summary>The exports keep the contract, in process and in a worker.</summary>
[Collection("Conformance")]
public sealed class ConformanceTests
{
    [Theory]
    [InlineData("customer-insights.dynamics365-sales", "dynamics365-sales", ConformanceTier.Silver)]
    [InlineData("customer-insights.dynamics365-marketing", "dynamics365-marketing", ConformanceTier.Silver)]
    public async Task An_export_conforms_in_process_and_in_a_worker(string id, string folder, ConformanceTier tier)
    {
        var report = await ConformanceKit.VerifyAsync(
            Path.Combine(RepositoryRoot.Path, "artifacts", "plugins", id, "0.9.0"),
            Path.Combine(RepositoryRoot.Path, "plugins", "exports", folder, "conformance", "test.json"),
            CancellationToken.None);

        Assert.Equal(tier, report.Tier);
    }
}
