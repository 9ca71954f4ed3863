using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.LifetimeValue;

/// <summary>The report of a run: how good the prediction is, where, and what it was made from.</summary>
internal static class LifetimeReport
{
    private const string Holdout = "Measured on the last days before the run, which neither the fit nor the choice of the model had seen.";

    internal static EnrichmentReport Of(LifetimeValueOptions options, OrderLedger ledger, DateOnly cut, IReadOnlyList<Finding> findings, LifetimeRun? run, string version)
    {
        List<string> warnings = [.. findings.Where(finding => finding.Severity != "info").Select(finding => finding.Message)];
        if (run is null)
        {
            return new EnrichmentReport("No lifetime value was predicted: the data is not good enough. The table 'Data usability' says why.")
            {
                Tables = [Usability.Table(findings)],
                Warnings = warnings,
            };
        }

        Doubts(run, warnings);
        var total = run.Model.Total.ToString("N0", CultureInfo.InvariantCulture);
        var grade = run.Quality is { } quality
            ? $"Grade {quality.Grade}: it finds {Figures.Percent(quality.SuccessRate)} of the customers of high value, the baseline {Figures.Percent(quality.BaselineSuccessRate)}."
            : "It could not be measured: there is too little history for a holdout.";
        return new EnrichmentReport(
            $"{run.Model.Customers.ToString("N0", CultureInfo.InvariantCulture)} customers are expected to be worth {total} in {options.HorizonMonths} months, by {run.Model.Fit.Model.Name}. {grade}")
        {
            Metrics = Metrics(options, ledger, cut, run, version),
            Tables =
            [
                Usability.Table(findings), Figures.Candidates(run.Choice),
                .. run.Covariates is { } covariates ? [CovariatesCompared(covariates)] : Array.Empty<ReportTable>(),
                Figures.Parameters(run.Model.Fit), Spend(run.Model.Spend),
                .. run.Quality is { } measured ? [Factors(measured)] : Array.Empty<ReportTable>(),
                Segments(),
            ],
            Series = Series(run),
            Warnings = warnings,
        };
    }

    private static void Doubts(LifetimeRun run, List<string> warnings)
    {
        if (!run.Model.Fit.DropoutIdentified)
        {
            warnings.Add("The history does not tell who leaves: no dropout can be seen in it. Nobody is known to stay, either; 'alive_probability' is empty.");
        }

        if (!run.Model.Fit.Converged)
        {
            warnings.Add("The fit of the model did not settle; its parameters are doubtful.");
        }

        if (run.Model.Spend.Fit is null)
        {
            warnings.Add($"What an order is worth could not be fitted ({run.Model.Spend.Repeaters} customers ordered again for money); the trimmed mean is used.");
        }

        if (Math.Abs(run.Model.Spend.Correlation) > SpendModel.CorrelationLimit)
        {
            warnings.Add($"How often and how much customers order is correlated ({run.Model.Spend.Correlation.ToString("0.00", CultureInfo.InvariantCulture)}); the model takes them to be independent, so that values may be too low or too high for the best customers.");
        }

        if (run.Quality is { Grade: "C" })
        {
            warnings.Add("The model finds fewer customers of high value than a plain average of the last months (grade C). Do not rely on it.");
        }
    }

    private static List<ReportMetric> Metrics(LifetimeValueOptions options, OrderLedger ledger, DateOnly cut, LifetimeRun run, string version)
    {
        var metrics = new List<ReportMetric>();
        if (run.Quality is { } quality)
        {
            metrics.AddRange(
            [
                new("Grade", quality.Grade) { Meaning = "A: at least 5 % more customers of high value found than by the baseline; B: as many, or up to 5 % more; C: fewer. The rule is that of Dynamics 365; " + Holdout },
                new("Customers of high value found", Figures.Of(quality.SuccessRate), "share") { Meaning = $"Of the {quality.HighValueCustomers} customers who brought 80 % of the value in the holdout, the share on the model's list of the same length. " + Holdout },
                new("Customers of high value found by the baseline", Figures.Of(quality.BaselineSuccessRate), "share") { Meaning = "The baseline is the mean monthly value in the active window × months × the share of earlier customers who ordered again in the last horizon." },
                new("Mean absolute error of the value", Figures.Of(quality.Value.MeanAbsoluteError), "currency") { Meaning = Holdout },
                new("Mean absolute error of the baseline's value", Figures.Of(quality.BaselineValue.MeanAbsoluteError), "currency") { Meaning = Holdout },
                new("Root mean squared error of the value", Figures.Of(quality.Value.RootMeanSquaredError), "currency") { Meaning = Holdout },
                new("Root mean squared error of the baseline's value", Figures.Of(quality.BaselineValue.RootMeanSquaredError), "currency") { Meaning = Holdout },
                new("Error of the total value", Figures.Of(quality.Value.AggregateError), "share") { Meaning = "The predicted total over the actual one, less 1. " + Holdout },
                new("Correlation of the value", Figures.Of(quality.Value.Correlation)) { Meaning = "Pearson's, over customers. " + Holdout },
                new("Mean absolute error of orders", Figures.Of(quality.Orders.MeanAbsoluteError), "orders") { Meaning = Holdout },
                new("Error of total orders", Figures.Of(quality.Orders.AggregateError), "share") { Meaning = Holdout },
                new("AUC of ordering at all", Figures.Of(quality.Ordering.Auc)) { Meaning = "The probability that one who ordered has the higher prediction than one who did not. " + Holdout },
                new("Log loss of ordering at all", Figures.Of(quality.Ordering.LogLoss)) { Meaning = Holdout },
                new("Calibration error of ordering at all", Figures.Of(quality.Ordering.CalibrationError)) { Meaning = "Over ten groups of equal size. " + Holdout },
                new("Customers in the holdout", (long)quality.Orders.Rows),
                new("Holdout", $"{Figures.Day(quality.Cut + 1)} to {Figures.Day(quality.Cut + quality.Days)}"),
            ]);
        }

        metrics.AddRange(
        [
            new("Predicted value of all", Figures.Of(run.Model.Total), "currency"),
            new("Predicted orders of all", Figures.Of(run.Model.TotalOrders), "orders"),
            new("Customers of high value", (long)run.Model.HighValueCustomers) { Meaning = options.HighValuePercent is null ? "As large a share as brought 80 % of the value in the last horizon." : "The share that was set." },
            new("Active window", (long)run.Model.ActiveWindow, "days") { Meaning = options.ActiveWindowDays is null ? "The 95th percentile of the days between two orders." : "As set." },
            new("Model", run.Model.Fit.Model.Name),
            new("Data up to", Figures.Day(cut.DayNumber)),
            new("First order", Figures.Day(ledger.FirstDay)),
            new("Data fingerprint", run.Fingerprint) { Meaning = "FNV-1a over the order days of all customers: the same data give the same one." },
            new("Random seed", (long)options.Seed),
            new("Plugin version", version),
        ]);
        if (run.Model.TotalInterval is { } interval)
        {
            metrics.Add(new("Predicted value of all, at least", Figures.Of(interval.Low), "currency") { Meaning = "The 95 % interval for what the parameters are not known exactly. That times may change is not in it." });
            metrics.Add(new("Predicted value of all, at most", Figures.Of(interval.High), "currency"));
        }

        return metrics;
    }

    private static List<ReportSeries> Series(LifetimeRun run)
    {
        List<ReportSeries> series =
        [
            Figures.Series("Predicted value by percentile", "Percentile of customers", "Mean predicted value", run.Model.Percentiles().Select(one => ((FieldValue)(long)one.Percentile, one.Mean))),
            Figures.Series("Share of the value brought by the best customers", "Best customers, %", "Share of the predicted value", run.Model.Concentration().Select(one => ((FieldValue)(long)one.Percent, one.Share))),
        ];
        if (run.Quality is { } quality)
        {
            series.Add(Figures.Series("Predicted value by tenth on the holdout", "Tenth of customers, the best first", "Mean value", quality.Deciles.Select((one, at) => ((FieldValue)(long)(at + 1), one.Predicted))));
            series.Add(Figures.Series("Actual value by tenth on the holdout", "Tenth of customers, the best first", "Mean value", quality.Deciles.Select((one, at) => ((FieldValue)(long)(at + 1), one.Actual))));
            series.Add(Figures.Calibration(quality.Ordering));
        }

        return series;
    }

    private static ReportTable CovariatesCompared(CovariateChoice choice) => new(
        $"Covariates compared: {choice.Why}",
        ["Model", "Penalty", "Mean absolute error (orders)", "Root mean squared error (orders)", "Log-likelihood", "Chosen"],
        [.. choice.Compared.Select((one, at) => (IReadOnlyList<FieldValue>)
            [
                one.Name, Figures.Of(one.Penalty), Figures.Of(one.Metrics.MeanAbsoluteError), Figures.Of(one.Metrics.RootMeanSquaredError), Figures.Of(one.LogLikelihood),
                choice.Model.Covariates is null ? at == 0 : one.Penalty == choice.Model.Penalty && one.Name.StartsWith(choice.Model.Kind == TransactionKind.ParetoNbd ? "Pareto/NBD with" : "MBG/NBD with", StringComparison.Ordinal),
            ])]);

    private static ReportTable Factors(LifetimeQuality quality) => new(
        "Influential factors",
        ["Factor", "Growth of the error when it is shuffled among customers, %"],
        [.. quality.Factors.Select(factor => (IReadOnlyList<FieldValue>)[factor.Name, Figures.Of(factor.Percent)])]);

    private static ReportTable Spend(SpendModel spend) => new(
        spend.Fit is null ? "Value of an order: trimmed mean" : "Value of an order: Gamma-Gamma",
        ["Figure", "Value"],
        [
            .. spend.Fit is { Model: var model } ? (IReadOnlyList<FieldValue>[])[["p", Figures.Of(model.P)], ["q", Figures.Of(model.Q)], ["v", Figures.Of(model.V)]] : [],
            ["Mean of all", Figures.Of(spend.PopulationMean)],
            ["Correlation with the number of orders", Figures.Of(spend.Correlation)],
            ["Customers who ordered again for money", (long)spend.Repeaters],
        ]);

    private static ReportTable Segments() => new(
        "Suggested segments",
        ["Segment", "Rule"],
        [
            ["Best customers", "lifetime_value.is_high_value"],
            ["Best customers who go silent", "lifetime_value.is_high_value and not lifetime_value.is_active"],
            ["Coming customers", "lifetime_value.percentile >= 60 and not lifetime_value.is_high_value and lifetime_value.is_active"],
        ]);
}
