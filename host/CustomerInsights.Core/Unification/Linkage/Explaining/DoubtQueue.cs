namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>A question worth asking somebody.</summary>
/// <param name="A">A record of the one side: its row.</param>
/// <param name="B">A record of the other side.</param>
/// <param name="IsTogether">True for two parts of one cluster, false for two clusters.</param>
/// <param name="RecordsOfA">Records on the side of <paramref name="A"/>.</param>
/// <param name="RecordsOfB">Records on the other side.</param>
/// <param name="Bits">For a cut the average evidence above the strictness, for two clusters the strongest pair's, in bits.</param>
/// <param name="Probability">How likely the two sides are one, 0 to 1.</param>
/// <param name="Worth">Wrong pairs of records that an answer is expected to prevent, weighed by how open it is: entropy (0 to 1) × pairs of records affected.</param>
public sealed record Doubt(int A, int B, bool IsTogether, int RecordsOfA, int RecordsOfB, double Bits, double Probability, double Worth);

/// <summary>What to ask first.</summary>
public static class DoubtQueue
{
    // Pairs between clusters nearer to 0 than this are open.
    private const double Open = 4;

    /// <summary>Doubtful pairs between clusters, ties, and weakest cuts inside clusters, the worthiest first.</summary>
    /// <param name="result">A run that compared something.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="most">How many, 1 or more.</param>
    /// <param name="cancellationToken">Looked at for each cluster.</param>
    /// <returns>The queue; for two clusters one question, about their strongest pair.</returns>
    /// <exception cref="ArgumentException">The run compared nothing.</exception>
    public static IReadOnlyList<Doubt> Of(MatcherResult result, MatcherOptions options, int most, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var inside = new ClusterExplainer(result, options).WeakestCuts(cancellationToken).Select(Inside);
        return [.. inside.Concat(Between(result, options.Strictness)).OrderByDescending(doubt => doubt.Worth).ThenBy(doubt => doubt.A).ThenBy(doubt => doubt.B).Take(most)];
    }

    private static Doubt Inside(ClusterCut cut)
    {
        var p = Odds.Probability(cut.AverageBits);
        var worth = Odds.Entropy(p) * cut.PartRecords * cut.OtherRecords;
        return cut.Part[0] < cut.Other[0]
            ? new(cut.Part[0], cut.Other[0], true, cut.PartRecords, cut.OtherRecords, cut.AverageBits, p, worth)
            : new(cut.Other[0], cut.Part[0], true, cut.OtherRecords, cut.PartRecords, cut.AverageBits, p, worth);
    }

    private static IEnumerable<Doubt> Between(MatcherResult result, double strictness)
    {
        var sizes = result.Clusters.CountBy(cluster => cluster).ToDictionary();
        var ties = result.Ties.SelectMany((tie, i) => tie.Records.Select(record => (record, i))).ToDictionary(one => one.record, one => one.i);
        bool IsTied(int one, int other) => ties.TryGetValue(one, out var tie) && ties.TryGetValue(other, out var same) && tie == same;
        var strongest = new Dictionary<(int, int), (int A, int B, double Bits)>();
        for (var i = 0; i < result.Pairs.Length; i++)
        {
            var (a, b) = ((int)(result.Pairs[i] >> 32), (int)(uint)result.Pairs[i]);
            var bits = result.BitsOf(i) - strictness;
            var (one, other) = (Math.Min(result.Clusters[a], result.Clusters[b]), Math.Max(result.Clusters[a], result.Clusters[b]));
            if (one != other && (Math.Abs(bits) < Open || (bits > 0 && IsTied(one, other))) && (!strongest.TryGetValue((one, other), out var before) || bits > before.Bits || (bits == before.Bits && (a, b).CompareTo((before.A, before.B)) < 0)))
            {
                strongest[(one, other)] = (a, b, bits);
            }
        }

        foreach (var ((one, other), (a, b, bits)) in strongest)
        {
            // Of two ways that are as good one is right, however strong the evidence.
            var p = IsTied(one, other) ? Math.Min(0.5, Odds.Probability(bits)) : Odds.Probability(bits);
            yield return new(a, b, false, sizes[result.Clusters[a]], sizes[result.Clusters[b]], bits, p, Odds.Entropy(p) * sizes[one] * sizes[other]);
        }
    }
}
