using CustomerInsights.Enrichments.Predictions.Evaluation;

namespace CustomerInsights.PredictionPlugins.Tests;

public sealed class MetricTests
{
    [Fact]
    public void The_area_under_the_curve_is_the_share_of_pairs_in_the_right_order()
    {
        var random = new Random(3);
        var predicted = Enumerable.Range(0, 300).Select(_ => Math.Round(random.NextDouble(), 1)).ToArray();
        var happened = predicted.Select(p => random.NextDouble() < p).ToArray();
        double right = 0, pairs = 0;
        for (var i = 0; i < predicted.Length; i++)
        {
            for (var j = 0; j < predicted.Length; j++)
            {
                if (happened[i] && !happened[j])
                {
                    pairs++;
                    right += predicted[i] > predicted[j] ? 1 : predicted[i] == predicted[j] ? 0.5 : 0;
                }
            }
        }

        Assert.Equal(right / pairs, BinaryMetrics.Of(predicted, happened).Auc, 1e-12);
    }

    [Fact]
    public void Probabilities_that_are_right_have_slope_1_and_little_calibration_error()
    {
        var random = new Random(4);
        var predicted = Enumerable.Range(0, 50_000).Select(_ => 0.02 + (0.9 * random.NextDouble())).ToArray();
        var happened = predicted.Select(p => random.NextDouble() < p).ToArray();

        var metrics = BinaryMetrics.Of(predicted, happened);

        Assert.InRange(metrics.CalibrationSlope, 0.96, 1.04);
        Assert.InRange(metrics.CalibrationError, 0, 0.012);
        Assert.Equal(10, metrics.Bins.Count);
        Assert.Equal(predicted.Zip(happened).Average(pair => pair.Second ? -Math.Log(pair.First) : -Math.Log(1 - pair.First)), metrics.LogLoss, 1e-12);
    }

    [Fact]
    public void Probabilities_that_are_too_sure_have_a_slope_below_1()
    {
        var random = new Random(5);
        var happened = Enumerable.Range(0, 20_000).Select(_ => random.NextDouble()).ToArray();

        var metrics = BinaryMetrics.Of([.. happened.Select(p => p < 0.5 ? 0.05 : 0.95)], [.. happened.Select(p => random.NextDouble() < (p < 0.5 ? 0.3 : 0.7))]);

        Assert.InRange(metrics.CalibrationSlope, 0.2, 0.4);
    }

    [Fact]
    public void Lift_is_what_the_best_tenth_has_over_the_rest_and_ties_do_not_depend_on_order()
    {
        var happened = Enumerable.Range(0, 100).Select(i => i >= 95).ToArray();

        Assert.Equal(10, BinaryMetrics.Of([.. Enumerable.Range(0, 100).Select(i => i / 100.0)], happened).Lift, 1e-9);
        Assert.Equal(1, BinaryMetrics.Of([.. Enumerable.Repeat(0.3, 100)], happened).Lift, 1e-9);
    }

    [Fact]
    public void An_outcome_that_never_or_always_happens_is_told_and_not_divided_by()
    {
        var never = BinaryMetrics.Of([0.1, 0.2, 0.3], [false, false, false]);

        Assert.Equal(0.5, never.Auc);
        Assert.Equal(0, never.BaseRate);
        Assert.True(double.IsNaN(never.Lift));
        Assert.Equal(0.5, BinaryMetrics.Of([0.1, 0.2, 0.3], [true, true, true]).Auc);
    }

    [Fact]
    public void Errors_of_amounts_are_those_of_the_definitions()
    {
        var metrics = CountMetrics.Of([1, 2, 6], [1, 4, 3]);

        Assert.Equal(5.0 / 3, metrics.MeanAbsoluteError, 1e-12);
        Assert.Equal(Math.Sqrt(13.0 / 3), metrics.RootMeanSquaredError, 1e-12);
        Assert.Equal(1.0 / 8, metrics.AggregateError, 1e-12);
        Assert.Equal(0, CountMetrics.Of([2, 2], [1, 3]).Correlation);
        Assert.True(double.IsNaN(CountMetrics.Of([1, 1], [0, 0]).AggregateError));
    }

    [Fact]
    public void The_smallest_group_with_four_fifths_of_the_value_is_found_and_lists_are_compared()
    {
        Assert.Equal(2, HighValue.SmallestGroup([50, 1, 1, 40, 8], 0.8));
        Assert.Equal(0, HighValue.SmallestGroup([0, -5, 0], 0.8));
        Assert.Equal(0.5, HighValue.SuccessRate([9, 8, 1, 2], [9, 1, 1, 5], 2), 1e-12);

        // Nobody is told from anybody: as many are found as by chance.
        Assert.Equal(0.25, HighValue.SuccessRate([1, 1, 1, 1], [4, 3, 2, 1], 1), 1e-12);
    }

    [Theory]
    [InlineData(0.525, 0.5, "A")]
    [InlineData(0.52, 0.5, "B")]
    [InlineData(0.5, 0.5, "B")]
    [InlineData(0.49, 0.5, "C")]
    [InlineData(0.1, 0, "A")]
    [InlineData(0, 0, "C")]
    public void A_lifetime_value_is_graded_by_how_many_more_customers_of_high_value_it_finds(double model, double baseline, string grade) =>
        Assert.Equal(grade, Grades.OfLifetimeValue(model, baseline));

    [Theory]
    [InlineData(0.7, 0.88, 0.8, "A")]
    [InlineData(0.7, 0.85, 0.8, "B")]
    [InlineData(0.7, 0.79, 0.8, "C")]
    [InlineData(0.49, 1, 0.5, "C")]
    public void Churn_is_graded_by_how_many_more_of_those_who_left_it_catches(double accuracy, double model, double baseline, string grade) =>
        Assert.Equal(grade, Grades.OfChurn(accuracy, model, baseline));
}
