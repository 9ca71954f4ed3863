using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk.Testing;

namespace CustomerInsights.EdgePlugins.Tests;

/// <summary>Checks that measure memory and watch for connections see the whole process.</summary>
[CollectionDefinition("Conformance", DisableParallelization = true)]
public sealed class ConformanceTestsRunAlone;

/// <summary>The plugins keep the contract, in process and in a worker.</summary>
[Collection("Conformance")]
public sealed class ConformanceTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [Theory]
    [InlineData("customer-insights.dataverse-connector", "connectors/dataverse", ConformanceTier.Silver)]
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

    // In a worker alone, which is what its manifest prefers. In process the kit loads and unloads the driver some seventy times, and once the runtime itself ended over that;
    // 'ci-plugin verify' does it by hand.
    [PostgresFact]
    public async Task The_PostgreSQL_connector_conforms_in_a_worker()
    {
        var folder = Path.Combine(RepositoryRoot.Path, "plugins", "connectors", "postgres", "conformance");
        var first = (string[])["schema.sql", "first.sql", "rights.sql"];
        await postgres.ExecuteAsync("postgres", $"CREATE ROLE kit_reader LOGIN PASSWORD '{PostgresServer.Password}'");
        foreach (var (database, files) in ((string, string[])[])
            [
                ("kit_first", first), ("kit_empty", ["schema.sql", "rights.sql"]), ("kit_large", ["schema.sql", "large.sql", "rights.sql"]), ("kit_bad", [.. first, "bad.sql"]), ("kit_changes", [.. first, "changes.sql"]),
            ])
        {
            await postgres.MakeAsync(database, [.. files.Select(file => File.ReadAllText(Path.Combine(folder, file)))]);
        }

        var test = Path.Combine(AppContext.BaseDirectory, "postgres-test.json");
        await File.WriteAllTextAsync(test, (await File.ReadAllTextAsync(Path.Combine(folder, "test.json"))).Replace("127.0.0.1:5432", postgres.Host, StringComparison.Ordinal));
        var report = await ConformanceKit.RunAsync(
            Path.Combine(RepositoryRoot.Path, "artifacts", "plugins", "customer-insights.postgres-connector", "0.9.0"),
            new ConformanceOptions { TestFile = test, Modes = [IsolationMode.Process] },
            CancellationToken.None);

        Assert.True(report.Passed, report.ToText());
        Assert.StartsWith("It was not checked with isolation 'InProcess'", report.TierReason, StringComparison.Ordinal);
    }
}
