using CustomerInsights.Core.Statistics;

namespace CustomerInsights.Core.Tests.Statistics;

public sealed class StatisticsTests
{
    [Theory]
    [InlineData(3.841458820694124, 1, 0.05)]
    [InlineData(6.634896601021214, 1, 0.01)]
    [InlineData(18.307038053275146, 10, 0.05)]
    [InlineData(124.34211340400407, 100, 0.05)]
    [InlineData(1, 2, 0.6065306597126334)]
    [InlineData(0, 3, 1)]
    [InlineData(-1, 3, 1)]
    [InlineData(2000, 5, 0)]
    public void The_upper_tail_is_that_of_the_tables(double statistic, int degrees, double expected) =>
        Assert.Equal(expected, ChiSquare.UpperTail(statistic, degrees), 1e-10);

    [Fact]
    public void A_normal_value_is_beyond_1_96_in_one_of_twenty() => Assert.Equal(0.05, ChiSquare.TwoSidedNormal(-1.959963984540054), 1e-10);

    [Fact]
    public void Equal_distributions_differ_by_nothing_and_disjoint_ones_by_a_bit()
    {
        Assert.Equal(new DistributionDifference(0, 0, 1), DistributionDifference.Of([50, 50], [500, 500]));
        var disjoint = DistributionDifference.Of([1000, 0], [0, 1000]);
        Assert.Equal(1, disjoint.Divergence, 1e-12);
        Assert.True(disjoint.PValue < 1e-100);
        Assert.Equal(new DistributionDifference(0, 0, 1), DistributionDifference.Of([0, 0], [1, 2]));
        Assert.Throws<ArgumentException>(() => DistributionDifference.Of([1], [1, 2]));
    }

    [Fact]
    public void The_score_is_the_divergence_less_what_chance_gives()
    {
        // p = (0.8, 0.2), q = (0.4, 0.6): H(0.6, 0.4) - (H(p) + H(q)) / 2.
        var difference = DistributionDifference.Of([80, 20], [40, 60]);
        Assert.Equal(0.970950594454669 - ((0.721928094887362 + 0.970950594454669) / 2), difference.Divergence, 1e-12);
        Assert.Equal(difference.Divergence - (2.0 / 100 / (8 * Math.Log(2))), difference.Score, 1e-12);

        // G = 2 Σ O ln(O/E) = 34.527; of one degree of freedom.
        Assert.Equal(ChiSquare.UpperTail(2 * ((80 * Math.Log(80 / 60.0)) + (20 * Math.Log(0.5)) + (40 * Math.Log(40 / 60.0)) + (60 * Math.Log(1.5))), 1), difference.PValue, 1e-15);
    }

    [Fact]
    public void Noise_scores_nothing_on_average_and_is_seldom_significant()
    {
        var random = new Random(7);
        var (scores, divergences, significant) = (0.0, 0.0, 0);
        for (var run = 0; run < 500; run++)
        {
            var (first, second) = (new long[10], new long[10]);
            for (var i = 0; i < 200; i++)
            {
                first[random.Next(10)]++;
            }

            for (var i = 0; i < 1000; i++)
            {
                second[random.Next(10)]++;
            }

            var difference = DistributionDifference.Of(first, second);
            (scores, divergences) = (scores + difference.Score, divergences + difference.Divergence);
            significant += difference.PValue < 0.01 ? 1 : 0;
        }

        // The mean by the formula is 9 (1/200 + 1/1000) / (8 ln 2) = 0.00974.
        Assert.Equal(0.00974, divergences / 500, 0.001);
        Assert.True(scores / 500 < 0.0025, $"{scores / 500}");
        Assert.InRange(significant, 0, 15);
    }

    [Fact]
    public void Buckets_hold_equally_many_and_keep_equal_numbers_together()
    {
        Assert.Equal([2.0, 4, 6], Buckets.EqualFrequency([1, 2, 3, 4, 5, 6], 3));
        Assert.Equal([1.0, 7], Buckets.EqualFrequency([1, 1, 1, 1, 7], 5));
        Assert.Empty(Buckets.EqualFrequency([], 5));
        Assert.Equal([0, 0, 1, 2, 2], new[] { 0.5, 2, 2.1, 6, 9 }.Select(number => Buckets.Find([2, 4, 6], number)));
        Assert.Equal([3.0, 2.5, 50.2, -1, 7], [Buckets.Round(2.4, 3.7), Buckets.Round(2.42, 2.7), Buckets.Round(50.2, 50.21), Buckets.Round(-1.5, 0), Buckets.Round(7, 8)]);
    }

    [Fact]
    public void A_tree_finds_the_threshold_and_the_side_of_missing_values()
    {
        // The value is 10 for codes 0 and 1 and where missing (code 4), 2 otherwise.
        byte[] codes = [.. Enumerable.Range(0, 500).Select(i => (byte)(i % 5))];
        var target = new TreeTarget([.. codes.Select(code => code is 0 or 1 or 4 ? 10.0 : 2)], 0);
        var noise = new TreeFeature([.. Enumerable.Range(0, 500).Select(i => (byte)(i / 5 % 3))], 3, false);
        var leaves = DecisionTree.Grow([noise, new TreeFeature(codes, 4, true)], target, new TreeLimits());
        Assert.Equal([(300L, 3000.0), (200, 400)], leaves.Select(leaf => (leaf.Count, leaf.Sums[0])));
        Assert.Null(leaves[0].Allowed[0]);
        Assert.Equal([true, true, false, false, true], leaves[0].Allowed[1]!);
        Assert.Equal([false, false, true, true, false], leaves[1].Allowed[1]!);
    }

    [Fact]
    public void A_tree_of_classes_splits_categories_into_sets()
    {
        byte[] city = [.. Enumerable.Range(0, 600).Select(i => (byte)(i % 6))];
        byte[] age = [.. Enumerable.Range(0, 600).Select(i => (byte)(i / 6 % 4))];
        var target = new TreeTarget([.. city.Select((one, i) => one is 1 or 4 ? age[i] >= 2 ? 2.0 : 1 : 0)], 3);
        var leaves = DecisionTree.Grow([new TreeFeature(city, 5, false), new TreeFeature(age, 4, true)], target, new TreeLimits());
        Assert.Equal(["0 0 100", "0 100 0", "400 0 0"], leaves.Select(leaf => string.Join(' ', leaf.Sums)).Order(StringComparer.Ordinal));
        Assert.Equal(600, leaves.Sum(leaf => leaf.Count));
    }

    [Fact]
    public void Rows_without_a_number_go_their_way_and_count_for_nothing()
    {
        byte[] codes = [.. Enumerable.Range(0, 200).Select(i => (byte)(i % 2))];
        var target = new TreeTarget([.. codes.Select((code, i) => i % 10 < 2 ? double.NaN : code)], 0);
        var leaves = DecisionTree.Grow([new TreeFeature(codes, 2, true)], target, new TreeLimits());
        Assert.Equal([(100L, 80L, 0.0), (100, 80, 80)], leaves.Select(leaf => (leaf.Count, leaf.Known, leaf.Sums[0])));
    }

    [Fact]
    public void A_tree_does_not_split_what_is_small_or_equal()
    {
        byte[] codes = [.. Enumerable.Range(0, 30).Select(i => (byte)(i % 2))];
        Assert.Single(DecisionTree.Grow([new TreeFeature(codes, 2, true)], new TreeTarget([.. codes.Select(code => (double)code)], 0), new TreeLimits()));
        codes = [.. Enumerable.Range(0, 300).Select(i => (byte)(i % 2))];
        Assert.Single(DecisionTree.Grow([new TreeFeature(codes, 2, true)], new TreeTarget([.. codes.Select(_ => 7.0)], 0), new TreeLimits()));
        Assert.Single(DecisionTree.Grow([], new TreeTarget([.. codes.Select(code => (double)code)], 0), new TreeLimits()));
    }
}
