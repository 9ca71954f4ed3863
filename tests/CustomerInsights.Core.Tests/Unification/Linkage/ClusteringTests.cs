using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>Average link, and the scores that say how right clusters are.</summary>
public sealed class ClusteringTests
{
    [Fact]
    public void One_wrong_edge_between_two_people_is_outvoted()
    {
        // 0-1-2 and 3-4-5 agree among themselves; 2 and 3 agree by accident, and were never worth comparing otherwise.
        var clusters = Cluster(6, (0, 1, 5), (0, 2, 5), (1, 2, 5), (3, 4, 5), (3, 5, 5), (4, 5, 5), (2, 3, 4));
        Assert.Equal([0, 0, 0, 3, 3, 3], clusters);
    }

    [Fact]
    public void A_chain_holds_while_the_evidence_on_average_does()
    {
        Assert.Equal([0, 0, 0], Cluster(3, (0, 1, 6), (1, 2, 5)));
        Assert.Equal([0, 0, 2], Cluster(3, (0, 1, 6), (1, 2, 0.5)));
        Assert.Equal([0, 0, 0], Cluster(3, (0, 1, 6), (0, 2, -6), (1, 2, 5)));
        Assert.Equal([0, 0, 0, 0, 4], Cluster(5, (0, 1, 6), (0, 2, 6), (0, 3, 6), (1, 2, 6), (1, 3, 6), (2, 3, 6), (3, 4, 2)));
    }

    [Fact]
    public void Scores_are_those_of_the_definitions()
    {
        // Found {0,1,2}{3}; true {0,1}{2,3}: one pair in common of three found and two true.
        var scores = ClusterScores.Of([0, 0, 0, 3], [7, 7, 9, 9]);
        Assert.Equal((2, 3, 1), (scores.TruePairs, scores.FoundPairs, scores.CommonPairs));
        Assert.Equal(1 / 3.0, scores.Precision, 12);
        Assert.Equal(0.5, scores.Recall, 12);
        Assert.Equal(0.4, scores.F1, 12);
        Assert.Equal(((2 / 3.0) + (2 / 3.0) + (1 / 3.0) + 1) / 4, scores.BCubedPrecision, 12);
        Assert.Equal((1 + 1 + 0.5 + 0.5) / 4, scores.BCubedRecall, 12);
    }

    private static int[] Cluster(int rows, params (int A, int B, double Bits)[] edges)
    {
        var sorted = edges.OrderBy(edge => edge.A).ThenBy(edge => edge.B).ToArray();
        return AverageLink.Cluster(
            rows, [.. sorted.Select(edge => ((ulong)(uint)edge.A << 32) | (uint)edge.B)], [.. sorted.Select(edge => edge.Bits)], 0, [.. Enumerable.Range(0, rows).Select(row => (ulong)row)], null, 2);
    }
}
