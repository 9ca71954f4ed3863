using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.NextOrder;

/// <summary>Predicts how likely and when the next order is, and until when a silent customer can be won back. See README.md.</summary>
public sealed class NextOrderEnrichment : IPopulationEnrichment
{
    /// <inheritdoc />
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration)
    {
        var options = NextOrderOptions.Read(configuration);
        return new EnrichmentDescriptor(
            "next_order",
            options.ProfileType,
            [],
            [
                .. NextOrderRun.Horizons.Select(days => new FieldDescriptor(Within(days), FieldKind.Number) { Description = $"The probability of an order in the next {days} days, 0 to 1." }),
                new("likelihood", FieldKind.Text) { Description = "The place among all customers by the probability of 42 days: extremely_likely for the best seventh, very_likely for the next two, likely for the rest." },
                new("expected_on", FieldKind.Date) { Description = $"The day by which half of such customers have ordered, of those who order within 90 days. Empty when an order within 90 days is less likely than {options.Floor.ToString(CultureInfo.InvariantCulture)}." },
                new("zone", FieldKind.Text) { Description = "engaged, winback or lost. Empty when the history does not tell who leaves." },
                new("winback_from", FieldKind.Date) { Description = "The day from which the customer is in the winback zone, if silent until then." },
                new("lost_from", FieldKind.Date) { Description = "The day from which the customer is lost, if silent until then." },
            ])
        {
            Activities = OrderSettings.Activities(options.Orders),
            MaxBatch = 200,
        };
    }

    /// <inheritdoc />
    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        NextOrderOptions.Read(configuration);
        return new(OrderPrediction.Checked);
    }

    /// <inheritdoc />
    public IAsyncEnumerable<PopulationMessage> RunAsync(
        ReadOnlyMemory<byte> configuration, IPopulation population, ReadOnlyMemory<byte>? resumeFrom, IPluginContext context, CancellationToken cancellationToken)
    {
        var options = NextOrderOptions.Read(configuration);
        return OrderPrediction.RunAsync(
            population,
            resumeFrom,
            context,
            new OrderNeeds(options.Orders, null, options.LastDay(), 365, Amounts: false),
            (ledger, cut, token) => NextOrderRun.Of(options, ledger, cut.DayNumber, token),
            (run, _, customer, cut) => Values(run, customer, cut),
            (ledger, cut, findings, run) => Report(ledger, cut, findings, run, context.Plugin.Version),
            cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Dictionary<string, FieldValue> Values(NextOrderRun run, int customer, DateOnly cut)
    {
        var row = run.Window.Row[customer];
        var values = new Dictionary<string, FieldValue>(StringComparer.Ordinal) { ["likelihood"] = run.Label(customer), ["expected_on"] = Later(run.Expected(customer)) };
        for (var i = 0; i < NextOrderRun.Horizons.Count; i++)
        {
            values[Within(NextOrderRun.Horizons[i])] = Figures.Of(run.Within(customer, i));
        }

        if (run.Zone is { } zone)
        {
            var alive = run.Alive[row];
            values["zone"] = alive >= zone.Upper ? "engaged" : alive >= zone.Lower ? "winback" : "lost";
            values["winback_from"] = alive >= zone.Upper ? Later(run.WinbackFrom[row]) : FieldValue.Null;
            values["lost_from"] = alive >= zone.Lower ? Later(run.LostFrom[row]) : FieldValue.Null;
        }

        return values;

        FieldValue Later(double days) => double.IsFinite(days) ? cut.AddDays((int)Math.Ceiling(days)) : FieldValue.Null;
    }

    private static string Within(int days) => string.Create(CultureInfo.InvariantCulture, $"within_{days}_days");

    private static EnrichmentReport Report(OrderLedger ledger, DateOnly cut, List<Finding> findings, NextOrderRun? run, string version)
    {
        List<string> warnings = [.. findings.Where(finding => finding.Severity != "info").Select(finding => finding.Message)];
        if (run is null)
        {
            return new EnrichmentReport("No next order was predicted: the data is not good enough. The table 'Data usability' says why.") { Tables = [Usability.Table(findings)], Warnings = warnings };
        }

        if (run.Zone is null)
        {
            warnings.Add("The history does not tell who leaves for good: no dropout can be seen in it. There is no winback zone.");
        }
        else if (!run.Zone.Derived)
        {
            warnings.Add("The curve of returning has no part that is steeper than the rest; the winback zone is taken as 0.3 to 0.7.");
        }

        var expected = NextOrderRun.Horizons.Select((_, at) => Enumerable.Range(0, run.Window.Count).Sum(customer => run.Within(customer, at))).ToList();
        var measured = run.Quality is { } quality && quality.Horizons.Count > 0
            ? $"On the holdout the AUC of {quality.Horizons[^1].Days} days is {quality.Horizons[^1].Metrics.Auc.ToString("0.000", CultureInfo.InvariantCulture)}."
            : "It could not be measured: there are too little history or too few customers for a holdout.";
        return new EnrichmentReport($"{expected[2].ToString("N0", CultureInfo.InvariantCulture)} of {run.Window.Count.ToString("N0", CultureInfo.InvariantCulture)} customers are expected to order within 30 days, by {(run.Blend.IsBlended ? "the blend" : run.Fit.Model.Name)}. {measured}")
        {
            Metrics =
            [
                .. run.Quality is { } of ? (ReportMetric[])
                [
                    new("Concordance", Figures.Of(of.Concordance)) { Meaning = "Of pairs of customers of whom it is known who ordered first, the share in which that one was predicted first; on the holdout." },
                    new("Concordance of silence alone", Figures.Of(of.RecencyConcordance)) { Meaning = "The same of the time since the last order." },
                    new("Holdout", $"{Figures.Day(of.Cut + 1)} to {Figures.Day(of.Cut + of.Days)}"),
                ] : [],
                .. run.Zone is { } zone ? (ReportMetric[])
                [
                    new("Winback zone, upper border", Figures.Of(zone.Upper)) { Meaning = "The probability to be there still above which a customer is engaged." },
                    new("Winback zone, lower border", Figures.Of(zone.Lower)) { Meaning = "The probability to be there still below which a customer is lost." },
                ] : [],
                new("Model", run.Fit.Model.Name),
                Figures.BlendMetric(run.Blend),
                new("Data up to", Figures.Day(cut.DayNumber)),
                new("First order", Figures.Day(ledger.FirstDay)),
                new("Data fingerprint", Figures.Fingerprint(ledger)) { Meaning = "FNV-1a over the order days of all customers: the same data give the same one." },
                new("Plugin version", version),
            ],
            Tables =
            [
                Usability.Table(findings),
                new ReportTable(
                    "Quality on the holdout",
                    ["Days ahead", "AUC", "Log loss", "Brier score", "Calibration error", "Lift of the highest tenth", "Share who ordered", "AUC of the closed form", "Log loss of the closed form"],
                    [.. (run.Quality?.Horizons ?? []).Select(one => (IReadOnlyList<FieldValue>)
                        [(long)one.Days, Figures.Of(one.Metrics.Auc), Figures.Of(one.Metrics.LogLoss), Figures.Of(one.Metrics.Brier), Figures.Of(one.Metrics.CalibrationError), Figures.Of(one.Metrics.Lift), Figures.Of(one.Metrics.BaseRate), Figures.Of(one.Closed.Auc), Figures.Of(one.Closed.LogLoss)])]),
                Figures.Candidates(run.Choice), Figures.Blend(run.Blend), Figures.Parameters(run.Fit),
                new ReportTable(
                    "Suggested segments",
                    ["Segment", "Rule"],
                    [
                        ["Extremely likely to order", "next_order.likelihood = \"extremely_likely\""],
                        ["Win back now", "next_order.zone = \"winback\""],
                        ["Order expected within a month", "next_order.within_30_days >= 0.5"],
                    ]),
            ],
            Series =
            [
                Figures.Series("Customers expected to order", "Days ahead", "Customers", NextOrderRun.Horizons.Select((days, at) => ((FieldValue)(long)days, expected[at]))),
                .. run.Zone is { } curve ? [Figures.Series("Returning by staying", "Probability to be there still", "Probability to order within a year", curve.Curve.Select(point => ((FieldValue)point.Alive, point.Returns)))] : Array.Empty<ReportSeries>(),
                .. run.Quality is { Horizons.Count: > 0 } last ? [Figures.Calibration(last.Horizons[^1].Metrics)] : Array.Empty<ReportSeries>(),
            ],
            Warnings = warnings,
        };
    }
}
