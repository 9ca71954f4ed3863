using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class FeedAndLogContract : StoreContract
{
    [Fact]
    public async Task The_feed_is_read_behind_a_number_and_numbers_outlive_trimming_and_reopening()
    {
        Assert.Equal(0, await Store.Changes.LastAsync(None));
        await ProfilesAsync(1, 5);
        Assert.Equal([1L, 2, 3, 4, 5], (await Store.Changes.ReadAsync(0, 99, None)).Select(change => change.Sequence));
        Assert.Equal([4L], (await Store.Changes.ReadAsync(3, 1, None)).Select(change => change.Sequence));
        await Store.Changes.AdvanceAsync("columns", 5, None);
        await Store.Changes.TrimAsync(None);
        Assert.Empty(await Store.Changes.ReadAsync(0, 99, None));
        await ReopenAsync();
        Assert.Equal(5, await Store.Changes.LastAsync(None));
        await ProfilesAsync(6, 6);
        Assert.Equal([6L], (await Store.Changes.ReadAsync(5, 99, None)).Select(change => change.Sequence));
    }

    [Fact]
    public async Task Consumers_never_go_back_and_the_slowest_holds_the_feed()
    {
        await ProfilesAsync(1, 5);
        await Store.Changes.TrimAsync(None);
        Assert.Equal(5, (await Store.Changes.ReadAsync(0, 99, None)).Count);
        await Store.Changes.AdvanceAsync("a", 4, None);
        await Store.Changes.AdvanceAsync("a", 2, None);
        await Store.Changes.AdvanceAsync("b", 2, None);
        Assert.Equal((4L, 2L, 0L), (await Store.Changes.PositionAsync("a", None), await Store.Changes.PositionAsync("b", None), await Store.Changes.PositionAsync("c", None)));
        await Store.Changes.TrimAsync(None);
        Assert.Equal([3L, 4, 5], (await Store.Changes.ReadAsync(0, 99, None)).Select(change => change.Sequence));
    }

    [Fact]
    public async Task Who_waits_for_the_feed_is_woken_by_the_commit_and_not_before()
    {
        var waiting = Store.Changes.WaitAsync(0, None).AsTask();
        Assert.False(waiting.IsCompleted);
        await ProfilesAsync(1, 5);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        await Store.Changes.WaitAsync(4, None);
        using var stop = new CancellationTokenSource();
        var next = Store.Changes.WaitAsync(5, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        await ReopenAsync();
        await Store.Changes.WaitAsync(4, None);
        Assert.False(Store.Changes.WaitAsync(5, None).AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_changed_definition_is_told_and_an_equal_one_is_not()
    {
        var change = new Storage.Definitions.DefinitionChange("segment", "vip", "{}", null);
        await Store.Definitions.ApplyAsync([change], "ann", None);
        await Store.Definitions.ApplyAsync([change], "ann", None);
        Assert.Equal([new Change(1, ChangeKind.Definition, 0)], await Store.Changes.ReadAsync(0, 9, None));
    }

    [Fact]
    public async Task Events_are_appended_all_or_none_and_positions_are_never_used_twice()
    {
        Assert.Equal(0, await Store.Events.AppendAsync([], None));
        Assert.Equal(2, await Store.Events.AppendAsync([Doc("1"), Doc("2")], None));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, await Store.Events.AppendAsync([ReadOnlyMemory<byte>.Empty], None));
        var events = await Store.Events.ReadAsync(1, 9, None);
        Assert.Equal([(2L, "2", At(0)), (3L, "", At(1))], events.Select(one => (one.Position, Text(one.Body), one.ReceivedAt)));
        Assert.Single(await Store.Events.ReadAsync(0, 1, None));
        await Store.Events.TrimAsync(3, None);
        Assert.Empty(await Store.Events.ReadAsync(0, 9, None));
        await ReopenAsync();
        Assert.Equal(3, await Store.Events.BeginAfterAsync(2, None));
        Assert.Equal(4, await Store.Events.AppendAsync([Doc("4")], None));
        await Store.Events.TrimAsync(3, None);
        Assert.Single(await Store.Events.ReadAsync(0, 9, None));
    }

    [Fact]
    public async Task Many_appends_at_once_are_all_there_each_in_one_piece()
    {
        var last = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Store.Events.AppendAsync([Doc($"{i}a"), Doc($"{i}b")], None).AsTask()));
        var events = await Store.Events.ReadAsync(0, 1000, None);
        Assert.Equal(400, events.Count);
        for (var i = 0; i < last.Length; i++)
        {
            Assert.Equal(($"{i}a", $"{i}b"), (Text(events[(int)last[i] - 2].Body), Text(events[(int)last[i] - 1].Body)));
        }
    }

    [Fact]
    public async Task The_probe_passes_while_the_store_is_open_and_fails_after()
    {
        await Store.ProbeAsync(None);
        await Store.DisposeAsync();
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => Store.ProbeAsync(None).AsTask());
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => Store.Events.AppendAsync([Doc("1")], None).AsTask());
    }

    private async Task ProfilesAsync(int first, int last) =>
        await Store.Profiles.ApplyAsync(
            new ProfileChanges(
                "customer",
                [.. Enumerable.Range(first, last - first + 1).Select(i => new ProfilePut(Id(i), i, [], Doc("{}"), "{}", "", "", [], new byte[32]))],
                [], [], [], [], "job"),
            None);
}
