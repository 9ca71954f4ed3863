using System.Text;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Lifecycle;

/// <summary>The same in the host's process.</summary>
public sealed class HealthyPluginTests() : HealthyPluginCases(IsolationMode.InProcess)
{
    [Fact]
    public async Task At_the_first_start_the_file_is_made_with_the_built_in_plugins_enabled()
    {
        await using var sandbox = new PluginSandbox();
        sandbox.Add("test.healthy");
        await sandbox.StartAsync();
        Assert.Contains("test.healthy", File.ReadAllText(sandbox.DesiredPath), StringComparison.Ordinal);
        Assert.Equal(PluginState.Active, sandbox.Status("test.healthy").State);
    }
}

/// <summary>The same in a worker.</summary>
public sealed class HealthyPluginInWorkerTests() : HealthyPluginCases(IsolationMode.Process);

/// <summary>What a healthy plugin does, wherever it runs.</summary>
public abstract class HealthyPluginCases(IsolationMode isolation) : IAsyncLifetime
{
    private readonly PluginSandbox _sandbox = new();

    public async Task InitializeAsync()
    {
        _sandbox.Add("test.healthy");
        await _sandbox.StartAsync(isolation, PluginSandbox.Fast with { Check = TimeSpan.FromSeconds(5), Discover = TimeSpan.FromSeconds(5), Silence = TimeSpan.FromSeconds(5) });
    }

    public Task DisposeAsync() => _sandbox.DisposeAsync().AsTask();

    [Fact]
    public void It_is_active_with_its_four_components()
    {
        var status = _sandbox.Status("test.healthy");
        Assert.Equal(PluginState.Active, status.State);
        Assert.Equal("1.0.0", status.RunningVersion);
        Assert.Equal("Healthy", status.Manifest!.Name);
        Assert.Equal(4, status.Contributions.Count);
    }

    [Fact]
    public async Task A_connector_checks_discovers_and_reads()
    {
        await using var source = await OpenSourceAsync("""{"rows":25}""");
        Assert.True((await source.CheckAsync(default)).Ok);
        Assert.Equal("rows", Assert.Single((await source.DiscoverAsync(default)).Streams).Name);
        var messages = await source.ReadAsync(PluginSandbox.Rows, default).ToListAsync();
        Assert.Equal(25, messages.OfType<RecordBatch>().Sum(batch => batch.Records.Count));
        Assert.Equal(3, messages.OfType<Checkpoint>().Count());
        Assert.IsType<StreamEnded>(messages[^1]);
        await Eventually.TrueAsync(() => _sandbox.Services.Reports.Count == 3, () => $"{_sandbox.Services.Reports.Count} reports");
        Assert.True(_sandbox.Services.Values.ContainsKey("seen"));
    }

    [Fact]
    public async Task A_profile_enrichment_answers_in_order()
    {
        await using var enrichment = await _sandbox.Host.OpenEnrichmentAsync("test.healthy", "greeting", "c1", "{}"u8.ToArray(), default);
        Assert.False(enrichment.IsPopulation);
        var results = await enrichment.EnrichAsync([new ProfileInput("p1", ["Ann"]), new ProfileInput("p2", [FieldValue.Null])], default);
        Assert.Equal("Hello Ann", results[0].Values!["text"].AsText());
        Assert.Equal(EnrichmentOutcome.Skipped, results[1].Outcome);
    }

    [Fact]
    public async Task A_population_enrichment_sees_everyone_and_answers()
    {
        await using var enrichment = await _sandbox.Host.OpenEnrichmentAsync("test.healthy", "rank", "c1", "{}"u8.ToArray(), default);
        Assert.True(enrichment.IsPopulation);
        var messages = await enrichment.RunAsync(new TwoProfiles(), null, default).ToListAsync();
        Assert.Equal("p2", Assert.IsType<AttributeBatch>(messages[0]).Results[0].ProfileId);
        Assert.Equal("Ranked 2.", Assert.IsType<EnrichmentReport>(messages[^1]).Summary);
    }

    [Fact]
    public async Task A_population_enrichment_asks_conditions_and_is_handed_the_answers()
    {
        var asked = """
            {"conditions":[
              {"name":"buys","rule":"exists(order where amount > 1)","at":"2026-03-01T12:00:00.1234567+02:00","before":86400.5,"within":0.0000001},
              {"name":"matters","rule":"text is present"}
            ]}
            """;
        await using var enrichment = await _sandbox.Host.OpenEnrichmentAsync("test.healthy", "rank", "c1", Encoding.UTF8.GetBytes(asked), default);
        var conditions = (await enrichment.DescribeAsync(default)).Conditions;
        Assert.Equal(
            [
                new EnrichmentCondition("buys", "exists(order where amount > 1)")
                {
                    At = new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.Zero).AddTicks(1_234_567),
                    Before = TimeSpan.FromSeconds(86_400.5),
                    Within = TimeSpan.FromTicks(1),
                },
                new EnrichmentCondition("matters", "text is present"),
            ],
            conditions);
        Assert.Equal(TimeSpan.Zero, conditions[0].At!.Value.Offset);
        var batch = Assert.IsType<AttributeBatch>((await enrichment.RunAsync(new TwoProfiles([true, false], [false, true]), null, default).ToListAsync())[0]);
        Assert.Equal(
            [("p2", false, true), ("p1", true, false)],
            batch.Results.Select(result => (result.ProfileId, result.Values!["buys"].AsBoolean(), result.Values["matters"].AsBoolean())));
    }

    [Fact]
    public async Task An_export_writes_and_commits()
    {
        await using var export = await _sandbox.Host.OpenExportAsync("test.healthy", null, "c1", "{}"u8.ToArray(), default);
        Assert.Equal(100, (await export.DescribeAsync(default)).MaxBatch);
        await using var session = await export.OpenAsync(new ExportJob("r", "e", "s", [], 1, DateTimeOffset.UnixEpoch), default);
        var outcomes = await session.WriteAsync("b1", [new ExportMember("p1", MemberChange.Added, [])], default);
        Assert.Equal(MemberResult.Accepted, Assert.Single(outcomes).Result);
        Assert.Equal("1 members.", (await session.CommitAsync(default)).Summary);
    }

    [Fact]
    public async Task A_secret_never_reaches_the_log()
    {
        await using var source = await OpenSourceAsync("""{"rows":1,"token":{"$secret":"token"}}""");
        await source.CheckAsync(default);
        await Eventually.TrueAsync(() => _sandbox.Loggers.Lines.Any(line => line.Text.Contains("The secret is", StringComparison.Ordinal)), () => "no line");
        var line = Assert.Single(_sandbox.Loggers.Lines, line => line.Text.Contains("The secret is", StringComparison.Ordinal));
        Assert.Equal("The secret is ***.", line.Text);
        Assert.Equal("Plugin.test.healthy", line.Category);
    }

    [Theory]
    [InlineData("""{}""", "(document): 'rows' is missing; add it.", "")]
    [InlineData("""{"rows":"7"}""", "/rows: Expected a whole number, found text, '7'.", "/rows")]
    [InlineData("""{"rows":1,"rowz":2}""", "/rowz: 'rowz' is not known here; did you mean 'rows'?", "/rowz")]
    [InlineData("""{"rows":""", "(document): Not valid JSON at line 1, column 9: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed.", "")]
    public async Task A_configuration_that_does_not_pass_the_schema_is_refused_before_the_plugin_sees_it(string configuration, string message, string path)
    {
        var error = await Assert.ThrowsAsync<PluginCallException>(async () => await OpenSourceAsync(configuration));
        Assert.Equal(FailureKind.Configuration, error.Failure.Kind);
        Assert.Equal(message, error.Failure.Message);
        Assert.Equal(path, error.Failure.ConfigurationPath);
    }

    [Fact]
    public async Task What_is_not_there_is_named()
    {
        var noPlugin = await Assert.ThrowsAsync<PluginCallException>(async () => await _sandbox.Host.OpenSourceAsync("test.other", null, "c", "{}"u8.ToArray(), default));
        Assert.Equal("There is no plugin test.other.", noPlugin.Failure.Message);
        var several = await Assert.ThrowsAsync<PluginCallException>(async () => await _sandbox.Host.OpenEnrichmentAsync("test.healthy", null, "c", "{}"u8.ToArray(), default));
        Assert.Equal("The plugin test.healthy has several components of kind enrichment; name one of greeting, rank.", several.Failure.Message);
        Assert.Null(_sandbox.Host.FindContribution(PluginKind.Enrichment, "test.healthy", null));
        Assert.Equal("Rows", _sandbox.Host.FindContribution(PluginKind.Connector, "test.healthy", null)!.Title);
    }

    [Fact]
    public async Task A_second_call_at_once_is_a_mistake_of_the_host()
    {
        await using var source = await OpenSourceAsync("""{"rows":20,"pauseAfter":10}""");
        await using var reading = source.ReadAsync(PluginSandbox.Rows, default).GetAsyncEnumerator();
        Assert.True(await reading.MoveNextAsync());
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => source.CheckAsync(default));
        Assert.Contains("CheckAsync was called while ReadAsync runs", error.Message, StringComparison.Ordinal);
    }

    private ValueTask<Components.PluginSource> OpenSourceAsync(string configuration) =>
        _sandbox.Host.OpenSourceAsync("test.healthy", "rows", "c1", Encoding.UTF8.GetBytes(configuration), CancellationToken.None);

    private sealed class TwoProfiles(IReadOnlyList<bool>? first = null, IReadOnlyList<bool>? second = null) : IPopulation
    {
        public long Count => 2;

        public DateTimeOffset AsOf => DateTimeOffset.UnixEpoch;

        public async IAsyncEnumerable<IReadOnlyList<ProfileInput>> ReadAsync(string? afterProfileId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            yield return [new ProfileInput("p1", [1.0]) { Conditions = first ?? [] }, new ProfileInput("p2", [2.0]) { Conditions = second ?? [] }];
        }
    }
}
