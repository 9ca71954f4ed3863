using CustomerInsights.Core.Model;
using CustomerInsights.Core.Statistics;

namespace CustomerInsights.Core.Tests.Statistics;

public sealed class ValueDistributionTests
{
    [Fact]
    public void Numbers_have_a_mean_quantiles_and_the_most_frequent_first()
    {
        var summary = Of([.. Enumerable.Range(1, 100).Select(i => Value.Of((long)i)), Value.Of(7L), Value.Missing]);
        Assert.Equal((101, 1, 100), (summary.Count, summary.Missing, summary.Distinct));
        Assert.Equal((Value.Of(1L), Value.Of(100L)), (summary.Min, summary.Max));
        Assert.Equal(5057.0 / 101, summary.Mean!.Value, 10);
        Assert.Equal([6L, 25, 50, 75, 95], summary.Quantiles.Select(value => value.AsInteger()));
        Assert.Equal(new ValueCount(Value.Of(7L), 2), summary.Top[0]);
        Assert.Equal(10, summary.Top.Count);
    }

    [Fact]
    public void Text_has_no_mean_and_no_quantiles_and_nothing_has_neither()
    {
        var text = Of(Value.Of("b"), Value.Of("a"), Value.Of("b"));
        Assert.Equal((null, 0, Value.Of("a"), Value.Of("b")), (text.Mean, text.Quantiles.Count, text.Min, text.Max));
        Assert.Equal(new ValueCount(Value.Of("b"), 2), text.Top[0]);
        var lists = Of(Value.Of(["x"]), Value.Of(["x"]));
        Assert.Equal((true, 1), (lists.Min.IsMissing, lists.Distinct));
        var nothing = Of(Value.Missing);
        Assert.Equal((0, 1, null, 0), (nothing.Count, nothing.Missing, nothing.Mean, nothing.Top.Count));
    }

    [Fact]
    public void Quantiles_of_many_values_are_of_a_sample_spread_evenly()
    {
        var distribution = new ValueDistribution();
        for (var i = 0L; i < 1_000_000; i++)
        {
            distribution.Add(Value.Of(i));
        }

        var summary = distribution.Summary();
        Assert.Equal(ValueDistribution.MostDistinct, summary.Distinct);
        Assert.Equal((Value.Of(0L), Value.Of(999_999L)), (summary.Min, summary.Max));
        foreach (var (level, value) in ValueDistribution.Levels.Zip(summary.Quantiles))
        {
            Assert.InRange(value.AsInteger() / 1e6, level - 0.001, level + 0.001);
        }
    }

    private static DistributionSummary Of(params Value[] values)
    {
        var distribution = new ValueDistribution();
        foreach (var value in values)
        {
            distribution.Add(value);
        }

        return distribution.Summary();
    }
}
