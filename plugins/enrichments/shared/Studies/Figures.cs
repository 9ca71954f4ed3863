using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>Pieces that the reports of the predictions have in common.</summary>
internal static class Figures
{
    /// <summary>A figure, or no value where it is not finite: a report holds no NaN.</summary>
    /// <param name="value">The figure.</param>
    public static FieldValue Of(double value) => double.IsFinite(value) ? value : FieldValue.Null;

    /// <summary>A share as text: <c>12.3 %</c>.</summary>
    /// <param name="value">The share, 0 to 1.</param>
    public static string Percent(double value) => double.IsFinite(value) ? (100 * value).ToString("0.0", CultureInfo.InvariantCulture) + " %" : "unknown";

    /// <summary>A day as text.</summary>
    /// <param name="day">Its number.</param>
    public static string Day(int day) => DateOnly.FromDayNumber(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A line of points.</summary>
    /// <param name="title">For people.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="points">The points; those that are not finite are left out.</param>
    public static ReportSeries Series(string title, string x, string y, IEnumerable<(FieldValue X, double Y)> points) =>
        new(title, x, y, [.. points.Where(point => double.IsFinite(point.Y)).Select(point => new ReportPoint(point.X, point.Y))]);

    /// <summary>The parameters of a fit.</summary>
    /// <param name="fit">The fit.</param>
    public static ReportTable Parameters(TransactionFit fit) => new(
        $"Parameters of {fit.Model.Name} (time in days)",
        ["Parameter", "Value", "Standard error of its logarithm"],
        [.. fit.Model.Parameters.Select((parameter, at) => (IReadOnlyList<FieldValue>)[parameter.Name, Of(parameter.Value), fit.Covariance is { } covariance ? Of(Math.Sqrt(covariance[at][at])) : FieldValue.Null])]);

    /// <summary>What was chosen among.</summary>
    /// <param name="choice">The choice.</param>
    public static ReportTable Candidates(ModelChoice choice) => new(
        choice is { InnerCut: { } cut, InnerTo: { } to } ? $"Models compared: fitted up to {Day(cut)}, orders until {Day(to)}" : "Models compared: none, for too little history",
        ["Model", "Log-likelihood", "Mean absolute error (orders)", "Root mean squared error (orders)", "Error of the total", "Chosen"],
        [.. choice.Candidates.Select(one => (IReadOnlyList<FieldValue>)
            [one.Fit.Model.Name, Of(one.Fit.LogLikelihood), Of(one.Metrics.MeanAbsoluteError), Of(one.Metrics.RootMeanSquaredError), Of(one.Metrics.AggregateError), one.Kind == choice.Kind])]);

    /// <summary>Whether likelihoods are blended.</summary>
    /// <param name="choice">The choice.</param>
    public static ReportMetric BlendMetric(BlendChoice choice) =>
        new("Likelihood", choice.IsBlended ? "blend of closed form, logistic regression and boosted trees" : "closed form alone") { Meaning = choice.Why };

    /// <summary>The blend against the closed form.</summary>
    /// <param name="choice">The choice.</param>
    public static ReportTable Blend(BlendChoice choice) => new(
        choice is { InnerCut: { } cut, InnerTo: { } to } ? $"Likelihoods compared: known up to {Day(cut)}, orders until {Day(to)}" : $"Likelihoods compared: none. {choice.Why}",
        ["Likelihood", "AUC", "Log loss", "Calibration error", "Calibration slope"],
        [.. choice.Compared.Select(one => (IReadOnlyList<FieldValue>)[one.Name, Of(one.Metrics.Auc), Of(one.Metrics.LogLoss), Of(one.Metrics.CalibrationError), Of(one.Metrics.CalibrationSlope)])]);

    /// <summary>Predicted probability against what happened, by tenths.</summary>
    /// <param name="metrics">The metrics.</param>
    public static ReportSeries Calibration(BinaryMetrics metrics) =>
        Series("Calibration on the holdout", "Predicted probability", "Share to whom it happened", metrics.Bins.Select(bin => ((FieldValue)bin.Predicted, bin.Observed)));

    /// <summary>A fingerprint of the orders that a model was made from (FNV-1a, 64 bits).</summary>
    /// <param name="ledger">The orders.</param>
    public static string Fingerprint(OrderLedger ledger)
    {
        var hash = 14695981039346656037UL;
        var buffer = new OrderDay[64];
        for (var customer = 0; customer < ledger.Customers; customer++)
        {
            foreach (var day in ledger.Read(customer, ref buffer))
            {
                hash = (hash ^ (uint)day.Day) * 1099511628211UL;
                hash = (hash ^ BitConverter.DoubleToUInt64Bits(day.Value)) * 1099511628211UL;
            }

            hash = (hash ^ 0xFF) * 1099511628211UL;
        }

        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
