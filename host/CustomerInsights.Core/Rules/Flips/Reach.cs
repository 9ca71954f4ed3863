namespace CustomerInsights.Core.Rules.Flips;

/// <summary>What a growing value must reach for a comparison with a limit to answer otherwise: the limit itself, what comes behind it, or either.</summary>
internal readonly record struct Reach(bool At, bool Behind)
{
    /// <summary>Of equality: it begins at the limit and ends behind it.</summary>
    public static readonly Reach Both = new(true, true);

    // More than the calendar has of anything that is counted here but ticks, which are no doubles.
    private const double Most = 10_000_000;

    /// <summary>With the growing value on the left.</summary>
    public static Reach Of(BinaryOperator op) => op switch
    {
        BinaryOperator.Greater or BinaryOperator.LessOrEqual => new Reach(false, true),
        BinaryOperator.GreaterOrEqual or BinaryOperator.Less => new Reach(true, false),
        _ => Both,
    };

    /// <summary>The same comparison with the growing value on the other side.</summary>
    public Reach Mirrored() => new(Behind, At);

    /// <summary>The first of the crossings that matter.</summary>
    public long First(long limit, Func<long, long> crossing) =>
        Math.Min(At ? crossing(limit) : Ticks.Never, Behind ? crossing(limit + 1) : Ticks.Never);

    /// <summary>The first of the crossings that matter, of a whole number with a limit between whole numbers perhaps.</summary>
    public long First(double limit, Func<long, long> crossing)
    {
        limit = Math.Clamp(limit, -Most, Most);
        return Math.Min(At ? crossing((long)Math.Ceiling(limit)) : Ticks.Never, Behind ? crossing((long)Math.Floor(limit) + 1) : Ticks.Never);
    }
}
