using CustomerInsights.Sdk.Testing;

namespace CustomerInsights.FilePlugins.Tests;

/// <summary>The built-in plugins keep the contract that others are asked to keep.</summary>
public sealed class ConformanceTests
{
    [Theory]
    [InlineData("customer-insights.csv-connector", "connectors/csv")]
    [InlineData("customer-insights.json-connector", "connectors/json")]
    [InlineData("customer-insights.csv-export", "exports/csv")]
    public async Task A_built_in_plugin_conforms_in_process_and_in_a_worker(string id, string folder)
    {
        var report = await ConformanceKit.VerifyAsync(
            Path.Combine(RepositoryRoot.Path, "artifacts", "plugins", id, "0.9.0"),
            Path.Combine(RepositoryRoot.Path, "plugins", folder, "conformance", "test.json"),
            CancellationToken.None);

        Assert.Equal(ConformanceTier.Silver, report.Tier);
    }
}
