using System.Text;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite;

namespace CustomerInsights.Storage.Tests.Sqlite;

/// <summary>What changes nothing does not touch the file: a refresh of unchanged sources costs reads only.</summary>
public sealed class NoWriteTests : IAsyncLifetime
{
    private static readonly byte[] s_document = Encoding.UTF8.GetBytes("{}");
    private readonly TempDirectory _directory = new();
    private SqliteStore _store = null!;

    public async Task InitializeAsync() => _store = (SqliteStore)await _directory.OpenAsync(TimeProvider.System);

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _directory.RemoveAsync();
    }

    [Fact]
    public async Task Equal_records_projections_profiles_members_and_definitions_change_no_row()
    {
        var stream = await _store.Records.EnsureStreamAsync("crm.contacts", [new StreamField("id", DataType.Text)], CancellationToken.None);
        var run = await _store.Records.BeginRunAsync(stream.Number, "job", true, CancellationToken.None);
        await EverythingAsync(stream.Number, run.Id);
        var before = await ChangesAsync();
        var feed = await _store.Changes.LastAsync(CancellationToken.None);
        await EverythingAsync(stream.Number, run.Id);
        await _store.Jobs.LeaseAsync("w", DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(1), CancellationToken.None);
        Assert.Equal(before, await ChangesAsync());
        Assert.Equal(feed, await _store.Changes.LastAsync(CancellationToken.None));
    }

    private async Task<long> ChangesAsync() =>
        await _store.Insights.WriteAsync(transaction => transaction.Db.TotalChanges, CancellationToken.None);

    private async Task EverythingAsync(int stream, long run)
    {
        await _store.Records.EnsureStreamAsync("crm.contacts", [new StreamField("id", DataType.Text)], CancellationToken.None);
        await _store.Records.WriteAsync(new RecordWrite(run, [new("a", s_document), new("b", s_document), new("c", null)], [], null), CancellationToken.None);
        await _store.Activities.ProjectAsync(
            new ProjectionBatch(
                stream,
                new ProjectionPosition(1, "m"),
                false,
                false,
                [KeyValuePair.Create("a", true), KeyValuePair.Create("c", false)],
                [new ProjectedActivity("a", "order", DateTimeOffset.UnixEpoch, stream, "a", s_document)],
                ["b"]),
            CancellationToken.None);
        var profile = new ProfileId(new Guid(1, 2, 3, [1, 2, 3, 4, 5, 6, 7, 8]));
        await _store.Profiles.ApplyAsync(
            new ProfileChanges(
                "customer",
                [new ProfilePut(profile, 1, [1], s_document, "{}", "Ann", "x", [new("email", "a@b.c")], new byte[32])],
                [], [], [new StoredEdge(1, 2, EdgeKind.Policy, "r", 0.5)], [new StoredEdge(1, 3, EdgeKind.Policy, "r", 0.5)], "job"),
            CancellationToken.None);
        await _store.Segments.ApplyAsync("vip", [1], [2], DateTimeOffset.UnixEpoch, CancellationToken.None);
        await _store.Measures.PutBusinessAsync("revenue", "[]", DateTimeOffset.UnixEpoch, CancellationToken.None);
        await _store.Definitions.ApplyAsync([new DefinitionChange("segment", "vip", "{}")], "ann", CancellationToken.None);
        await _store.Changes.AdvanceAsync("columns", 1, CancellationToken.None);
    }
}
