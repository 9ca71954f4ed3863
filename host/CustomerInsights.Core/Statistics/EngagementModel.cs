namespace CustomerInsights.Core.Statistics;

/// <summary>How much an activity type counts towards engagement.</summary>
/// <param name="Weight">What its activities weigh; below 0 they lower the score. −1,000 to 1,000.</param>
/// <param name="HalfLifeDays">After how many days an activity counts half. Above 0, to 36,500.</param>
public readonly record struct EngagementWeight(double Weight, double HalfLifeDays);

/// <summary>What an activity type contributes to somebody's engagement.</summary>
/// <param name="Type">The activity type.</param>
/// <param name="Activities">How many of them count: those after <see cref="EngagementModel.DailyCap"/> on one day do not.</param>
/// <param name="Recent">Activities that count, each by 2^(−age ÷ half life).</param>
/// <param name="Weight">The type's weight.</param>
/// <param name="Points">Weight × ln(1 + recent).</param>
public sealed record EngagementPart(string Type, int Activities, double Recent, double Weight, double Points);

/// <summary>
/// Engagement from activities by type, recency and frequency. With v the sum of 2^(−age ÷ half life) over a type's activities, the points are
/// Σ weight × ln(1 + v), 0 at the least. <see cref="EngagementRanks"/> makes a score of them. Immutable.
/// </summary>
/// <remarks>
/// A type keeps v and the time of its last activity: v ← v × 2^(−dt ÷ half life) + 1, so that recency and frequency are one number and an activity costs
/// O(1). The cap on activities of one day and type is the one that lead scoring usually has: a reload loop is no interest.
/// </remarks>
/// <param name="weights">By activity type.</param>
/// <param name="dailyCap">How many activities of one type count on one UTC day, 1 or more.</param>
public sealed class EngagementModel(IReadOnlyDictionary<string, EngagementWeight> weights, int dailyCap)
{
    /// <summary>The cap that is used when nobody says another.</summary>
    public const int UsualDailyCap = 20;

    /// <summary>By activity type.</summary>
    public IReadOnlyDictionary<string, EngagementWeight> Weights { get; } = weights;

    /// <summary>How many activities of one type count on one UTC day.</summary>
    public int DailyCap { get; } = dailyCap >= 1 ? dailyCap : throw new ArgumentOutOfRangeException(nameof(dailyCap), dailyCap, "At least one activity a day counts.");

    /// <summary>The points of somebody's activities.</summary>
    /// <param name="timesOf">A type's times in ascending order; those after <paramref name="now"/> do not count.</param>
    /// <param name="now">The moment.</param>
    public double Points(Func<string, IEnumerable<DateTimeOffset>> timesOf, DateTimeOffset now) => Math.Max(0, Parts(timesOf, now).Sum(part => part.Points));

    /// <summary>What each type contributes; those without activities are left out. The points of all are their sum, 0 at the least.</summary>
    /// <param name="timesOf">A type's times in ascending order; those after <paramref name="now"/> do not count.</param>
    /// <param name="now">The moment.</param>
    public IEnumerable<EngagementPart> Parts(Func<string, IEnumerable<DateTimeOffset>> timesOf, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(timesOf);
        foreach (var (type, weight) in Weights)
        {
            var (counted, recent) = Recent(timesOf(type), weight.HalfLifeDays, now);
            if (counted > 0)
            {
                yield return new EngagementPart(type, counted, recent, weight.Weight, weight.Weight * Math.Log(1 + recent));
            }
        }
    }

    private (int Counted, double Recent) Recent(IEnumerable<DateTimeOffset> times, double halfLife, DateTimeOffset now)
    {
        var (counted, v, last) = (0, 0.0, default(DateTimeOffset));
        var (day, today) = (default(DateOnly), 0);
        foreach (var time in times)
        {
            if (time > now)
            {
                break;
            }

            var itsDay = DateOnly.FromDateTime(time.UtcDateTime);
            today = itsDay == day ? today + 1 : 1;
            day = itsDay;
            if (today <= DailyCap)
            {
                v = (counted == 0 ? 0 : Decay(v, time - last, halfLife)) + 1;
                last = time;
                counted++;
            }
        }

        return (counted, counted == 0 ? 0 : Decay(v, now - last, halfLife));
    }

    private static double Decay(double v, TimeSpan passed, double halfLife) => v * Math.Pow(2, -passed.TotalDays / halfLife);
}
