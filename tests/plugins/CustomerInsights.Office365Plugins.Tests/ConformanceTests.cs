using CustomerInsights.Sdk.Testing;

namespace CustomerInsights.Office365Plugins.Tests;

/// <summary>Checks that measure memory and watch for connections see the whole process.</summary>
[CollectionDefinition("Conformance", DisableParallelization = true)]
public sealed class ConformanceTestsRunAlone;

/// <summary>The enrichment keeps the contract, in process and in a worker.</summary>
[Collection("Conformance")]
public sealed class ConformanceTests
{
    [Fact]
    public async Task The_enrichment_conforms_in_process_and_in_a_worker()
    {
        var report = await ConformanceKit.VerifyAsync(
            Path.Combine(RepositoryRoot.Path, "artifacts", "plugins", "customer-insights.office365-engagement", "0.9.0"),
            Path.Combine(RepositoryRoot.Path, "plugins", "enrichments", "office365-engagement", "conformance", "test.json"),
            CancellationToken.None);

        Assert.Equal(ConformanceTier.Silver, report.Tier);
    }
}
