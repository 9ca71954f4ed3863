using CustomerInsights.Core.Rules.Flips;

namespace CustomerInsights.Core.Tests.Rules.Flips;

public sealed class TimingWheelTests
{
    private static readonly long s_now = Sample.Now.UtcTicks;

    [Fact]
    public void A_key_is_due_at_its_tick_and_not_before()
    {
        var wheel = new TimingWheel(s_now);
        var due = s_now + TimeSpan.FromDays(3650).Ticks + 1;
        wheel.Set(7, due);
        Assert.Empty(Advance(wheel, due - 1));
        Assert.Equal(due, wheel.Earliest());
        Assert.Equal([7L], Advance(wheel, due));
        Assert.Empty(Advance(wheel, due + 1));
        Assert.Null(wheel.Earliest());
        Assert.Equal(long.MaxValue, wheel.Wake());
    }

    [Fact]
    public void A_key_has_one_entry_that_can_be_moved_and_cancelled()
    {
        var wheel = new TimingWheel(s_now);
        wheel.Set(1, s_now + 10);
        wheel.Set(1, s_now + TimeSpan.TicksPerDay);
        wheel.SetSooner(1, s_now + (2 * TimeSpan.TicksPerDay));
        Assert.Equal(s_now + TimeSpan.TicksPerDay, wheel.DueOf(1));
        wheel.SetSooner(1, s_now + 5);
        Assert.Equal((1, s_now + 5), (wheel.Count, wheel.Earliest()));
        Assert.True(wheel.Cancel(1));
        Assert.False(wheel.Cancel(1));
        Assert.Empty(Advance(wheel, s_now + TimeSpan.TicksPerDay));
    }

    [Fact]
    public void What_was_due_already_comes_at_once_and_a_limit_leaves_the_rest()
    {
        var wheel = new TimingWheel(s_now);
        for (var key = 0; key < 10; key++)
        {
            wheel.Set(key, s_now - TimeSpan.TicksPerDay);
        }

        var due = new List<long>();
        Assert.False(wheel.Advance(s_now, due, 4));
        Assert.Equal(4, due.Count);
        Assert.True(wheel.Advance(s_now, due));
        Assert.Equal(10, due.Distinct().Count());
    }

    // Against the slow way: sort everything.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_gives_what_a_sorted_list_gives(int seed)
    {
        var random = new System.Random(seed);
        var (wheel, plain, now) = (new TimingWheel(s_now), new Dictionary<long, long>(), s_now);
        for (var step = 0; step < 20_000; step++)
        {
            var key = random.Next(400);
            switch (random.Next(6))
            {
                case 0:
                    Assert.Equal(plain.Remove(key), wheel.Cancel(key));
                    break;
                case 1:
                    now += random.NextInt64(1L << random.Next(1, 48));
                    var expected = plain.Where(pair => pair.Value <= now).Select(pair => pair.Key).Order().ToList();
                    Assert.True(wheel.Wake() <= (plain.Count == 0 ? long.MaxValue : plain.Values.Min()));
                    Assert.Equal(expected, Advance(wheel, now).Order());
                    expected.ForEach(one => plain.Remove(one));
                    break;
                default:
                    plain[key] = now + random.NextInt64(1L << random.Next(1, 58)) - 1000;
                    wheel.Set(key, plain[key]);
                    break;
            }

            Assert.Equal(plain.Count, wheel.Count);
            Assert.Equal(plain.Count == 0 ? null : plain.Values.Min(), wheel.Earliest());
        }
    }

    [Fact]
    public void A_million_entries_take_bounded_memory_and_moving_them_takes_none()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var wheel = new TimingWheel(s_now);
        var random = new System.Random(5);
        for (var key = 0; key < 1_000_000; key++)
        {
            wheel.Set(key, s_now + random.NextInt64(TimeSpan.TicksPerDay * 3650));
        }

        // Growing allocates what is outgrown too: all sizes together are at most three times the last.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1_000_000, 40, 300);
        var full = GC.GetAllocatedBytesForCurrentThread();
        for (var key = 0; key < 1_000_000; key++)
        {
            wheel.Set(key, s_now + random.NextInt64(TimeSpan.TicksPerDay * 3650));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - full, 0, 10_000);
        Assert.Equal(1_000_000, wheel.Count);
    }

    private static List<long> Advance(TimingWheel wheel, long now)
    {
        var due = new List<long>();
        Assert.True(wheel.Advance(now, due));
        return due;
    }
}
