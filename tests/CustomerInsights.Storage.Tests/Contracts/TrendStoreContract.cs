using CustomerInsights.Storage.Trends;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class TrendStoreContract : StoreContract
{
    private static readonly DateOnly s_day = new(2026, 3, 1);

    [Fact]
    public async Task Figures_of_a_day_are_replaced_and_equal_ones_are_not_written()
    {
        var first = new ProfileDay("customer", s_day, 5, At(0), null);
        var second = new ProfileDay("customer", s_day.AddDays(1), 6, At(1), new MeasuredDay(5, 2, "{}", "s"));
        Assert.Equal(2, await Store.Trends.PutProfilesAsync([first, second], None));
        Assert.Equal(0, await Store.Trends.PutProfilesAsync([first with { At = At(9) }, second with { At = At(9) }], None));
        Assert.Equal(1, await Store.Trends.PutProfilesAsync([second with { Measured = second.Measured! with { Reachable = 3 } }], None));
        await ReopenAsync();
        Assert.Equal([first, second with { Measured = second.Measured! with { Reachable = 3 } }], await Store.Trends.ProfilesAsync("customer", s_day, s_day.AddDays(1), None));
        Assert.Equal([first], await Store.Trends.ProfilesAsync("customer", s_day, s_day, None));
        Assert.Empty(await Store.Trends.ProfilesAsync("account", s_day, s_day, None));
        Assert.Equal(s_day.AddDays(1), (await Store.Trends.LastMeasuredAsync("customer", DateOnly.MaxValue, None))!.Day);
        Assert.Null(await Store.Trends.LastMeasuredAsync("customer", s_day.AddDays(1), None));
    }

    [Fact]
    public async Task Closed_months_stay_unless_they_are_opened_again()
    {
        Assert.Null(await Store.Trends.FinalThroughAsync(None));
        var open = new ActiveDay(new ActiveCount(s_day, 1, 2), Final: false, Backfilled: false, At(0));
        var closed = open with { Count = new ActiveCount(s_day, 3, 2), Final = true, Backfilled = true };
        Assert.Equal(1, await Store.Trends.PutActiveAsync([open], reopen: false, None));
        Assert.Equal(1, await Store.Trends.PutActiveAsync([closed], reopen: false, None));
        Assert.Equal(0, await Store.Trends.PutActiveAsync([open], reopen: false, None));

        // It was counted before its month was over, and that is not forgotten.
        Assert.Equal([closed with { Backfilled = false }], await Store.Trends.ActiveAsync(s_day, s_day, None));
        Assert.Equal(s_day, await Store.Trends.FinalThroughAsync(None));
        Assert.Equal(1, await Store.Trends.PutActiveAsync([open], reopen: true, None));
        Assert.Equal([open], await Store.Trends.ActiveAsync(s_day, s_day, None));
    }

    [Fact]
    public async Task A_store_without_profiles_counts_none()
    {
        Assert.Equal(new PeopleCount(0, 0), await Store.Trends.CountPeopleAsync("customer", None));
        Assert.Empty((await Store.Trends.LedgerTotalsAsync("customer", s_day, None))!);
        Assert.Equal([new ActiveCount(s_day, 0, 0)], await Store.Trends.CountActiveAsync(s_day, s_day.AddDays(1), ["nothing"], None));
        Assert.Empty(await Store.Trends.CountActiveAsync(s_day, s_day, [], None));
    }
}
