using CustomerInsights.Core.Unification.Linkage;
using Xunit.Abstractions;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>What is expected without labels holds where there are labels.</summary>
public sealed class ExpectedQualityTests(ITestOutputHelper output)
{
    private static readonly MatcherOptions s_two = new() { Threads = 2 };

    [LabelledTheory]
    [InlineData("febrl_1.csv", "rec_id")]
    [InlineData("febrl_2.csv", "rec_id")]
    [InlineData("fake_1000.csv", "cluster")]
    [InlineData("synth_100k.csv", "cluster")]
    public void Measured_precision_and_recall_lie_within_what_was_expected(string file, string truth)
    {
        var set = LabelledSet.Read(file, truth);
        var result = Matcher.Run(set.Columns, s_two);
        var expected = new MatchLab(result, s_two).Expected();
        var scores = ClusterScores.Of(result.Clusters, set.Truth);
        output.WriteLine($"{file}: precision {scores.Precision:F4}, recall {scores.Recall:F4}; {expected}");
        Assert.True(expected.Precision.Covers(scores.Precision), $"precision {scores.Precision}, expected {expected.Precision}");
        Assert.True(expected.Recall.Covers(scores.Recall), $"recall {scores.Recall}, expected {expected.Recall}");

        // Bounds from nothing to all would hold, too.
        Assert.True(expected.Precision.High - expected.Precision.Low < 0.06 && expected.Recall.High - expected.Recall.Low < 0.16, expected.ToString());
    }

    [Fact]
    public void More_strictness_joins_fewer_records_and_the_curve_meets_the_run()
    {
        var result = Matcher.Run(People.Columns(new People(3000, 31).Rows), s_two);
        var lab = new MatchLab(result, s_two);
        var curve = lab.Curve([-3, 0, 6, 25]);
        Assert.Equal(result.Clusters, lab.Clusters(0));
        Assert.Equal(result.Clusters.Distinct().Count(), curve[1].Clusters);
        Assert.Equal(curve.Select(point => point.Clusters).Order(), curve.Select(point => point.Clusters));
        Assert.True(curve[0].Joined > curve[^1].Joined && curve[^1].Joined > 0);
        Assert.All(curve, point => Assert.InRange(point.Expected.Precision.Value, point.Expected.Precision.Low, point.Expected.Precision.High));
        Assert.All(curve, point => Assert.InRange(point.Expected.Recall.Value, point.Expected.Recall.Low, point.Expected.Recall.High));
        Assert.Throws<ArgumentOutOfRangeException>(() => lab.Clusters(double.NaN));
    }
}
