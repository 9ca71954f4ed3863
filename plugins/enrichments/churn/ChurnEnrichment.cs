using System.Globalization;
using CustomerInsights.Enrichments.Churn.Subscriptions;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Churn;

/// <summary>Predicts who will not order within a window, or not renew a subscription. See README.md for the method and what each attribute means.</summary>
public sealed class ChurnEnrichment : IPopulationEnrichment
{
    private const string Holdout = "Measured on the last days before the run, which neither the fit nor the choice of the model had seen, of customers who had not left already.";

    /// <inheritdoc />
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration)
    {
        var options = ChurnOptions.Read(configuration);
        return new EnrichmentDescriptor(
            "churn",
            options.ProfileType,
            [],
            options.OfSubscriptions ? SubscriptionChurn.Attributes(options) :
            [
                new("probability", FieldKind.Number) { Description = $"The probability that no order comes in the next {options.WindowDays} days, 0 to 1. Empty for one who has left already." },
                new("is_churn", FieldKind.Boolean) { Description = $"Whether the probability is at least {options.Threshold.ToString(CultureInfo.InvariantCulture)}. Empty for one who has left already." },
                new("already_churned", FieldKind.Boolean) { Description = $"Whether the last order is {options.ChurnedAfterDays} days ago or more: left already, and not predicted." },
                new("days_silent", FieldKind.Integer) { Description = "Days since the last order." },
                new("alive_probability", FieldKind.Number) { Description = "The probability that the customer has not left for good, 0 to 1. Empty when the history does not tell who leaves." },
                new("until", FieldKind.Date) { Description = "The last day that the prediction is for." },
            ])
        {
            Activities = options.OfSubscriptions ? [.. options.Subscriptions!.Select(source => new ActivitySelection(source.Activity, source.Fields))] : OrderSettings.Activities(options.OrderSources),
            MaxBatch = 200,
        };
    }

    /// <inheritdoc />
    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        ChurnOptions.Read(configuration);
        return new(OrderPrediction.Checked);
    }

    /// <inheritdoc />
    public IAsyncEnumerable<PopulationMessage> RunAsync(
        ReadOnlyMemory<byte> configuration, IPopulation population, ReadOnlyMemory<byte>? resumeFrom, IPluginContext context, CancellationToken cancellationToken)
    {
        var options = ChurnOptions.Read(configuration);
        return options.OfSubscriptions ? SubscriptionChurn.RunAsync(options, population, resumeFrom, context, cancellationToken) : OrderPrediction.RunAsync(
            population,
            resumeFrom,
            context,
            new OrderNeeds(options.OrderSources, null, options.LastDay(), Math.Max(365, 2 * options.WindowDays), Amounts: false),
            (ledger, cut, token) => ChurnRun.Of(options, ledger, cut.DayNumber, token),
            (run, known, customer, cut) => Values(options, run, known, customer, cut),
            (ledger, cut, findings, run) => Report(options, ledger, cut, findings, run, context.Plugin.Version),
            cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Dictionary<string, FieldValue> Values(ChurnOptions options, ChurnRun run, Snapshot known, int customer, DateOnly cut)
    {
        var silent = known.Age - known.Last;
        var probability = 1 - run.Likelihood.Within(customer);
        var gone = silent >= options.ChurnedAfterDays;
        return new Dictionary<string, FieldValue>(StringComparer.Ordinal)
        {
            ["probability"] = gone ? FieldValue.Null : Figures.Of(probability),
            ["is_churn"] = gone ? FieldValue.Null : probability >= options.Threshold,
            ["already_churned"] = gone,
            ["days_silent"] = (long)silent,
            ["alive_probability"] = run.Fit.DropoutIdentified ? Figures.Of(run.Alive[run.Window.Row[customer]]) : FieldValue.Null,
            ["until"] = cut.AddDays(options.WindowDays),
        };
    }

    private static EnrichmentReport Report(ChurnOptions options, OrderLedger ledger, DateOnly cut, List<Finding> findings, ChurnRun? run, string version)
    {
        List<string> warnings = [.. findings.Where(finding => finding.Severity != "info").Select(finding => finding.Message)];
        if (run is null)
        {
            return new EnrichmentReport("No churn was predicted: the data is not good enough. The table 'Data usability' says why.") { Tables = [Usability.Table(findings)], Warnings = warnings };
        }

        if (!run.Fit.DropoutIdentified)
        {
            warnings.Add("The history does not tell who leaves for good: no dropout can be seen in it. The probability of no order is made from how often customers order alone.");
        }

        if (run.Quality is { Grade: "C" } poor)
        {
            warnings.Add($"Grade C: the plain rule 'silent for {poor.BaselineDays} days' catches more of those who leave. Look at lift and log loss before you rely on the decision.");
        }

        var grade = run.Quality is { } quality
            ? ChurnFigures.Sentence(quality)
            : "It could not be measured: there are too little history or too few customers for a holdout.";
        return new EnrichmentReport(
            $"{run.Candidates.ToString("N0", CultureInfo.InvariantCulture)} customers predicted for {options.WindowDays} days, {run.Likely.ToString("N0", CultureInfo.InvariantCulture)} of them likely to leave; {run.AlreadyChurned.ToString("N0", CultureInfo.InvariantCulture)} have left already. {grade}")
        {
            Metrics = Metrics(options, ledger, cut, run, version),
            Tables =
            [
                Usability.Table(findings), Figures.Candidates(run.Choice), Figures.Blend(run.Blend), Figures.Parameters(run.Fit),
                new ReportTable(
                    "Suggested segments",
                    ["Segment", "Rule"],
                    [["Likely to leave", "churn.is_churn"], ["Very likely to leave", "churn.probability >= 0.8"], ["Left already", "churn.already_churned"]]),
            ],
            Series =
            [
                Figures.Series("Customers by probability of churn", "Probability, lower end of a tenth", "Customers", run.Histogram.Select((count, at) => ((FieldValue)(at / 10.0), (double)count))),
                .. run.Quality is { } measured ? [Figures.Calibration(measured.Metrics)] : Array.Empty<ReportSeries>(),
            ],
            Warnings = warnings,
        };
    }

    private static List<ReportMetric> Metrics(ChurnOptions options, OrderLedger ledger, DateOnly cut, ChurnRun run, string version)
    {
        var metrics = new List<ReportMetric>();
        if (run.Quality is { } quality)
        {
            metrics.AddRange(ChurnFigures.Of(quality, $"silent for {quality.BaselineDays} days is leaving; the window halved until a month, the best on the window before.", Holdout));
            metrics.AddRange(
            [
                new("AUC of the closed form", Figures.Of(quality.Closed.Auc)) { Meaning = "What the model of orders achieves without the blend. " + Holdout },
                new("Log loss of the closed form", Figures.Of(quality.Closed.LogLoss)) { Meaning = Holdout },
                new("AUC of silence alone", Figures.Of(quality.RecencyAuc)) { Meaning = "Customers in the order of days since their last order. " + Holdout },
                new("Left already before the holdout", (long)quality.AlreadyChurned),
                new("Holdout", $"{Figures.Day(quality.Cut + 1)} to {Figures.Day(quality.Cut + quality.Days)}"),
            ]);
        }

        metrics.AddRange(
        [
            new("Model", run.Fit.Model.Name),
            Figures.BlendMetric(run.Blend),
            new("Data up to", Figures.Day(cut.DayNumber)),
            new("First order", Figures.Day(ledger.FirstDay)),
            new("Window", (long)options.WindowDays, "days"),
            new("Data fingerprint", Figures.Fingerprint(ledger)) { Meaning = "FNV-1a over the order days of all customers: the same data give the same one." },
            new("Plugin version", version),
        ]);
        return metrics;
    }
}

/// <summary>What a run found out before it answers.</summary>
internal sealed record ChurnRun(
    ModelChoice Choice, BlendChoice Blend, ChurnQuality? Quality, TransactionFit Fit, Window Window, OrderLikelihood Likelihood, double[] Alive, int Candidates, int Likely, int AlreadyChurned, int[] Histogram)
{
    internal static ChurnRun Of(ChurnOptions options, OrderLedger ledger, int cut, CancellationToken cancellationToken)
    {
        var (choice, blended, quality) = ChurnStudy.Measure(ledger, cut, options.WindowDays, options.ChurnedAfterDays, options.Threshold, ModelNames.Kinds(options.Model), cancellationToken);
        var window = Window.Of(ledger, cut, cut, 0, cancellationToken);
        var fit = TransactionModel.Fit(choice.Kind, window.Table, cancellationToken);
        var likelihood = OrderLikelihood.Of(ledger, window, fit, blended, options.WindowDays, options.ChurnedAfterDays, cancellationToken);
        int candidates = 0, likely = 0;
        var histogram = new int[10];
        for (var customer = 0; customer < window.Count; customer++)
        {
            var history = window.Table[window.Row[customer]];
            if (history.Age - history.Last < options.ChurnedAfterDays)
            {
                var probability = 1 - likelihood.Within(customer);
                candidates++;
                likely += probability >= options.Threshold ? 1 : 0;
                histogram[Math.Clamp((int)(10 * probability), 0, 9)]++;
            }
        }

        return new ChurnRun(choice, blended, quality, fit, window, likelihood, window.ByRow(fit.Model.Alive, cancellationToken), candidates, likely, window.Count - candidates, histogram);
    }
}
