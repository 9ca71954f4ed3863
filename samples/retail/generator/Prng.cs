namespace CustomerInsights.Samples.Generator;

/// <summary>SplitMix64. Our own, and whole numbers only, so that neither the runtime nor the machine changes a byte of the sample.</summary>
internal sealed class Prng(ulong seed)
{
    private ulong _state = seed;

    /// <summary>0 to <paramref name="below"/> − 1.</summary>
    public int Next(int below) => (int)Math.BigMul(NextBits(), (ulong)below, out _);

    /// <summary>Both ends included.</summary>
    public int Between(int low, int high) => low + Next(high - low + 1);

    public bool Percent(int chance) => Next(100) < chance;

    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    /// <summary>Both ends included.</summary>
    public DateOnly Day(DateOnly from, DateOnly to) => from.AddDays(Next(to.DayNumber - from.DayNumber + 1));

    /// <summary>A moment of the day, more often in the evening than at night.</summary>
    public DateTime Moment(DateOnly day)
    {
        var hour = Percent(85) ? Between(8, 22) : Next(24);
        return day.ToDateTime(new TimeOnly(hour, Next(60), Next(60)));
    }

    public void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
