using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class RecordStoreContract : StoreContract
{
    private IRecordStore Records => Store.Records;

    [Fact]
    public async Task A_stream_is_made_once_and_its_fields_are_replaced_when_they_differ()
    {
        var first = await Records.EnsureStreamAsync("crm.contacts", [new StreamField("id", DataType.Text)], None);
        var second = await Records.EnsureStreamAsync("crm.contacts", [new StreamField("id", DataType.Integer, "person.id")], None);
        Assert.Equal(first.Number, second.Number);
        Assert.Equal([new StreamField("id", DataType.Integer, "person.id")], (await Records.FindStreamAsync("crm.contacts", None))!.Fields);
        await Records.EnsureStreamAsync("app.orders", [], None);
        Assert.Equal(["app.orders", "crm.contacts"], (await Records.ListStreamsAsync(None)).Select(stream => stream.Name));
        Assert.Null(await Records.FindStreamAsync("nothing", None));
    }

    [Fact]
    public async Task Records_count_as_new_changed_and_unchanged_and_of_two_with_one_key_the_later_wins()
    {
        var (stream, run) = await BeginAsync();
        Assert.Equal(new RecordCounts(3, 3, 0, 0, 0, 0), await WriteAsync(run, ("a", "1"), ("b", "1"), ("c", "1")));
        Assert.Equal(new RecordCounts(4, 0, 3, 1, 0, 0), await WriteAsync(run, ("a", "1"), ("b", "2"), ("c", "2"), ("c", "3")));
        Assert.Equal(["a=1", "b=2", "c=3"], await ContentAsync(stream));
        Assert.Equal(3, (await Records.FindStreamAsync("crm.contacts", None))!.RecordCount);
    }

    [Fact]
    public async Task A_deleted_record_vanishes_from_lists_and_stays_among_the_changes()
    {
        var (stream, run) = await BeginAsync();
        await WriteAsync(run, ("a", "1"), ("b", "1"));
        Assert.Equal(new RecordCounts(2, 0, 0, 0, 1, 0), await WriteAsync(run, ("a", null), ("unknown", null)));
        Assert.Null(await Records.FindAsync(stream, "a", None));
        Assert.Equal(["b=1"], await ContentAsync(stream));
        var changes = await ChangesAsync(stream, 0);
        Assert.Equal(["b=1", "a=(deleted)"], changes.Select(Show));
        Assert.Equal(new RecordCounts(1, 0, 0, 0, 0, 0), await WriteAsync(run, ("a", null)));
        Assert.Equal(new RecordCounts(1, 1, 0, 0, 0, 0), await WriteAsync(run, ("a", "1")));
        var known = await Records.FindStreamAsync("crm.contacts", None);
        Assert.Equal((2L, (await ChangesAsync(stream, 0))[^1].Sequence), (known!.RecordCount, known.LastSequence));
    }

    [Fact]
    public async Task Changes_come_in_order_of_change_behind_a_sequence_in_batches()
    {
        var (stream, run) = await BeginAsync();
        await WriteAsync(run, [.. Enumerable.Range(0, 25).Select(i => ($"k{i}", (string?)"1"))]);
        var middle = (await ChangesAsync(stream, 0))[9].Sequence;
        await WriteAsync(run, ("k0", "2"));
        var batches = await AllAsync(Records.ReadChangesAsync(stream, middle, 6, None));
        Assert.Equal([6, 6, 4], batches.Select(batch => batch.Count));
        Assert.Equal("k0=2", Show(batches[^1][^1]));
        Assert.Equal(batches.SelectMany(batch => batch).Select(record => record.Sequence).Order(), batches.SelectMany(batch => batch).Select(record => record.Sequence));
    }

    [Fact]
    public async Task A_read_of_changes_ends_where_the_stream_stood_when_it_began()
    {
        var (stream, run) = await BeginAsync();
        await WriteAsync(run, ("a", "1"), ("b", "1"), ("c", "1"));
        var seen = new List<string>();
        await foreach (var batch in Records.ReadChangesAsync(stream, 0, 1, None))
        {
            seen.AddRange(batch.Select(Show));
            await WriteAsync(run, ($"later{seen.Count}", "1"));
        }

        Assert.Equal(["a=1", "b=1", "c=1"], seen);
    }

    [Fact]
    public async Task Keys_may_hold_anything_and_stay_apart()
    {
        var (stream, run) = await BeginAsync();
        string[] keys = ["", "a\0b", "a\0c", "a", "\ud800", "\ud801", "\udc00\ud800", "é", "e\u0301", "\U0001F600", new string('x', 400), "'; DROP TABLE records; --", "%_*"];
        Assert.Equal(keys.Length, (await WriteAsync(run, [.. keys.Select((key, i) => (key, (string?)$"{i}"))])).New);
        Assert.Equal(keys.Length, (await WriteAsync(run, [.. keys.Select((key, i) => (key, (string?)$"{i}"))])).Unchanged);
        for (var i = 0; i < keys.Length; i++)
        {
            Assert.Equal($"{i}", Text((await Records.FindAsync(stream, keys[i], None))!.Document));
        }

        Assert.Equal(keys.ToHashSet(), (await PagesAsync(after => Records.ListAsync(stream, after, 2, None))).Select(record => record.Key).ToHashSet());
    }

    [Fact]
    public async Task Pages_neither_skip_nor_repeat_while_records_come_and_go()
    {
        var (stream, run) = await BeginAsync();
        await WriteAsync(run, ("b", "1"), ("d", "1"), ("f", "1"));
        var first = await Records.ListAsync(stream, null, 2, None);
        await WriteAsync(run, ("a", "1"), ("d", null), ("e", "1"));
        var second = await Records.ListAsync(stream, first.Next, 2, None);
        Assert.Equal(["e=1", "f=1"], second.Items.Select(Show));
        Assert.Null(second.Next);
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("AAAA")]
    public async Task A_bad_cursor_is_refused(string cursor)
    {
        var (stream, _) = await BeginAsync();
        await Assert.ThrowsAsync<BadCursorException>(() => Records.ListAsync(stream, cursor, 2, None).AsTask());
        await Assert.ThrowsAsync<BadCursorException>(() => Records.ListRunsAsync(stream, cursor, 2, None).AsTask());
        await Assert.ThrowsAsync<BadCursorException>(() => Records.ListRejectedAsync(stream, cursor, 2, None).AsTask());
    }

    [Fact]
    public async Task A_cursor_of_another_list_is_refused()
    {
        var (stream, run) = await BeginAsync();
        await WriteAsync(run, ("a", "1"), ("b", "1"));
        var page = await Records.ListAsync(stream, null, 1, None);
        await Assert.ThrowsAsync<BadCursorException>(() => Records.ListRunsAsync(stream, page.Next, 2, None).AsTask());
    }

    [Fact]
    public async Task A_full_run_deletes_what_it_did_not_see_and_an_incomplete_one_nothing()
    {
        var (stream, run) = await BeginAsync();
        await WriteAsync(run, [.. Enumerable.Range(0, 50).Select(i => ($"k{i:D2}", (string?)"1"))]);
        await Records.EndRunAsync(run, StreamRunOutcome.Complete, None);

        var incomplete = await Records.BeginRunAsync(stream, "job 2", true, None);
        await WriteAsync(incomplete.Id, ("k00", "1"));
        Assert.Equal(0, (await Records.EndRunAsync(incomplete.Id, StreamRunOutcome.Incomplete, None)).Deleted);

        var unchanged = await Records.BeginRunAsync(stream, "job 3", true, None);
        Assert.Equal(0, (await Records.EndRunAsync(unchanged.Id, StreamRunOutcome.Unchanged, None)).Deleted);

        var full = await Records.BeginRunAsync(stream, "job 4", true, None);
        await WriteAsync(full.Id, ("k00", "1"), ("k07", "2"), ("new", "1"));
        Assert.Equal(new RecordCounts(3, 1, 1, 1, 48, 0), await Records.EndRunAsync(full.Id, StreamRunOutcome.Complete, None));
        Assert.Equal(["k00=1", "k07=2", "new=1"], await ContentAsync(stream));
        Assert.Equal(3, (await Records.FindStreamAsync("crm.contacts", None))!.RecordCount);
        Assert.Equal(51, (await ChangesAsync(stream, 0)).Count);
    }

    [Fact]
    public async Task A_full_run_of_many_records_is_swept_to_its_end()
    {
        var (stream, run) = await BeginAsync();
        await WriteAsync(run, [.. Enumerable.Range(0, 9001).Select(i => ($"k{i:D5}", (string?)"1"))]);
        await Records.EndRunAsync(run, StreamRunOutcome.Complete, None);
        var full = await Records.BeginRunAsync(stream, "job 2", true, None);
        await WriteAsync(full.Id, ("k00000", "1"), ("k09000", "1"));
        Assert.Equal(8999, (await Records.EndRunAsync(full.Id, StreamRunOutcome.Complete, None)).Deleted);
    }

    [Fact]
    public async Task An_interrupted_run_goes_on_at_its_checkpoint_and_counts_as_if_nothing_had_happened()
    {
        var (stream, run) = await BeginAsync();
        await WriteAsync(run, ("old", "1"), ("gone", "1"), ("same", "1"));
        await Records.EndRunAsync(run, StreamRunOutcome.Complete, None);

        var begun = await Records.BeginRunAsync(stream, "job 2", true, None);
        await Records.WriteAsync(
            new RecordWrite(begun.Id, [new("same", Doc("1"))], [new RejectedRow("kept", "x", "f", "file.csv", 3, "…")], new ConnectorState(2, "\"one\"")), None);
        await Records.WriteAsync(
            new RecordWrite(begun.Id, [new("old", Doc("2")), new("new", Doc("1")), new("gone", null)], [new RejectedRow("lost", null, null, null, null, null)], null), None);
        await ReopenAsync();

        await Assert.ThrowsAsync<StoreConflictException>(() => WriteAsync(begun.Id, ("a", "1")));
        var resumed = await Records.BeginRunAsync(stream, "job 2", true, None);
        Assert.Equal((begun.Id, true, new ConnectorState(2, "\"one\"")), (resumed.Id, resumed.Resuming, resumed.State));
        Assert.Equal(new RecordCounts(2, 0, 0, 1, 0, 1), resumed.Counts);
        Assert.Equal(["kept"], (await Records.ListRejectedAsync(stream, null, 10, None)).Items.Select(row => row.Reason));

        // The first three again as what they were; then twice for good.
        var again = await WriteAsync(begun.Id, ("old", "2"), ("new", "1"), ("gone", null), ("new", "1"), ("old", "3"));
        Assert.Equal(new RecordCounts(5, 1, 2, 1, 1, 0), again);
        Assert.Equal(new RecordCounts(7, 1, 2, 2, 1, 1), await Records.EndRunAsync(begun.Id, StreamRunOutcome.Complete, None));
        Assert.Equal(["new=1", "old=3", "same=1"], await ContentAsync(stream));
    }

    [Fact]
    public async Task A_run_interrupted_before_its_first_checkpoint_starts_from_the_last_complete_state()
    {
        var (stream, run) = await BeginAsync();
        await Records.WriteAsync(new RecordWrite(run, [], [], new ConnectorState(1, "10")), None);
        await Records.EndRunAsync(run, StreamRunOutcome.Complete, None);
        var second = await Records.BeginRunAsync(stream, "job 2", false, None);
        Assert.Equal((false, new ConnectorState(1, "10")), (second.Resuming, second.State));
        await WriteAsync(second.Id, ("a", "1"));
        await ReopenAsync();
        var again = await Records.BeginRunAsync(stream, "job 2", false, None);
        Assert.Equal((second.Id, false, new ConnectorState(1, "10"), RecordCounts.Zero), (again.Id, again.Resuming, again.State, again.Counts));
        Assert.Equal(1, (await WriteAsync(again.Id, ("a", "1"))).New);
    }

    [Fact]
    public async Task An_incomplete_run_leaves_the_streams_state_and_another_job_ends_a_forgotten_run()
    {
        var (stream, run) = await BeginAsync();
        await Records.WriteAsync(new RecordWrite(run, [], [], new ConnectorState(1, "10")), None);
        var other = await Records.BeginRunAsync(stream, "job 2", false, None);
        Assert.Null(other.State);
        await Assert.ThrowsAsync<StoreConflictException>(() => WriteAsync(run, ("a", "1")));
        var runs = await PagesAsync(after => Records.ListRunsAsync(stream, after, 1, None));
        Assert.Equal([(other.Id, (StreamRunOutcome?)null), (run, StreamRunOutcome.Incomplete)], runs.Select(one => (one.Id, one.Outcome)));
    }

    [Fact]
    public async Task Rejected_records_come_newest_run_first_in_the_order_in_which_they_came()
    {
        var (stream, run) = await BeginAsync();
        await Records.WriteAsync(new RecordWrite(run, [], [Rejected("1a"), Rejected("1b"), Rejected("1c")], null), None);
        await Records.EndRunAsync(run, StreamRunOutcome.Complete, None);
        var second = await Records.BeginRunAsync(stream, "job 2", false, None);
        await Records.WriteAsync(new RecordWrite(second.Id, [], [Rejected("2a"), Rejected("2b")], null), None);
        var rows = await PagesAsync(after => Records.ListRejectedAsync(stream, after, 2, None));
        Assert.Equal(["2a", "2b", "1a", "1b", "1c"], rows.Select(row => row.Reason));
        Assert.Equal(Rejected("1c") with { Run = run }, rows[^1]);
    }

    [Fact]
    public async Task A_removed_stream_is_gone_with_all_that_it_had()
    {
        var (stream, run) = await BeginAsync();
        await WriteAsync(run, [.. Enumerable.Range(0, 4500).Select(i => ($"k{i}", (string?)"1"))]);
        await Records.WriteAsync(new RecordWrite(run, [], [Rejected("r")], null), None);
        await Records.DeleteStreamAsync(stream, None);
        Assert.Null(await Records.FindStreamAsync("crm.contacts", None));
        Assert.Empty((await Records.ListAsync(stream, null, 5, None)).Items);
        Assert.Empty((await Records.ListRunsAsync(stream, null, 5, None)).Items);
        Assert.Empty((await Records.ListRejectedAsync(stream, null, 5, None)).Items);
        await Assert.ThrowsAsync<StoreConflictException>(() => Records.BeginRunAsync(stream, "job", false, None).AsTask());
        Assert.NotEqual(stream, (await Records.EnsureStreamAsync("crm.contacts", [], None)).Number);
    }

    private static RejectedRow Rejected(string reason) => new(reason, "key", "field", "file.csv", 17, "a;b");

    private static string Show(StoredRecord record) => $"{record.Key}={Text(record.Document)}";

    private async Task<(int Stream, long Run)> BeginAsync()
    {
        var stream = await Records.EnsureStreamAsync("crm.contacts", [], None);
        return (stream.Number, (await Records.BeginRunAsync(stream.Number, "job 1", false, None)).Id);
    }

    private async Task<RecordCounts> WriteAsync(long run, params (string Key, string? Text)[] records) =>
        await Records.WriteAsync(
            new RecordWrite(run, [.. records.Select(record => new IncomingRecord(record.Key, record.Text is null ? null : Doc(record.Text)))], [], null), None);

    private async Task<List<string>> ContentAsync(int stream) =>
        [.. (await PagesAsync(after => Records.ListAsync(stream, after, 7, None))).Select(Show)];

    private async Task<List<StoredRecord>> ChangesAsync(int stream, long after) =>
        [.. (await AllAsync(Records.ReadChangesAsync(stream, after, 100, None))).SelectMany(batch => batch)];
}
