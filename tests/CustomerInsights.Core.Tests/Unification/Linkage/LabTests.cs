using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>What is asked, what answers change, and what two clusterings differ in.</summary>
public sealed class LabTests
{
    private static readonly MatcherOptions s_two = new() { Threads = 2 };

    [Fact]
    public void The_difference_counts_merges_splits_and_pairs()
    {
        int[] before = [0, 0, 2, 2, 4, 5, 5, 5];
        int[] after = [0, 0, 0, 0, 4, 5, 5, 7];
        var difference = ClusterDifference.Of(before, after, 5);
        Assert.Equal((1, 1, 7, 4L, 2L), (difference.Merges, difference.Splits, difference.RecordsMoved, difference.PairsJoined, difference.PairsParted));
        Assert.Equal([0, 2], Assert.Single(difference.SampleMerges).Before);
        Assert.Equal([5, 7], Assert.Single(difference.SampleSplits).After);
        var none = ClusterDifference.Of(before, before, 5);
        Assert.Equal((0, 0, 0, 0L, 0L), (none.Merges, none.Splits, none.RecordsMoved, none.PairsJoined, none.PairsParted));
        var other = ClusterDifference.Of(after, before, 5);
        Assert.Equal((difference.PairsParted, difference.PairsJoined), (other.PairsJoined, other.PairsParted));
    }

    [Fact]
    public void Random_pairs_that_somebody_who_knows_answers_measure_the_truth()
    {
        var people = new People(6000, 51);
        var result = Matcher.Run(People.Columns(people.Rows), s_two);

        // Wrong clusters, so that there is something to measure.
        var clusters = result.Clusters.Select(cluster => cluster - (cluster % 3 == 0 ? 0 : cluster % 3 % 2)).ToArray();
        var wrong = result with { Clusters = clusters };
        var truth = ClusterScores.Of(clusters, people.Truth);
        var covered = 0;
        for (var seed = 0UL; seed < 40; seed++)
        {
            var strata = Questions.AtRandom(wrong, 0, 150, seed);
            Assert.Equal(truth.FoundPairs, strata[0].Population);
            Assert.All(strata[0].Sample, pair => Assert.True(pair[0] < pair[1] && clusters[pair[0]] == clusters[pair[1]]));
            Assert.Equal(strata.Sum(stratum => stratum.Sample.Count), strata.SelectMany(stratum => stratum.Sample).Select(pair => (pair[0], pair[1])).Distinct().Count());
            var measured = MeasuredQuality.Of(strata, [.. strata.SelectMany(stratum => stratum.Sample).Select(pair => new PairAnswer(pair[1], pair[0], people.Truth[pair[0]] == people.Truth[pair[1]]))]);
            covered += measured.Precision!.Covers(truth.Precision) ? 1 : 0;
            Assert.InRange(measured.Recall!.Value, measured.Recall.Low, measured.Recall.High);
        }

        Assert.InRange(covered, 34, 40);
    }

    [Theory]
    [InlineData(0, 10, 0, 0.2775)]
    [InlineData(10, 10, 0.7225, 1)]
    [InlineData(45, 50, 0.7864, 0.9565)]
    public void Wilson_intervals_are_those_of_the_tables(int part, int all, double low, double high)
    {
        var interval = MeasuredQuality.Wilson(part, all);
        Assert.Equal((low, high), (Math.Round(interval.Low, 4), Math.Round(interval.High, 4)));
    }

    [Fact]
    public void Answers_move_their_pattern_and_none_move_nothing()
    {
        var people = new People(6000, 52);
        var result = Matcher.Run(People.Columns(people.Rows), s_two);
        var lab = new MatchLab(result, s_two);
        Assert.Equal(result.Model!.Bits, lab.Learn([]).Model!.Bits);
        Assert.Equal(result.Clusters, lab.Learn([]).Clusters);
        var question = Questions.Patterns(result, 10)[0];
        Assert.InRange(question.Probability, 0.0001, 0.9999);
        var (a, b) = (question.Examples[0][0], question.Examples[0][1]);
        double Bits(bool same) => lab.Learn([new(a, b, same)], 500).Model!.BitsOf(result.Levels!.Pattern(a, b, new Scratch()));
        Assert.True(Bits(true) > Bits(false) + 1, $"{Bits(true)} {Bits(false)}");
    }

    [Fact]
    public void Patterns_are_asked_in_the_order_of_their_worth()
    {
        var questions = Questions.Patterns(Matcher.Run(People.Columns(new People(6000, 53).Rows), s_two), 30);
        Assert.Equal(30, questions.Count);
        Assert.Equal(questions.Select(question => question.Worth).OrderDescending(), questions.Select(question => question.Worth));
        Assert.All(questions, question => Assert.InRange(question.Examples.Count, 1, 3));
    }
}
