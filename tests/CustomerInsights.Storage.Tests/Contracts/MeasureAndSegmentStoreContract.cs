using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Measures;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class MeasureAndSegmentStoreContract : StoreContract
{
    private long[] _numbers = [];

    [Fact]
    public async Task Values_of_profiles_are_put_and_removed_with_feed_rows()
    {
        await ProfilesAsync(2);
        var last = await Store.Changes.LastAsync(None);
        await Store.Measures.PutProfileValuesAsync([Value(_numbers[0], "{}"), Value(_numbers[1], "[]"), Value(999, "{}")], None);
        await Store.Measures.PutProfileValuesAsync([Value(_numbers[1], null), Value(999, null)], None);
        Assert.Equal("{}", Text((await Store.Profiles.FindAsync(Id(1), None))!.Measures));
        Assert.Null((await Store.Profiles.FindAsync(Id(2), None))!.Measures);
        Assert.Equal(
            [(ChangeKind.Measures, _numbers[0]), (ChangeKind.Measures, _numbers[1]), (ChangeKind.Measures, _numbers[1])],
            (await Store.Changes.ReadAsync(last, 10, None)).Select(change => (change.Kind, change.Id)));
    }

    [Fact]
    public async Task Business_rows_are_replaced_only_when_they_differ()
    {
        Assert.Null(await Store.Measures.FindBusinessAsync("revenue", None));
        Assert.True(await Store.Measures.PutBusinessAsync("revenue", "[1]", At(0), None));
        Assert.False(await Store.Measures.PutBusinessAsync("revenue", "[1]", At(1), None));
        Assert.Equal(new BusinessMeasureRows("[1]", At(0)), await Store.Measures.FindBusinessAsync("revenue", None));
        Assert.True(await Store.Measures.PutBusinessAsync("revenue", "[2]", At(2), None));
        Assert.Equal(new BusinessMeasureRows("[2]", At(2)), await Store.Measures.FindBusinessAsync("revenue", None));
    }

    [Fact]
    public async Task Ranks_of_an_engagement_score_are_replaced_and_go_with_the_measure()
    {
        Assert.Null(await Store.Measures.FindRanksAsync("engagement", None));
        await Store.Measures.PutRanksAsync("engagement", "[1]", At(0), None);
        await Store.Measures.PutRanksAsync("engagement", "[2]", At(1), None);
        Assert.Equal(new MeasureRecord(At(1), "[2]"), await Store.Measures.FindRanksAsync("engagement", None));
        await Store.Measures.DeleteAsync("engagement", None);
        Assert.Null(await Store.Measures.FindRanksAsync("engagement", None));
    }

    [Fact]
    public async Task What_measures_came_to_is_kept_newest_first_and_thinned()
    {
        var measures = Store.Measures;
        foreach (var (rows, hours) in new[] { ("[1]", 0), ("[2]", 1), ("[2]", 2), ("[3]", 30), ("[4]", 31), ("[5]", 60) })
        {
            await measures.PutBusinessAsync("revenue", rows, At(0).AddHours(hours), None);
            await measures.PutDistributionAsync("spend", rows, At(0).AddHours(hours), None);
        }

        await measures.PutBusinessAsync("long", new string('x', MeasureRecord.LongestKept + 1), At(0), None);
        Assert.Equal(["[5]", "[4]", "[3]", "[2]", "[1]"], (await PagesAsync(after => measures.HistoryAsync("revenue", true, after, 2, None))).Select(one => one.Json));
        Assert.Equal(5, (await measures.HistoryAsync("spend", false, null, 9, None)).Items.Count);
        Assert.Empty((await measures.HistoryAsync("long", true, null, 9, None)).Items);
        Assert.Empty((await measures.HistoryAsync("spend", true, null, 9, None)).Items);
        await Assert.ThrowsAsync<BadCursorException>(() => measures.HistoryAsync("revenue", true, "x", 5, None).AsTask());

        await measures.ThinHistoryAsync(At(0).AddHours(48), At(0).AddHours(-100), None);
        var daily = (await measures.HistoryAsync("revenue", true, null, 9, None)).Items;
        Assert.Equal(daily.Select(one => one.At.UtcDateTime.Date).Distinct().Count(), daily.Count);
        Assert.Contains(daily, one => one.Json == "[5]");
        await measures.ThinHistoryAsync(At(0).AddHours(48), At(0).AddHours(48), None);
        Assert.Equal(["[5]", "[4]"], (await measures.HistoryAsync("revenue", true, null, 9, None)).Items.Select(one => one.Json));

        await measures.DeleteAsync("revenue", None);
        Assert.Null(await measures.FindBusinessAsync("revenue", None));
        Assert.Empty((await measures.HistoryAsync("revenue", true, null, 9, None)).Items);
        Assert.NotEmpty((await measures.HistoryAsync("spend", false, null, 9, None)).Items);
    }

    [Fact]
    public async Task Fingerprints_of_measures_are_put_and_removed_and_the_feed_tells_shortly_what_changed()
    {
        await Store.Measures.PutFingerprintsAsync([new("a", "1"), new("b", "1")], None);
        await Store.Measures.PutFingerprintsAsync([new("a", null), new("b", "2"), new("never", null)], None);
        await ReopenAsync();
        Assert.Equal([KeyValuePair.Create("b", "2")], await Store.Measures.FingerprintsAsync(None));
        await ProfilesAsync(2);
        var last = await Store.Changes.LastAsync(None);
        Assert.Contains(new Change(last, ChangeKind.Profile, 0), await Store.Changes.LatestAsync(0, None));
        Assert.Empty(await Store.Changes.LatestAsync(last, None));
        await Store.Measures.PutProfileValuesAsync([Value(_numbers[0], "{}"), Value(_numbers[1], "{}")], None);
        Assert.Equal([new Change(last + 2, ChangeKind.Measures, 0)], await Store.Changes.LatestAsync(last, None));
    }

    [Fact]
    public async Task Members_come_and_go_with_size_history_and_feed()
    {
        await ProfilesAsync(3);
        var last = await Store.Changes.LastAsync(None);
        await Segments.ApplyAsync("vip", [_numbers[2], _numbers[0], 999], [], At(0), None);
        await Segments.ApplyAsync("vip", [_numbers[1]], [_numbers[0]], At(5), None);
        Assert.Equal([_numbers[1], _numbers[2]], await Segments.MembersAsync("vip", None));
        Assert.Equal(2, await Segments.CountAsync("vip", None));
        Assert.Equal(
            [new SegmentMember(_numbers[1], Id(2), "Person 2", At(5)), new SegmentMember(_numbers[2], Id(3), "Person 3", At(0))],
            await PagesAsync(after => Segments.ListAsync("vip", after, 1, None)));
        var moves = await PagesAsync(after => Segments.HistoryAsync("vip", after, 2, None));
        Assert.Equal([(Id(2), true), (Id(1), false), (Id(1), true), (Id(3), true)], moves.Select(move => (move.Profile, move.Entered)));
        Assert.Equal(4, (await Store.Changes.ReadAsync(last, 10, None)).Count(change => change.Kind == ChangeKind.Membership));
    }

    [Fact]
    public async Task No_change_of_members_writes_nothing()
    {
        await ProfilesAsync(2);
        await Segments.ApplyAsync("vip", [_numbers[0]], [], At(0), None);
        var last = await Store.Changes.LastAsync(None);
        await Segments.ApplyAsync("vip", [_numbers[0]], [_numbers[1]], At(9), None);
        await Segments.ApplyAsync("vip", [], [], At(9), None);
        Assert.Equal(last, await Store.Changes.LastAsync(None));
        Assert.Equal([KeyValuePair.Create("vip", At(0))], await Segments.OfProfileAsync(Id(1), None));
        Assert.Equal(1, await Segments.CountAsync("vip", None));
    }

    [Fact]
    public async Task A_profiles_segments_come_by_name_and_a_deleted_segment_is_gone()
    {
        await ProfilesAsync(1);
        await Segments.ApplyAsync("vip", [_numbers[0]], [], At(0), None);
        await Segments.ApplyAsync("b", [_numbers[0]], [], At(1), None);
        Assert.Equal(["b", "vip"], (await Segments.OfProfileAsync(Id(1), None)).Select(one => one.Key));
        await Segments.DeleteAsync("b", None);
        await Segments.DeleteAsync("never", None);
        Assert.Equal(["vip"], (await Segments.OfProfileAsync(Id(1), None)).Select(one => one.Key));
        Assert.Empty((await Segments.HistoryAsync("b", null, 5, None)).Items);
        Assert.Equal(0, await Segments.CountAsync("b", None));
        Assert.Empty(await Segments.OfProfileAsync(Id(9), None));
        await Assert.ThrowsAsync<BadCursorException>(() => Segments.ListAsync("vip", "x", 5, None).AsTask());
    }

    [Fact]
    public async Task What_a_follower_found_is_written_with_its_position_and_it_learns_which_rows_are_its_own()
    {
        await ProfilesAsync(2);
        var last = await Store.Changes.LastAsync(None);
        var numbers = await Segments.NumbersAsync(["vip", "new"], None);
        Assert.Equal(numbers, await Segments.NumbersAsync(["vip", "new"], None));
        var own = await Segments.ApplyAsync(
            new MembershipChanges(
                At(1), [new(numbers["vip"], _numbers[0], true), new(numbers["vip"], 999, true), new(777, _numbers[0], true), new(numbers["new"], _numbers[1], false)],
                [Value(_numbers[1], "{}")], "live", last),
            None);
        Assert.Equal(new FeedRange(last, last + 2), own);
        Assert.Equal(
            [(ChangeKind.Measures, _numbers[1]), (ChangeKind.Membership, _numbers[0])], (await Store.Changes.ReadAsync(last, 9, None)).Select(change => (change.Kind, change.Id)));
        Assert.Equal(last, await Store.Changes.PositionAsync("live", None));
        Assert.Equal([_numbers[0]], await Segments.MembersAsync("vip", None));
        Assert.Equal("{}", Text((await Store.Profiles.FindAsync(Id(2), None))!.Measures));
        Assert.Equal(new FeedRange(last + 2, last + 2), await Segments.ApplyAsync(new MembershipChanges(At(2), [], [], "live", last - 1), None));
        Assert.Equal(last, await Store.Changes.PositionAsync("live", None));
    }

    [Fact]
    public async Task Whoever_the_feed_names_behind_a_snapshot_is_left_as_they_are()
    {
        await ProfilesAsync(3);
        await Segments.ApplyAsync("vip", [_numbers[0], _numbers[1]], [], At(0), None);
        var snapshot = await Store.Changes.LastAsync(None);
        await Segments.ApplyAsync("other", [_numbers[1]], [], At(1), None);
        var last = await Store.Changes.LastAsync(None);

        // The second moved since; by the writer's own hand it did not.
        var stale = new SnapshotMembers("vip", [_numbers[2], 999], [_numbers[0], _numbers[1]], At(2), snapshot, []);
        Assert.Equal(new MembersWritten(1, 1, new FeedRange(last, last + 2)), await Segments.ApplyAsync(stale, None));
        Assert.Equal(_numbers[1..], await Segments.MembersAsync("vip", None));
        Assert.Equal(2, await Segments.CountAsync("vip", None));

        // What is so already is not written again; rows of one's own name nobody.
        Assert.Equal(0, (await Segments.ApplyAsync(stale with { Left = [] }, None)).Entered);
        var own = new FeedRange(snapshot, await Store.Changes.LastAsync(None));
        Assert.Equal((0, 2), await MovedAsync(stale with { Entered = [], Left = [_numbers[1], _numbers[2]], Own = [own] }));
        Assert.Equal((0, 0), await MovedAsync(stale with { Entered = [], Left = [] }));
        Assert.Empty(await Segments.MembersAsync("vip", None));

        async Task<(int, int)> MovedAsync(SnapshotMembers members)
        {
            var written = await Segments.ApplyAsync(members, None);
            return (written.Entered, written.Left);
        }
    }

    [Fact]
    public async Task Moves_are_told_the_same_from_memory_and_from_the_disk()
    {
        await ProfilesAsync(2);
        await Segments.ApplyAsync("vip", [_numbers[0]], [], At(0), None);
        await Segments.ApplyAsync("b", _numbers, [], At(1), None);
        await Segments.ApplyAsync("gone", [_numbers[1]], [], At(2), None);
        await Segments.ApplyAsync("vip", [], [_numbers[0]], At(3), None);
        var memory = await PagesAsync();
        await ReopenAsync();
        Assert.Equal(memory, await PagesAsync());
        await Segments.DeleteAsync("gone", None);
        var behind = await PagesAsync();
        Assert.NotEqual(memory, behind);
        await ReopenAsync();
        Assert.Equal(behind, await PagesAsync());
        await Segments.ApplyAsync("b", [], [_numbers[0]], At(4), None);
        memory = await PagesAsync();
        await ReopenAsync();
        Assert.Equal(memory, await PagesAsync());

        async Task<List<string>> PagesAsync()
        {
            var pages = new List<string>();
            for (var after = 0; after < 6; after++)
            {
                foreach (var limit in new[] { 1, 2, 9 })
                {
                    pages.Add(Numbers(await Segments.MovesAsync(after, null, limit, None)));
                    pages.Add(Numbers(await Segments.MovesAsync(after, ["vip", "gone"], limit, None)));
                }
            }

            return pages;
        }
    }

    [Fact]
    public async Task Moves_of_all_segments_are_numbered_in_one_order_and_wake_who_follows_them()
    {
        await ProfilesAsync(2);
        Assert.Equal(0, await Segments.LastMoveAsync(None));
        var waiting = Segments.WaitForMovesAsync(0, None).AsTask();
        Assert.False(waiting.IsCompleted);
        await Segments.ApplyAsync("vip", [_numbers[0]], [], At(0), None);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        await Segments.ApplyAsync("b", [_numbers[0], _numbers[1]], [], At(1), None);
        await Segments.ApplyAsync("vip", [], [_numbers[0]], At(2), None);
        var (moves, through) = await Segments.MovesAsync(0, null, 9, None);
        Assert.Equal(
            [new(1, "vip", Id(1), true, At(0)), new(2, "b", Id(1), true, At(1)), new(3, "b", Id(2), true, At(1)), new NumberedMove(4, "vip", Id(1), false, At(2))], moves);
        Assert.Equal(4, through);
        Assert.Equal("2 to 2", Numbers(await Segments.MovesAsync(1, null, 1, None)));
        Assert.Equal("1 4 to 4", Numbers(await Segments.MovesAsync(0, ["vip", "never"], 9, None)));
        Assert.Equal(" to 3", Numbers(await Segments.MovesAsync(1, ["vip"], 2, None)));
        await Segments.DeleteAsync("vip", None);
        Assert.Equal(" to 4", Numbers(await Segments.MovesAsync(3, null, 9, None)));
        await ReopenAsync();
        Assert.Equal(4, await Segments.LastMoveAsync(None));
        Assert.False(Segments.WaitForMovesAsync(4, None).AsTask().IsCompleted);
        await Segments.ApplyAsync("b", [], [_numbers[0]], At(3), None);
        Assert.Equal("5 to 5", Numbers(await Segments.MovesAsync(4, null, 9, None)));
    }

    [Fact]
    public async Task Single_profiles_are_read_with_measures_and_segments()
    {
        await ProfilesAsync(3);
        await Segments.ApplyAsync("vip", [_numbers[1]], [], At(0), None);
        await Store.Measures.PutProfileValuesAsync([Value(_numbers[1], "[1]")], None);
        var found = await Store.Profiles.ReadTouchedAsync([new(_numbers[1], []), new(999, ["order"]), new(_numbers[0], ["order"])], None);
        Assert.Equal([_numbers[1], _numbers[0]], found.Select(one => one.Profile.Number));
        Assert.Equal(("customer", Id(2), "[1]"), (found[0].Type, found[0].Profile.Id, Text(found[0].Profile.Measures)));
        Assert.Equal((await Segments.NumbersAsync(["vip"], None)).Values, found[0].Segments.Order());
        Assert.Empty(found[1].Segments);
        Assert.Equal(_numbers[1..], await Store.Profiles.NumbersAsync("customer", _numbers[0], 9, None));
        Assert.Equal(_numbers[..1], await Store.Profiles.NumbersAsync("customer", 0, 1, None));
        Assert.Empty(await Store.Profiles.NumbersAsync("account", 0, 9, None));
    }

    private ISegmentStore Segments => Store.Segments;

    private static string Numbers((IReadOnlyList<NumberedMove> Moves, long Through) found) => FormattableString.Invariant($"{string.Join(' ', found.Moves.Select(move => move.Sequence))} to {found.Through}");

    private static KeyValuePair<long, byte[]?> Value(long profile, string? text) => new(profile, text is null ? null : Doc(text));

    private async Task ProfilesAsync(int count)
    {
        await Store.Profiles.ApplyAsync(
            new ProfileChanges(
                "customer",
                [.. Enumerable.Range(1, count).Select(i => new ProfilePut(Id(i), i, [], Doc("{}"), "{}", $"Person {i}", "", [], new byte[32]))],
                [], [], [], [], "job"),
            None);
        _numbers = [.. (await AllAsync(Store.Profiles.ReadFingerprintsAsync("customer", None))).Select(one => one.Profile)];
    }
}
