using CustomerInsights.Storage.Plugins;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class PluginUpgradeStoreContract : StoreContract
{
    private IPluginUpgradeStore Upgrades => Store.PluginUpgrades;

    [Fact]
    public async Task Storage_and_bookmarks_come_back_as_they_were()
    {
        await PutAsync("a", "old");
        await PutAsync("gone", "old", expiresAt: 99);
        await PutAsync("x", "others", plugin: "q");
        var (crm, _) = await RunAsync("crm.contacts", "job-1", new ConnectorState(1, "\"old\""));
        await Store.Records.EnsureStreamAsync("crm.new", [], None);

        var taken = await Upgrades.TakeSnapshotAsync(Snapshot("1.0.0", "crm.contacts", "crm.new", "crm.nothing"), None);
        Assert.Equal(("p", "1.0.0", 1, "{}", 2, 2), (taken.Plugin, taken.Version, taken.StateVersion, taken.Config, taken.Values, taken.States));

        await PutAsync("a", "new");
        await PutAsync("b", "new");
        await Store.Plugins.DeleteValueAsync("p", "c", "gone", None);
        await PutAsync("x", "later", plugin: "q");
        await RunAsync("crm.contacts", "job-2", new ConnectorState(2, "\"new\""));
        await RunAsync("crm.new", "job-2", new ConnectorState(2, "\"new\""));
        await ReopenAsync();

        Assert.True(await Upgrades.RestoreSnapshotAsync("p", "1.0.0", None));
        Assert.Equal(("old", "old", null, "later"), (await GetAsync("a"), await GetAsync("gone"), await GetAsync("b"), await GetAsync("x", "q")));
        Assert.Null(await Store.Plugins.GetValueAsync("p", "c", "gone", At(99), None));
        Assert.Equal(new ConnectorState(1, "\"old\""), await Upgrades.FindStateAsync("crm.contacts", None));
        Assert.Null(await Upgrades.FindStateAsync("crm.new", None));
        Assert.Equal(new ConnectorState(1, "\"old\""), (await Store.Records.BeginRunAsync(crm, "job-3", false, None)).State);
        Assert.True(await Upgrades.RestoreSnapshotAsync("p", "1.0.0", None));
    }

    [Fact]
    public async Task A_run_that_nobody_ended_is_not_gone_on_from_after_going_back()
    {
        var (crm, _) = await RunAsync("crm.contacts", "job-1", new ConnectorState(1, "\"old\""));
        await Upgrades.TakeSnapshotAsync(Snapshot("1.0.0", "crm.contacts"), None);
        var run = await Store.Records.BeginRunAsync(crm, "job-2", false, None);
        await Store.Records.WriteAsync(new RecordWrite(run.Id, [new IncomingRecord("k", Doc("1"))], [], new ConnectorState(2, "\"new\"")), None);

        await Upgrades.RestoreSnapshotAsync("p", "1.0.0", None);
        await Assert.ThrowsAsync<StoreConflictException>(async () => await Store.Records.EndRunAsync(run.Id, StreamRunOutcome.Complete, None));
        var again = await Store.Records.BeginRunAsync(crm, "job-2", false, None);
        Assert.Equal((false, new ConnectorState(1, "\"old\"")), (again.Resuming, again.State));
        Assert.Equal("1", Text((await Store.Records.FindAsync(crm, "k", None))!.Document));
    }

    [Fact]
    public async Task A_value_that_came_back_has_a_version_of_its_own()
    {
        var first = await PutAsync("a", "old");
        await Upgrades.TakeSnapshotAsync(Snapshot("1.0.0"), None);
        var second = await PutAsync("a", "new");
        await Upgrades.RestoreSnapshotAsync("p", "1.0.0", None);
        Assert.True((await Store.Plugins.GetValueAsync("p", "c", "a", At(0), None))!.Version > Math.Max(first, second));
    }

    [Fact]
    public async Task Of_one_version_the_newest_copy_stands_and_those_not_named_go()
    {
        await Upgrades.TakeSnapshotAsync(Snapshot("1.0.0"), None);
        await PutAsync("a", "later");
        Assert.Equal(1, (await Upgrades.TakeSnapshotAsync(Snapshot("1.0.0"), None)).Values);
        await Upgrades.TakeSnapshotAsync(Snapshot("1.1.0"), None);
        await Upgrades.KeepSnapshotsAsync("p", ["1.1.0", "2.0.0"], None);
        Assert.Null(await Upgrades.FindSnapshotAsync("p", "1.0.0", None));
        Assert.False(await Upgrades.RestoreSnapshotAsync("p", "1.0.0", None));
        Assert.Equal(1, (await Upgrades.FindSnapshotAsync("p", "1.1.0", None))!.Values);
    }

    [Fact]
    public async Task What_is_known_of_an_upgrade_is_kept_until_it_is_over()
    {
        await Upgrades.PutTrialAsync("p", "{}", None);
        await Upgrades.PutTrialAsync("q", "[]", None);
        await Upgrades.PutTrialAsync("p", "[1]", None);
        await ReopenAsync();
        Assert.Equal("[1]", await Upgrades.FindTrialAsync("p", None));
        Assert.Equal(["p", "q"], (await Upgrades.ListTrialsAsync(None)).Keys.Order(StringComparer.Ordinal));
        await Upgrades.PutTrialAsync("p", null, None);
        Assert.Null(await Upgrades.FindTrialAsync("p", None));
    }

    private static NewPluginSnapshot Snapshot(string version, params string[] streams) => new("p", version, 1, streams, "{}");

    private async Task<(int Stream, long Run)> RunAsync(string stream, string job, ConnectorState state)
    {
        var stored = await Store.Records.EnsureStreamAsync(stream, [], None);
        var run = await Store.Records.BeginRunAsync(stored.Number, job, false, None);
        await Store.Records.WriteAsync(new RecordWrite(run.Id, [], [], state), None);
        await Store.Records.EndRunAsync(run.Id, StreamRunOutcome.Complete, None);
        return (stored.Number, run.Id);
    }

    private async Task<long> PutAsync(string key, string text, int? expiresAt = null, string plugin = "p") =>
        await Store.Plugins.PutValueAsync(plugin, "c", key, Doc(text), null, expiresAt is { } end ? At(end) : null, At(0), 1000, None);

    private async Task<string?> GetAsync(string key, string plugin = "p") =>
        await Store.Plugins.GetValueAsync(plugin, "c", key, At(0), None) is { } value ? Text(value.Value) : null;
}
