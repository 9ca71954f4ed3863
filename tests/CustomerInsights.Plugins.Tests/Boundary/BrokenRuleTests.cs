using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Boundary;

/// <summary>What a plugin hands over against the rules of the SDK is its bug, and the message names the rule.</summary>
public sealed class BrokenRuleTests : IAsyncLifetime
{
    private readonly PluginSandbox _sandbox = new();

    public async Task InitializeAsync()
    {
        _sandbox.Add("test.faulty");
        var patient = TimeSpan.FromSeconds(10);
        await _sandbox.StartAsync(PluginSandbox.Fast with { Check = patient, Discover = patient, Silence = patient, StopGrace = patient, BugsBeforeFault = 100 });
    }

    public Task DisposeAsync() => _sandbox.DisposeAsync().AsTask();

    [Theory]
    [InlineData("nullMessage", "ReadAsync broke the rule 'not-null': It yielded null instead of a message.")]
    [InlineData("emptyBatch", "ReadAsync broke the rule 'count': A batch of 'rows' has 0 entries; 1 to 10,000 are allowed.")]
    [InlineData("bigBatch", "ReadAsync broke the rule 'count': A batch of 'rows' has 10,001 entries; 1 to 10,000 are allowed.")]
    [InlineData("unknownStream", "ReadAsync broke the rule 'stream': A RecordBatch is for the stream 'other', which was not asked for.")]
    [InlineData("wrongValues", "ReadAsync broke the rule 'record-values': Record 1 of the batch has 2 values for 1 fields.")]
    [InlineData("nullValues", "ReadAsync broke the rule 'not-null': Record.Values is null.")]
    [InlineData("emptyKey", "ReadAsync broke the rule 'record-key': Record 1 of the batch has a key of 0 characters; 1 to 400 are allowed.")]
    [InlineData("longKey", "ReadAsync broke the rule 'record-key': Record 1 of the batch has a key of 401 characters; 1 to 400 are allowed.")]
    [InlineData("longText", "ReadAsync broke the rule 'text-length': 'id' of record 1 has 1,048,577 characters; at most 1,048,576 are allowed.")]
    [InlineData("bigCheckpoint", "ReadAsync broke the rule 'state-size': The checkpoint of 'rows' has 65,537 bytes; 1 to 65,536 are allowed. Larger things belong in the plugin's storage.")]
    [InlineData("badCheckpoint", "ReadAsync broke the rule 'state-json': The checkpoint of 'rows' is not valid JSON.")]
    [InlineData("zeroVersion", "ReadAsync broke the rule 'state-version': The checkpoint of 'rows' has version 0; versions count from 1.")]
    [InlineData("noReason", "ReadAsync broke the rule 'reason': A rejected record of 'rows' has no reason.")]
    [InlineData("afterEnd", "ReadAsync broke the rule 'stream-ended': A Checkpoint came for the stream 'rows' after its StreamEnded.")]
    [InlineData("noEnd", "ReadAsync broke the rule 'stream-end': It ended without a StreamEnded for 'rows'.")]
    public async Task A_read_that_breaks_a_rule_fails_after_what_came_before(string how, string message)
    {
        await using var source = await _sandbox.OpenFaultyAsync("", how);
        var seen = new List<SourceMessage>();
        var error = await Assert.ThrowsAsync<PluginCallException>(async () =>
        {
            await foreach (var item in source.ReadAsync(PluginSandbox.Rows, default))
            {
                seen.Add(item);
            }
        });
        Assert.Equal(message, error.Failure.Message);
        Assert.Equal(FailureKind.Bug, error.Failure.Kind);
        Assert.IsType<RecordBatch>(seen[0]);
        Assert.Equal(PluginState.Degraded, _sandbox.Status("test.faulty").State);
    }

    [Theory]
    [InlineData("null", "DiscoverAsync broke the rule 'not-null': The catalog is null.")]
    [InlineData("twice", "DiscoverAsync broke the rule 'unique': SourceCatalog.Streams: 'rows' is there twice.")]
    [InlineData("badName", "DiscoverAsync broke the rule 'stream-name': 'rows/1' is not a stream's name: 1 to 100 letters, digits and _ - .")]
    [InlineData("noFields", "DiscoverAsync broke the rule 'count': The stream 'rows': Fields has 0 entries; 1 to 2,000 are allowed.")]
    [InlineData("noKey", "DiscoverAsync broke the rule 'count': The stream 'rows': PrimaryKey has 0 entries; exactly 1 needed.")]
    [InlineData("foreignKey", "DiscoverAsync broke the rule 'key-field': The stream 'rows' names 'key' as key or cursor, which is not among its fields.")]
    [InlineData("noModes", "DiscoverAsync broke the rule 'count': The stream 'rows': Modes has 0 entries; 1 to 10 are allowed.")]
    public async Task A_catalog_that_breaks_a_rule_is_refused(string how, string message)
    {
        await using var source = await _sandbox.OpenFaultyAsync("", how);
        var error = await Assert.ThrowsAsync<PluginCallException>(() => source.DiscoverAsync(default));
        Assert.Equal(message, error.Failure.Message);
    }

    [Theory]
    [InlineData("null", "CheckAsync broke the rule 'not-null': The check's result is null.")]
    [InlineData("noItems", "CheckAsync broke the rule 'count': CheckResult.Items has 0 entries; 1 to 100 are allowed.")]
    [InlineData("silentFailure", "CheckAsync broke the rule 'check-message': CheckResult.Items: 'Key' failed without a message; say what was found and what to do.")]
    public async Task A_check_that_breaks_a_rule_is_refused(string how, string message)
    {
        await using var source = await _sandbox.OpenFaultyAsync("", how);
        var error = await Assert.ThrowsAsync<PluginCallException>(() => source.CheckAsync(default));
        Assert.Equal(message, error.Failure.Message);
    }

    [Theory]
    [InlineData("null", "Describe broke the rule 'not-null': The description is null.")]
    [InlineData("badNamespace", "Describe broke the rule 'namespace': 'Faulty!' is not a namespace: 2 to 50 lower-case letters, digits and _")]
    [InlineData("zeroBatch", "Describe broke the rule 'max-batch': MaxBatch is 0; 1 to 10,000 are allowed.")]
    [InlineData("conditions", "Describe broke the rule 'conditions': It has 1 conditions and answers profile by profile; only a population enrichment is handed their answers.")]
    [InlineData("nullResults", "EnrichAsync broke the rule 'not-null': The list of results is null; give a list.")]
    [InlineData("tooFew", "EnrichAsync broke the rule 'count': The list of results has 1 entries; exactly 2 needed.")]
    [InlineData("otherOrder", "EnrichAsync broke the rule 'result-order': Result 1 is for 'p2', profile 1 is 'p1'; answer in the order that was handed in.")]
    [InlineData("undeclared", "EnrichAsync broke the rule 'undeclared': The attribute 'other' was not declared in Writes.")]
    [InlineData("otherKind", "EnrichAsync broke the rule 'value-kind': The attribute 'text' is Integer; it was declared as Text.")]
    public async Task An_enrichment_that_breaks_a_rule_is_refused(string how, string message)
    {
        await using var enrichment = await _sandbox.Host.OpenEnrichmentAsync("test.faulty", "profile", "c1", PluginSandbox.Fault("", how), default);
        var error = await Assert.ThrowsAsync<PluginCallException>(() => enrichment.EnrichAsync([new ProfileInput("p1", ["a"]), new ProfileInput("p2", ["b"])], default));
        Assert.Equal(message, error.Failure.Message);
    }

    [Theory]
    [InlineData("nullConditions", "'not-null': Conditions is null; give a list.")]
    [InlineData("manyConditions", "'count': Conditions has 21 entries; 0 to 20 are allowed.")]
    [InlineData("nullCondition", "'not-null': Conditions: entry 1 is null.")]
    [InlineData("badCondition", "'condition-name': 'Buys!' is not a condition's name: 1 to 50 lower-case letters, digits and _")]
    [InlineData("longName", "'condition-name': 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' is not a condition's name: 1 to 50 lower-case letters, digits and _")]
    [InlineData("noName", "'condition-name': '' is not a condition's name: 1 to 50 lower-case letters, digits and _")]
    [InlineData("twoConditions", "'unique': Conditions: 'buys' is there twice.")]
    [InlineData("noRule", "'condition-rule': The rule of the condition 'buys' has 0 characters; 1 to 20,000 are allowed.")]
    [InlineData("nullRule", "'condition-rule': The rule of the condition 'buys' has 0 characters; 1 to 20,000 are allowed.")]
    [InlineData("longRule", "'condition-rule': The rule of the condition 'buys' has 20,001 characters; 1 to 20,000 are allowed.")]
    [InlineData("negativeBefore", "'condition-before': The condition 'buys': Before is negative; it says how long before the moment the question is asked.")]
    [InlineData("zeroWithin", "'condition-within': The condition 'buys': Within must be above 0; leave it out for all activities before the moment.")]
    public async Task Conditions_that_break_a_rule_are_refused(string how, string message)
    {
        await using var enrichment = await _sandbox.Host.OpenEnrichmentAsync("test.faulty", "population", "c1", PluginSandbox.Fault("", how), default);
        var error = await Assert.ThrowsAsync<PluginCallException>(() => enrichment.DescribeAsync(default));
        Assert.Equal($"Describe broke the rule {message}", error.Failure.Message);
    }

    [Theory]
    [InlineData("unknownTable", "RunAsync broke the rule 'table': The table 'other' was not declared.")]
    [InlineData("bigCheckpoint", "RunAsync broke the rule 'state-size': The checkpoint has 65,537 bytes; at most 65,536 are allowed. Larger things belong in the plugin's storage.")]
    [InlineData("twoReports", "RunAsync broke the rule 'report-once': A second report came; a run gives one.")]
    [InlineData("twice", "RunAsync broke the rule 'unique': AttributeBatch.Results: '1' is there twice.")]
    public async Task A_population_run_that_breaks_a_rule_fails(string how, string message)
    {
        await using var enrichment = await _sandbox.Host.OpenEnrichmentAsync("test.faulty", "population", "c1", PluginSandbox.Fault("", how), default);
        var error = await Assert.ThrowsAsync<PluginCallException>(async () => await enrichment.RunAsync(NSubstitute.Substitute.For<IPopulation>(), null, default).ToListAsync());
        Assert.Equal(message, error.Failure.Message);
    }

    [Fact]
    public async Task An_export_that_answers_for_too_few_members_is_refused()
    {
        await using var export = await _sandbox.Host.OpenExportAsync("test.faulty", null, "c1", PluginSandbox.Fault("", "tooFew"), default);
        await using var session = await export.OpenAsync(new ExportJob("r", "e", "s", [], 1, DateTimeOffset.UnixEpoch), default);
        var error = await Assert.ThrowsAsync<PluginCallException>(() => session.WriteAsync("b1", [new ExportMember("p1", MemberChange.Added, [])], default));
        Assert.Equal("WriteAsync broke the rule 'count': The list of outcomes has 0 entries; exactly 1 needed.", error.Failure.Message);
    }

    [Fact]
    public async Task A_text_for_people_that_is_too_long_is_cut_and_not_refused()
    {
        await using var source = await _sandbox.OpenFaultyAsync("", "longReason");
        var messages = await source.ReadAsync(PluginSandbox.Rows, default).ToListAsync();
        Assert.Equal(1000, Assert.Single(messages.OfType<RejectedRecord>()).Reason.Length);
    }

    [Fact]
    public async Task Nothing_that_crosses_is_of_the_plugins_own_types()
    {
        await using var source = await _sandbox.OpenFaultyAsync("", "");
        var batch = Assert.IsType<RecordBatch>((await source.ReadAsync(PluginSandbox.Rows, default).ToListAsync())[0]);
        Assert.IsType<Sdk.Record[]>(batch.Records);
        var stream = (await source.DiscoverAsync(default)).Streams;
        Assert.IsType<StreamDescriptor[]>(stream);
        Assert.IsType<FieldDescriptor[]>(stream[0].Fields);
    }
}
