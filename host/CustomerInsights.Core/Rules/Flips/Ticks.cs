namespace CustomerInsights.Core.Rules.Flips;

/// <summary>Instants as UTC ticks of 100 ns since the year 1.</summary>
internal static class Ticks
{
    /// <summary>Later than every instant.</summary>
    public const long Never = long.MaxValue;

    /// <summary>The last instant that the calendar has.</summary>
    public static readonly long Last = DateTimeOffset.MaxValue.UtcTicks;

    public static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);
}
