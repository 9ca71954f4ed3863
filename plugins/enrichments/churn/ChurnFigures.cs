using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Churn;

/// <summary>What the reports of both kinds of churn say alike.</summary>
internal static class ChurnFigures
{
    /// <summary>The grade in a sentence.</summary>
    /// <param name="quality">What was measured.</param>
    public static string Sentence(IChurnQuality quality) => string.Create(
        CultureInfo.InvariantCulture,
        $"Grade {quality.Grade}: {Figures.Percent(quality.Accuracy)} of the decisions were right, {Figures.Percent(quality.HitRate)} of those who left were caught (baseline {Figures.Percent(quality.BaselineHitRate)}); AUC {quality.Metrics.Auc:0.000}.");

    /// <summary>The figures.</summary>
    /// <param name="quality">What was measured.</param>
    /// <param name="baseline">What the baseline is.</param>
    /// <param name="holdout">On what it was measured.</param>
    public static IEnumerable<ReportMetric> Of(IChurnQuality quality, string baseline, string holdout) =>
    [
        new("Grade", quality.Grade) { Meaning = "A: half of the decisions right, and 10 % more of those who left caught than by the baseline; B: as many, or up to 10 % more; C else. The rule is that of Dynamics 365. " + holdout },
        new("Accuracy", Figures.Of(quality.Accuracy), "share") { Meaning = "Right decisions. " + holdout },
        new("Accuracy of the baseline", Figures.Of(quality.BaselineAccuracy), "share") { Meaning = "The baseline: " + baseline },
        new("Caught of those who left", Figures.Of(quality.HitRate), "share") { Meaning = holdout },
        new("Caught by the baseline", Figures.Of(quality.BaselineHitRate), "share") { Meaning = holdout },
        new("AUC", Figures.Of(quality.Metrics.Auc)) { Meaning = "The probability that one who left has the higher prediction than one who did not. " + holdout },
        new("Log loss", Figures.Of(quality.Metrics.LogLoss)) { Meaning = holdout },
        new("Brier score", Figures.Of(quality.Metrics.Brier)) { Meaning = holdout },
        new("Calibration error", Figures.Of(quality.Metrics.CalibrationError)) { Meaning = "The mean distance between probability and share over ten groups of equal size. " + holdout },
        new("Calibration slope", Figures.Of(quality.Metrics.CalibrationSlope)) { Meaning = "1 is right; below 1 the probabilities are too sure. " + holdout },
        new("Lift of the highest tenth", Figures.Of(quality.Metrics.Lift)) { Meaning = "How many times the mean share left among the tenth with the highest probability. " + holdout },
        new("Share who left", Figures.Of(quality.Metrics.BaseRate), "share") { Meaning = holdout },
        new("Customers in the holdout", (long)quality.Metrics.Rows),
    ];
}
