namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>How well clusters fit the truth.</summary>
/// <param name="TruePairs">Pairs of records that are one by the truth.</param>
/// <param name="FoundPairs">Pairs that the clusters put together.</param>
/// <param name="CommonPairs">Pairs that both do.</param>
/// <param name="BCubedPrecision">Over records, the share of a record's cluster that is the same by the truth (Bagga, Baldwin 1998).</param>
/// <param name="BCubedRecall">Over records, the share of what is the same by the truth that is in its cluster.</param>
public sealed record ClusterScores(long TruePairs, long FoundPairs, long CommonPairs, double BCubedPrecision, double BCubedRecall)
{
    /// <summary>Of the pairs that were put together, the share that is right.</summary>
    public double Precision => FoundPairs == 0 ? 1 : (double)CommonPairs / FoundPairs;

    /// <summary>Of the true pairs, the share that was found.</summary>
    public double Recall => TruePairs == 0 ? 1 : (double)CommonPairs / TruePairs;

    /// <summary>Harmonic mean of precision and recall over pairs.</summary>
    public double F1 => Mean(Precision, Recall);

    /// <summary>Harmonic mean of the B-cubed precision and recall.</summary>
    public double BCubed => Mean(BCubedPrecision, BCubedRecall);

    /// <summary>Compares clusters with the truth.</summary>
    /// <param name="clusters">For each record its cluster.</param>
    /// <param name="truth">For each record its true cluster.</param>
    /// <returns>The scores.</returns>
    public static ClusterScores Of(IReadOnlyList<int> clusters, IReadOnlyList<int> truth)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        ArgumentNullException.ThrowIfNull(truth);
        var (found, right, both) = (new Dictionary<int, long>(), new Dictionary<int, long>(), new Dictionary<(int, int), long>());
        for (var i = 0; i < clusters.Count; i++)
        {
            found[clusters[i]] = found.GetValueOrDefault(clusters[i]) + 1;
            right[truth[i]] = right.GetValueOrDefault(truth[i]) + 1;
            both[(clusters[i], truth[i])] = both.GetValueOrDefault((clusters[i], truth[i])) + 1;
        }

        var (precision, recall) = (0.0, 0.0);
        foreach (var ((cluster, true_), count) in both)
        {
            precision += count * ((double)count / found[cluster]);
            recall += count * ((double)count / right[true_]);
        }

        var all = Math.Max(1.0, clusters.Count);
        return new(right.Values.Sum(Pairs), found.Values.Sum(Pairs), both.Values.Sum(Pairs), precision / all, recall / all);
    }

    private static long Pairs(long count) => count * (count - 1) / 2;

    private static double Mean(double a, double b) => a + b == 0 ? 0 : 2 * a * b / (a + b);
}
