namespace CustomerInsights.Core.Statistics;

/// <summary>
/// Where points of engagement stand among everybody's: at most 1,000 of the points with their mid-ranks, so that a score of later, of one person, is the
/// one that a run over all would give. Immutable.
/// </summary>
/// <param name="points">Ascending, all above 0.</param>
/// <param name="ranks">For each its mid-rank as a part of all, above 0 and below 1, ascending.</param>
public sealed class EngagementRanks(IReadOnlyList<double> points, IReadOnlyList<double> ranks)
{
    private const int MostPoints = 1000;

    /// <summary>Nobody is engaged.</summary>
    public static EngagementRanks None { get; } = new([], []);

    /// <summary>Ascending, all above 0.</summary>
    public IReadOnlyList<double> Points { get; } = points;

    /// <summary>For each its mid-rank as a part of all.</summary>
    public IReadOnlyList<double> Ranks { get; } = ranks.Count == points.Count ? ranks : throw new ArgumentException("Each has a rank.", nameof(ranks));

    /// <summary>The ranks of a population. With at most 1,000 different points they are exact, else between two points kept they are interpolated.</summary>
    /// <param name="points">Everybody's points, in any order; those of 0 and below count for nothing. Sorted in place.</param>
    public static EngagementRanks Of(List<double> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        points.RemoveAll(one => !(one > 0));
        points.Sort();
        var (values, ranks) = (new List<double>(), new List<double>());
        for (var start = 0; start < points.Count;)
        {
            var end = start + 1;
            while (end < points.Count && points[end] == points[start])
            {
                end++;
            }

            values.Add(points[start]);
            ranks.Add((start + end) / 2.0 / points.Count);
            start = end;
        }

        if (values.Count <= MostPoints)
        {
            return new EngagementRanks(values, ranks);
        }

        // Evenly by rank, the ends among them; where many share a value it stands for several of them.
        var kept = new List<int>(MostPoints);
        for (var (i, at) = (0, 0); i < MostPoints; i++)
        {
            var wanted = ranks[0] + ((ranks[^1] - ranks[0]) * i / (MostPoints - 1));
            while (at < ranks.Count - 1 && ranks[at] < wanted)
            {
                at++;
            }

            if (kept.Count == 0 || kept[^1] != at)
            {
                kept.Add(at);
            }
        }

        return new EngagementRanks([.. kept.Select(at => values[at])], [.. kept.Select(at => ranks[at])]);
    }

    /// <summary>The part of the engaged that stand below these points, those that stand equal counted half; 0 to 1, and 0 for no engagement.</summary>
    public double Rank(double points)
    {
        if (!(points > 0) || Points.Count == 0)
        {
            return 0;
        }

        var (low, high) = (0, Points.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Points[middle] < points ? (middle + 1, high) : (low, middle);
        }

        return low == Points.Count ? Ranks[^1]
            : Points[low] == points || low == 0 ? Ranks[low]
            : Ranks[low - 1] + ((Ranks[low] - Ranks[low - 1]) * (points - Points[low - 1]) / (Points[low] - Points[low - 1]));
    }

    /// <summary>The score: 0 for no engagement, else the rank in hundredths rounded up, 1 to 100.</summary>
    public int Score(double points) => points > 0 ? Math.Clamp((int)Math.Ceiling(100 * Rank(points)), 1, 100) : 0;
}
