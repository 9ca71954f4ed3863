using CustomerInsights.Core.Model;

namespace CustomerInsights.Host.Tests.Live;

/// <summary>
/// A week of simulated time over a real store: after each event and each flip, what is stored is what a full evaluation gives at that instant.
/// </summary>
public sealed class SimulatedWeekTests
{
    private const int Customers = 25;
    private static readonly string[] s_cities = ["London", "Paris", "Wien"];

    // The clocks of Berlin change on 29 March 2026, those of New York on 8 March.
    private static readonly DateTimeOffset s_begin = new(2026, 3, 25, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Membership_after_each_event_and_each_flip_is_what_a_full_evaluation_gives(int seed)
    {
        var random = new Random(seed);
        await using var world = await LiveStore.OpenAsync(s_begin);
        await DefineAsync(world, random);
        for (var customer = 1; customer <= Customers; customer++)
        {
            await ProfileAsync(world, random, customer);
            for (var i = random.Next(4); i > 0; i--)
            {
                await EventAsync(world, random, customer, s_begin.AddHours(-random.Next(24 * 40)));
            }
        }

        await world.Live.StartAsync(CancellationToken.None);
        await world.Live.CatchUpAsync(CancellationToken.None);
        await world.AgreeAsync("start");
        var (events, flips) = (0, 0);
        var end = s_begin.AddDays(7);
        while (world.Clock.Now < end)
        {
            var next = world.Clock.Now.AddMinutes(random.Next(1, 90)).AddTicks(random.Next(10_000_000));
            while (world.Live.NextFlip is { } flip && flip <= next)
            {
                world.Clock.Now = flip;
                await world.Live.CatchUpAsync(CancellationToken.None);
                await world.AgreeAsync("flip");
                flips++;
            }

            world.Clock.Now = next;
            await world.AgreeAsync("before an event");
            await HappenAsync(world, random, ++events);
            await world.Live.CatchUpAsync(CancellationToken.None);
            await world.AgreeAsync("event");
        }

        var moves = await world.Store.Segments.LastMoveAsync(CancellationToken.None);
        Assert.True(events > 100 && flips > 100 && moves > 200, $"{events} events, {flips} flips, {moves} moves");
        Assert.Equal(0, world.Live.Progress.Now.Failures);
    }

    private static async Task DefineAsync(LiveStore world, Random random)
    {
        await world.MeasureAsync("spend", "sum(order.amount)");
        await world.MeasureAsync("quiet", "days_since(last(order.at))");
        await world.MeasureAsync("lately", "count(order where at >= ago(2d))");
        await world.SegmentAsync("big", "spend > 100");
        await world.SegmentAsync("quiet_big", "quiet >= 3 and segment(\"big\")");
        await world.SegmentAsync("not_big", "not segment(\"big\") and lately >= 1");
        await world.SegmentAsync("londoners", "city = \"London\"");
        await world.SegmentAsync("london_now", "segment(\"londoners\") and exists(visit where at >= ago(6h))");
        await world.SegmentAsync("morning", "hour(now()) < 12 and count(visit) > 2", "Europe/Berlin");
        await world.SegmentAsync("monthly", "seen >= ago(1mo)", "Europe/Berlin");
        await world.SegmentAsync("anniversary", "month(joined) = month(today()) and day(joined) = day(today())", "America/New_York");
        await world.SegmentAsync("this_week", "exists(order where at >= truncate(now(), \"week\"))", "Europe/Berlin");
        await world.SegmentAsync("funnel", "count(visit where at >= ago(3d) then order within 1d) >= 1");
        await world.SegmentAsync("future", "exists(order where at > now())");
        for (var i = 0; i < 8; i++)
        {
            var hours = random.Next(1, 24 * 20);
            await world.SegmentAsync($"window_{i}", $"count({(i % 2 == 0 ? "order" : "visit")} where at >= ago({hours}h)) >= {random.Next(1, 4)}");
            await world.SegmentAsync($"lapsed_{i}", $"days_since(last({(i % 2 == 0 ? "order" : "visit")}.at)) > {random.Next(10)}");
        }
    }

    private static async Task HappenAsync(LiveStore world, Random random, int step)
    {
        var customer = random.Next(1, Customers + 1);
        switch (random.Next(12))
        {
            case 0 or 1:
                await ProfileAsync(world, random, customer);
                break;
            case 2:
                await world.RemoveEventAsync($"e{random.Next(1, step + 1)}");
                break;
            case 3 when step % 5 == 0:
                await world.RestartAsync();
                break;
            case 4 when step % 3 == 0:
                await world.SegmentAsync("changing", $"count(order where at >= ago({random.Next(1, 100)}h)) >= 1 or city = \"{s_cities[random.Next(3)]}\"");
                break;
            case 5 when step % 4 == 0:
                await world.ProfileAsync(customer, null);
                break;
            default:
                await EventAsync(world, random, customer, world.Clock.Now.AddMinutes(random.Next(-3000, 200)), $"e{step}");
                break;
        }
    }

    private static Task ProfileAsync(LiveStore world, Random random, int customer) => world.ProfileAsync(
        customer,
        ("city", Value.Of(s_cities[random.Next(3)])),
        ("age", Value.Of((long)random.Next(90))),
        ("seen", Value.Of(world.Clock.Now.AddMinutes(-random.Next(60 * 24 * 33)))),
        ("joined", Value.Of(new DateOnly(2020, 3, 20).AddDays(random.Next(20)))));

    private static Task EventAsync(LiveStore world, Random random, int customer, DateTimeOffset at, string? key = null) => random.Next(2) == 0
        ? world.EventAsync(key ?? $"s{customer}-{at.Ticks}", "order", customer, at, ("amount", Value.Of(random.Next(1, 80) * 1.0m)))
        : world.EventAsync(key ?? $"s{customer}-{at.Ticks}", "visit", customer, at, ("page", Value.Of("/")));
}
