using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>Where clusters break, and what is said of it.</summary>
public sealed class ClusterExplanationTests
{
    private static readonly MatcherOptions s_two = new() { Threads = 2 };

    [Fact]
    public void The_least_cut_and_the_bridges_are_those_that_trying_all_gives()
    {
        var random = new Random(40);
        for (var round = 0; round < 200; round++)
        {
            var count = random.Next(2, 9);
            var edges = (from a in Enumerable.Range(0, count) from b in Enumerable.Range(a + 1, count - a - 1) where random.Next(2) == 0 select (a, b, Weight: random.NextDouble() * 5)).ToArray();
            double Cut(int side) => edges.Where(edge => ((side >> edge.a) & 1) != ((side >> edge.b) & 1)).Sum(edge => edge.Weight);
            var part = Cuts.Least(count, edges.Select(edge => (edge.a, edge.b, edge.Weight)));
            Assert.InRange(part.Length, 1, count - 1);
            Assert.Equal(Enumerable.Range(1, (1 << count) - 2).Min(Cut), Cut(part.Sum(i => 1 << i)), 1e-9);
            var pairs = Array.ConvertAll(edges, edge => (edge.a, edge.b));
            var slow = Enumerable.Range(0, pairs.Length).Where(i => Parts(count, [.. pairs.Where((_, j) => j != i)]) > Parts(count, pairs));
            Assert.Equal(slow, Cuts.Bridges(count, pairs).Order());
        }
    }

    [Fact]
    public void Joining_a_cluster_again_never_meets_evidence_against_and_the_sums_agree()
    {
        var result = Matcher.Run(People.Columns(new People(6000, 41).Rows), s_two);
        var explainer = new ClusterExplainer(result, s_two);
        var clusters = result.Clusters.CountBy(cluster => cluster).Where(one => one.Value > 1).Select(one => one.Key).ToList();
        Assert.NotEmpty(clusters);
        foreach (var cluster in clusters)
        {
            var explained = explainer.Explain(cluster);
            var cut = explained.WeakestCut!;
            Assert.True(cut.AverageBits > 0, explained.Sentence);
            Assert.Equal(explained.Records, cut.PartRecords + cut.OtherRecords);
            Assert.Equal(cut.SumBits, cut.AverageBits * cut.PartRecords * cut.OtherRecords, 1e-9);
            Assert.True(AboveUnseen(explained.LeastSum!) <= AboveUnseen(cut) + 1e-9);
            Assert.Equal((long)cut.PartRecords * cut.OtherRecords, cut.LikelySame + cut.LikelyWrong, 1e-6);
        }
    }

    [Fact]
    public void Two_people_held_together_by_one_pair_are_told_with_what_contradicts()
    {
        var rows = new People(3000, 42).Rows.ToList();
        var at = rows.Count;
        string[] one = ["anna", "zwolinska", "1970-03-04", "anna.zwolinska@example.com", "011 5550101"];
        string[] other = ["victor", "zwolinska", "1944-11-29", "victor.z@example.com", "022 7770202"];
        rows.AddRange([one, one, other, other]);
        var result = Matcher.Run(People.Columns(rows), s_two);
        var clusters = result.Clusters.ToArray();
        Array.Fill(clusters, at, at, 4);
        var explained = new ClusterExplainer(result with { Clusters = clusters }, s_two).Explain(at + 3);
        Assert.Equal(4, explained.Records);
        Assert.Equal(2, explained.WeakestCut!.PartRecords);
        Assert.True(explained.WeakestCut.AverageBits < 0);
        Assert.Contains(explained.Conflicts, conflict => conflict is { Field: "dob", OneRecords: 2, OtherRecords: 2 });
        Assert.Equal(["anna", "victor"], explained.GivenNames);
        Assert.Contains("Several given names: anna and victor.", explained.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void More_records_of_a_source_than_usual_are_told()
    {
        var rows = new People(3000, 43).Rows.ToList();
        rows.AddRange(Enumerable.Repeat<string[]>(["anna", "zwolinska", "1970-03-04", "anna.zwolinska@example.com", "011 5550101"], 9));
        var options = s_two with { Sources = [.. rows.Select((_, row) => row < 3000 ? row % 2 : 1)] };
        var explained = new ClusterExplainer(Matcher.Run(People.Columns(rows), options), options).Explain(rows.Count - 1);
        Assert.Equal(new SourceExcess(1, 9, 3), Assert.Single(explained.TooManyOfSource));
    }

    [Fact]
    public void A_cluster_of_ten_thousand_records_is_explained_in_seconds()
    {
        var random = new Random(44);
        var edges = Enumerable.Range(1, 9999).Select(i => (random.Next(i), i, random.NextDouble() * 20)).Concat(Enumerable.Range(0, 200_000).Select(_ => (A: random.Next(10_000), B: random.Next(10_000), Bits: random.NextDouble() * 20)).Where(edge => edge.A != edge.B)).ToArray();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var tree = new ClusterTree(10_000, edges);
        Assert.InRange(tree.LastPart.Length, 1, 5000);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), watch.Elapsed.ToString());
    }

    [Fact]
    public void The_queue_asks_what_is_open_first_and_each_question_once()
    {
        var result = Matcher.Run(People.Columns(new People(6000, 45).Rows), s_two);
        var queue = DoubtQueue.Of(result, s_two, 200);
        Assert.NotEmpty(queue);
        Assert.Equal(queue.Select(doubt => doubt.Worth).OrderDescending(), queue.Select(doubt => doubt.Worth));
        Assert.Equal(queue.Count, queue.Select(doubt => (doubt.A, doubt.B)).Distinct().Count());
        Assert.All(queue, doubt => Assert.Equal(doubt.IsTogether, result.Clusters[doubt.A] == result.Clusters[doubt.B]));
        Assert.All(queue, doubt => Assert.InRange(doubt.Worth, 0, (double)doubt.RecordsOfA * doubt.RecordsOfB));
    }

    private static double AboveUnseen(ClusterCut cut) => cut.SumBits + ((double)cut.PartRecords * cut.OtherRecords);

    private static int Parts(int count, (int A, int B)[] edges)
    {
        var of = Enumerable.Range(0, count).ToArray();
        foreach (var (a, b) in edges)
        {
            var (from, to) = (of[a], of[b]);
            of = Array.ConvertAll(of, one => one == from ? to : one);
        }

        return of.Distinct().Count();
    }
}
