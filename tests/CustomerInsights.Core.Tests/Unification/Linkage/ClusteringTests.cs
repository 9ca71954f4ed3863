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

    [Fact]
    public void Pairs_that_are_apart_never_meet_not_even_through_others()
    {
        var apart = new LinkConstraints { Apart = [(0, 2)] };
        Assert.Equal([0, 0, 2], Cluster(apart, 3, (0, 1, 6), (0, 2, 6), (1, 2, 5)));
        Assert.Equal([0, 0, 2, 2], Cluster(apart, 4, (0, 1, 6), (1, 2, 5), (1, 3, 1), (2, 3, 6)));
    }

    [Fact]
    public void Groups_are_one_from_the_start_and_count_with_all_their_records()
    {
        var together = new LinkConstraints { Together = [7, 7, -1] };
        Assert.Equal([0, 0, 2], Cluster(together, 3));
        Assert.Equal([0, 0, 0], Cluster(together, 3, (0, 2, 2)));
        Assert.Equal([0, 0, 2], Cluster(together, 3, (0, 2, 0.5)));
    }

    [Fact]
    public void A_group_with_two_records_of_a_source_free_of_duplicates_holds_and_takes_no_third()
    {
        var both = new LinkConstraints { Together = [3, 3, -1, -1], Alone = [1, 1, 1, 2] };
        Assert.Equal([0, 0, 2, 0], Cluster(both, 4, (0, 2, 6), (1, 2, 6), (0, 3, 6), (1, 3, 6)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_order_of_pairs_and_rows_changes_nothing_and_constraints_hold(int seed)
    {
        var random = new Random(seed);
        const int Rows = 400;
        var edges = Enumerable.Range(0, 1200).Select(_ => (A: random.Next(Rows), B: random.Next(Rows), Bits: (random.NextDouble() * 12) - 3))
            .Where(edge => edge.A < edge.B).DistinctBy(edge => (edge.A, edge.B)).ToArray();
        var together = Enumerable.Range(0, Rows).Select(row => row % 5 == 0 ? row / 10 : -1).ToArray();
        var apart = edges.Take(40).Select(edge => (edge.A, edge.B)).Where(pair => together[pair.A] < 0 || together[pair.A] != together[pair.B]).ToArray();
        var first = Cluster(new LinkConstraints { Together = together, Apart = apart }, Rows, edges);
        Assert.All(apart, pair => Assert.NotEqual(first[pair.A], first[pair.B]));
        Assert.All(Enumerable.Range(0, Rows).Where(row => together[row] >= 0).GroupBy(row => together[row]), group => Assert.Single(group.Select(row => first[row]).Distinct()));

        var order = Enumerable.Range(0, Rows).ToArray();
        random.Shuffle(order);
        var hashes = new ulong[Rows];
        for (var row = 0; row < Rows; row++)
        {
            hashes[order[row]] = (ulong)row;
        }

        var moved = edges.Select(edge => (A: Math.Min(order[edge.A], order[edge.B]), B: Math.Max(order[edge.A], order[edge.B]), edge.Bits)).ToArray();
        random.Shuffle(moved);
        var groups = new int[Rows];
        for (var row = 0; row < Rows; row++)
        {
            groups[order[row]] = together[row];
        }

        var second = AverageLink.Cluster(
            Rows, [.. moved.Select(edge => ((ulong)(uint)edge.A << 32) | (uint)edge.B)], [.. moved.Select(edge => edge.Bits)], 0, hashes,
            new LinkConstraints { Together = groups, Apart = [.. apart.Select(pair => (order[pair.A], order[pair.B]))] }, new ParallelOptions { MaxDegreeOfParallelism = 1 });
        Assert.Equal(1, ClusterScores.Of([.. order.Select(row => second[row])], first).F1);
    }

    [Fact]
    public void Clusters_are_those_of_the_definition()
    {
        var random = new Random(17);
        for (var round = 0; round < 300; round++)
        {
            var rows = random.Next(2, 24);
            var edges = Enumerable.Range(0, random.Next(1, 80)).Select(_ => (A: random.Next(rows), B: random.Next(rows), Bits: (random.NextDouble() * 9) - 2))
                .Where(edge => edge.A < edge.B).DistinctBy(edge => (edge.A, edge.B)).ToArray();
            var apart = edges.Where(_ => random.Next(12) == 0).Select(edge => (edge.A, edge.B)).ToArray();
            Assert.Equal(ByDefinition(rows, edges, apart), Cluster(new LinkConstraints { Apart = apart }, rows, edges));
        }
    }

    // All pairs of clusters are looked at, again after each merge: of those that hold no denied pair the one with the highest average joins.
    private static int[] ByDefinition(int rows, (int A, int B, double Bits)[] edges, (int A, int B)[] apart)
    {
        var clusters = Enumerable.Range(0, rows).ToArray();
        while (true)
        {
            var best = (Average: 0.0, A: -1, B: -1);
            foreach (var (a, b) in edges.Select(edge => (clusters[edge.A], clusters[edge.B])).Where(pair => pair.Item1 != pair.Item2).Select(pair => (Math.Min(pair.Item1, pair.Item2), Math.Max(pair.Item1, pair.Item2))).Distinct().Order())
            {
                bool Between((int A, int B) pair) => (clusters[pair.A] == a && clusters[pair.B] == b) || (clusters[pair.A] == b && clusters[pair.B] == a);
                var sum = edges.Where(edge => edge.Bits > AverageLink.Floor && Between((edge.A, edge.B))).Sum(edge => Math.Min(edge.Bits, AverageLink.Most) - AverageLink.Unseen);
                var average = (sum / (clusters.Count(cluster => cluster == a) * clusters.Count(cluster => cluster == b))) + AverageLink.Unseen;
                best = average > best.Average && !apart.Any(Between) ? (average, a, b) : best;
            }

            if (best.A < 0)
            {
                return clusters;
            }

            clusters = Array.ConvertAll(clusters, cluster => cluster == best.B ? best.A : cluster);
        }
    }

    [Theory]
    [InlineData("star")]
    [InlineData("chain")]
    [InlineData("random")]
    public void A_component_of_a_hundred_thousand_records_ends_soon(string shape)
    {
        const int Rows = 100_000;
        var random = new Random(4);
        var edges = Enumerable.Range(1, Rows - 1).Select(row => (A: shape switch { "star" => 0, "chain" => row - 1, _ => random.Next(row) }, B: row, Bits: 1 + (random.NextDouble() * 8)))
            .Concat(shape == "random" ? Enumerable.Range(0, 100_000).Select(_ => (A: random.Next(Rows / 2), B: (Rows / 2) + random.Next(Rows / 2), Bits: random.NextDouble() * 8)) : [])
            .DistinctBy(edge => (edge.A, edge.B)).ToArray();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var clusters = Cluster(Rows, edges);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
        Assert.InRange(clusters.Distinct().Count(), 2, Rows - 1);
    }

    private static int[] Cluster(int rows, params (int A, int B, double Bits)[] edges) => Cluster(LinkConstraints.None, rows, edges);

    private static int[] Cluster(LinkConstraints? constraints, int rows, params (int A, int B, double Bits)[] edges)
    {
        var sorted = edges.OrderBy(edge => edge.A).ThenBy(edge => edge.B).ToArray();
        return AverageLink.Cluster(
            rows, [.. sorted.Select(edge => ((ulong)(uint)edge.A << 32) | (uint)edge.B)], [.. sorted.Select(edge => edge.Bits)], 0, [.. Enumerable.Range(0, rows).Select(row => (ulong)row)], constraints ?? LinkConstraints.None, new ParallelOptions { MaxDegreeOfParallelism = 2 });
    }
}
