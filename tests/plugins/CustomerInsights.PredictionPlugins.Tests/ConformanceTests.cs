using CustomerInsights.Sdk.Testing;

namespace CustomerInsights.PredictionPlugins.Tests;

/// <summary>Checks that measure memory and watch for connections see the whole process.</summary>
[CollectionDefinition("Conformance", DisableParallelization = true)]
public sealed class ConformanceTestsRunAlone;

/// <summary>The predictions keep the contract, in process and in a worker.</summary>
[Collection("Conformance")]
public sealed class ConformanceTests
{
    [Theory]
    [InlineData("churn")]
    [InlineData("lifetime-value")]
    [InlineData("next-order")]
    [InlineData("rfm")]
    [InlineData("scoring")]
    public async Task A_prediction_conforms_in_process_and_in_a_worker(string name)
    {
        var report = await ConformanceKit.VerifyAsync(
            Path.Combine(RepositoryRoot.Path, "artifacts", "plugins", "customer-insights." + name, "0.9.0"),
            Path.Combine(RepositoryRoot.Path, "plugins", "enrichments", name, "conformance", "test.json"),
            CancellationToken.None);

        Assert.Equal(ConformanceTier.Silver, report.Tier);
    }
}
