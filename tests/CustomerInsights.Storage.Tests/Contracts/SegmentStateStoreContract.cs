using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class SegmentStateStoreContract : StoreContract
{
    private static readonly DateTimeOffset s_day = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private long[] _numbers = [];

    [Fact]
    public async Task A_size_is_kept_for_each_minute_in_which_it_changed()
    {
        await ProfilesAsync(3);
        await Store.Segments.ApplyAsync("vip", [_numbers[0]], [], s_day, None);
        await Store.Segments.ApplyAsync("vip", [_numbers[1]], [], s_day.AddSeconds(59), None);
        await Store.Segments.ApplyAsync("vip", [], [_numbers[0]], s_day.AddSeconds(60), None);
        await Store.Segments.ApplyAsync("vip", [_numbers[1]], [], s_day.AddSeconds(600), None);
        Assert.Equal([new SegmentSize(s_day.AddSeconds(59), 2), new SegmentSize(s_day.AddSeconds(60), 1)], await States.SizesAsync("vip", null, null, None));
        Assert.Empty(await States.SizesAsync("other", null, null, None));
    }

    [Fact]
    public async Task Sizes_of_a_window_begin_with_the_size_at_its_beginning()
    {
        await ProfilesAsync(3);
        for (var i = 0; i < 3; i++)
        {
            await Store.Segments.ApplyAsync("vip", [_numbers[i]], [], s_day.AddHours(i), None);
        }

        Assert.Equal([2L, 3], (await States.SizesAsync("vip", s_day.AddHours(1.5), null, None)).Select(point => point.Size));
        Assert.Equal([1L, 2], (await States.SizesAsync("vip", null, s_day.AddHours(2), None)).Select(point => point.Size));
        Assert.Equal([3L], (await States.SizesAsync("vip", s_day.AddHours(2), null, None)).Select(point => point.Size));
        Assert.Equal([3L], (await States.SizesAsync("vip", s_day.AddDays(9), null, None)).Select(point => point.Size));
        Assert.Empty(await States.SizesAsync("vip", null, s_day, None));
    }

    [Fact]
    public async Task Old_sizes_are_thinned_to_the_last_of_an_hour_and_then_of_a_day()
    {
        await ProfilesAsync(8);
        var times = new[] { 0.0, 0.5, 5, 24, 24.5, 47, 47.5, 47.9 };
        for (var i = 0; i < times.Length; i++)
        {
            await Store.Segments.ApplyAsync("vip", [_numbers[i]], [], s_day.AddHours(times[i]), None);
        }

        await States.ThinSizesAsync(hourly: s_day.AddHours(47), daily: s_day.AddHours(24), None);
        Assert.Equal([5, 24.5, 47, 47.5, 47.9], (await States.SizesAsync("vip", null, null, None)).Select(point => Math.Round((point.At - s_day).TotalHours, 3)));
        await States.ThinSizesAsync(s_day.AddHours(47), s_day.AddHours(24), None);
        Assert.Equal(5, (await States.SizesAsync("vip", null, null, None)).Count);
    }

    [Fact]
    public async Task A_list_is_replaced_as_a_whole_and_outlives_a_restart()
    {
        await ProfilesAsync(3);
        Assert.Null(await States.ListedAsync("fair", None));
        await States.PutListAsync("fair", [_numbers[2], _numbers[0], 999], At(0), None);
        Assert.Equal([_numbers[0], _numbers[2]], (await States.ListedAsync("fair", None))!);
        await States.PutListAsync("fair", [_numbers[1]], At(5), None);
        await ReopenAsync();
        Assert.Equal([_numbers[1]], (await States.ListedAsync("fair", None))!);
        await States.PutListAsync("fair", [], At(6), None);
        Assert.Empty((await States.ListedAsync("fair", None))!);
        Assert.Equal(At(6), (await States.TimesAsync(None))["fair"].ListedAt);
    }

    [Fact]
    public async Task One_on_a_list_who_is_merged_away_stays_on_it_as_the_profile_that_it_became()
    {
        await ProfilesAsync(3);
        await States.PutListAsync("fair", [_numbers[1], _numbers[2]], At(0), None);
        await Store.Profiles.ApplyAsync(
            new ProfileChanges("customer", [], [Id(2)], [new ProfileRedirect(Id(2), Id(1))], [], [], "job"), None);
        Assert.Equal([_numbers[0], _numbers[2]], (await States.ListedAsync("fair", None))!);
    }

    [Fact]
    public async Task Times_are_kept_apart_and_go_with_the_segment()
    {
        await ProfilesAsync(1);
        await States.UsedAsync("vip", At(1), None);
        await States.ComputedAsync(["vip", "other"], At(2), None);
        await States.UsedAsync("vip", At(3), None);
        await States.PutListAsync("vip", [_numbers[0]], At(4), None);
        Assert.Equal(new SegmentTimes(At(4), At(2), At(3)), (await States.TimesAsync(None))["vip"]);
        await Store.Segments.ApplyAsync("vip", [_numbers[0]], [], At(4), None);
        await Store.Segments.DeleteAsync("vip", None);
        Assert.Equal(["other"], (await States.TimesAsync(None)).Keys);
        Assert.Null(await States.ListedAsync("vip", None));
        Assert.Empty(await States.SizesAsync("vip", null, null, None));
    }

    [Theory]
    [InlineData(SegmentMemberOrder.Profile, "1 2 3 4")]
    [InlineData(SegmentMemberOrder.Newest, "3 1 2 4")]
    [InlineData(SegmentMemberOrder.Oldest, "4 1 2 3")]
    [InlineData(SegmentMemberOrder.Name, "1 2 3 4")]
    public async Task Members_come_in_each_order_page_by_page(SegmentMemberOrder order, string expected)
    {
        await ProfilesAsync(4);
        await Store.Segments.ApplyAsync("vip", [_numbers[3]], [], At(0), None);
        await Store.Segments.ApplyAsync("vip", [_numbers[0], _numbers[1]], [], At(5), None);
        await Store.Segments.ApplyAsync("vip", [_numbers[2]], [], At(9), None);
        for (var size = 1; size <= 5; size++)
        {
            var members = await PagesAsync(after => Store.Segments.ListAsync("vip", order, after, size, None));
            Assert.Equal(expected, string.Join(' ', members.Select(member => member.DisplayName["Person ".Length..])));
        }

        Assert.Equal([(_numbers[0], At(5)), (_numbers[1], At(5)), (_numbers[2], At(9)), (_numbers[3], At(0))], (await AllAsync(States.SinceAsync("vip", None))).Select(one => (one.Profile, one.Since)));
        if (order != SegmentMemberOrder.Profile)
        {
            await Assert.ThrowsAsync<BadCursorException>(() => Store.Segments.ListAsync("vip", order, "x", 5, None).AsTask());
        }
    }

    private ISegmentStateStore States => Store.SegmentStates;

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
