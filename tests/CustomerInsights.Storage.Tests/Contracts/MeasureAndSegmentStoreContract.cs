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
    public async Task Members_come_and_go_with_size_history_and_feed()
    {
        await ProfilesAsync(3);
        var last = await Store.Changes.LastAsync(None);
        await Segments.ApplyAsync("vip", [_numbers[2], _numbers[0], 999], [], At(0), None);
        await Segments.ApplyAsync("vip", [_numbers[1]], [_numbers[0]], At(5), None);
        Assert.Equal([_numbers[1], _numbers[2]], await Segments.MembersAsync("vip", None));
        Assert.Equal(2, await Segments.CountAsync("vip", None));
        Assert.Equal(
            [new SegmentMember(Id(2), "Person 2", At(5)), new SegmentMember(Id(3), "Person 3", At(0))],
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

    private ISegmentStore Segments => Store.Segments;

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
