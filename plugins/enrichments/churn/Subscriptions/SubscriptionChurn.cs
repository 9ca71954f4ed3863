using System.Globalization;
using System.Runtime.CompilerServices;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Churn.Subscriptions;

/// <summary>Predicts who will not renew a subscription.</summary>
internal static class SubscriptionChurn
{
    private const string Holdout = "Measured on the last window that has passed, of customers whose term ended in it; the fit had seen nothing of it.";

    internal static IReadOnlyList<FieldDescriptor> Attributes(ChurnOptions options) =>
    [
        new("probability", FieldKind.Number) { Description = $"The probability that a term that ends in the next {options.WindowDays} days is not renewed within {options.RenewWithinDays} days, 0 to 1. Empty for one who has left already, or whose term ends later." },
        new("is_churn", FieldKind.Boolean) { Description = $"Whether the probability is at least {options.Threshold.ToString(CultureInfo.InvariantCulture)}. Empty where there is none." },
        new("already_churned", FieldKind.Boolean) { Description = $"Whether the last term ended more than {options.RenewWithinDays} days ago: left already, and not predicted." },
        new("days_silent", FieldKind.Integer) { Description = "Days since the end of the last term; 0 while it runs." },
        new("term_ends_on", FieldKind.Date) { Description = "The day on which the last term ends or is to be renewed." },
        new("until", FieldKind.Date) { Description = "The last day on which a term that is predicted ends." },
    ];

    internal static async IAsyncEnumerable<PopulationMessage> RunAsync(
        ChurnOptions options, IPopulation population, ReadOnlyMemory<byte>? resumeFrom, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sources = options.Subscriptions!;
        var rules = new SubscriptionRules(options.WindowDays, options.RenewWithinDays, options.Threshold);
        var answered = AnsweringPass.Answered(resumeFrom);
        var cut = PopulationOrders.Cut(population, options.LastDay());
        var reader = new TermReader(sources, cut);
        var ledger = new TermLedger();
        await foreach (var batch in population.ReadAsync(null, cancellationToken).ConfigureAwait(false))
        {
            foreach (var profile in batch)
            {
                if (reader.Read(profile) is { Count: > 0 } terms)
                {
                    ledger.Add(terms);
                }
            }

            context.Report(new PluginProgress(reader.Profiles, population.Count, "Reading subscriptions."));
        }

        var findings = SubscriptionUsability.Of(ledger, reader, sources, cut, rules);
        context.Report(new PluginProgress(reader.Profiles, population.Count, "Learning who renews."));
        var run = findings.TrueForAll(finding => finding.Severity != "error")
            ? await Task.Run(() => SubscriptionRun.Of(ledger, reader, cut.DayNumber, rules, findings, cancellationToken), cancellationToken).ConfigureAwait(false)
            : null;

        // The second pass meets the customers of the ledger in the order of the first.
        var customer = 0;
        var answering = new TermReader(sources, cut);
        await foreach (var message in AnsweringPass.RunAsync(population, answered, context, Answer, profile => customer += answering.Read(profile).Count > 0 ? 1 : 0, cancellationToken).ConfigureAwait(false))
        {
            yield return message;
        }

        yield return Report(options, ledger, cut, findings, run, context.Plugin.Version);

        EnrichmentResult Answer(ProfileInput profile)
        {
            if (run is null)
            {
                return AnsweringPass.NotUsable(profile);
            }

            if (answering.Read(profile).Count == 0)
            {
                return new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.NoMatch, Reason: "There is no subscription yet.");
            }

            var at = customer++;
            return Standing.At(ledger.Read(at), cut.DayNumber, rules.RenewWithinDays) is { } standing
                ? new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.Enriched, Values(options, standing, run.Probability(at), cut))
                : new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.NoMatch, Reason: "No term has begun yet.");
        }
    }

    private static Dictionary<string, FieldValue> Values(ChurnOptions options, Standing standing, double probability, DateOnly cut) => new(StringComparer.Ordinal)
    {
        ["probability"] = Figures.Of(probability),
        ["is_churn"] = double.IsNaN(probability) ? FieldValue.Null : probability >= options.Threshold,
        ["already_churned"] = standing.IsOver(cut.DayNumber, options.RenewWithinDays),
        ["days_silent"] = (long)Math.Max(0, cut.DayNumber - standing.Until),
        ["term_ends_on"] = DateOnly.FromDayNumber(standing.Until),
        ["until"] = cut.AddDays(options.WindowDays),
    };

    private static EnrichmentReport Report(ChurnOptions options, TermLedger ledger, DateOnly cut, List<Finding> findings, SubscriptionRun? run, string version)
    {
        List<string> warnings = [.. findings.Where(finding => finding.Severity != "info").Select(finding => finding.Message)];
        if (run is null)
        {
            return new EnrichmentReport("No churn was predicted: the data is not good enough. The table 'Data usability' says why.") { Tables = [Usability.Table(findings)], Warnings = warnings };
        }

        if (run.Quality is { Grade: "C" } poor)
        {
            warnings.Add($"Grade C: the plain rule 'subscribed for less than {poor.BaselineDays} days' catches more of those who leave. Look at lift and log loss before you rely on the decision.");
        }

        var grade = run.Quality is { } quality
            ? ChurnFigures.Sentence(quality)
            : "It could not be measured: there are too little history or too few ends of terms for a holdout.";
        return new EnrichmentReport(string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Due:N0} customers whose term ends within {options.WindowDays} days are predicted, {run.Likely:N0} of them are likely not to renew; the term of {run.Running:N0} ends later, {run.AlreadyChurned:N0} have left already. {grade}"))
        {
            Metrics = Metrics(options, ledger, cut, run, version),
            Tables =
            [
                Usability.Table(findings),
                new ReportTable(
                    "Learners compared on folds of the training rows",
                    ["Learner", "AUC", "Log loss", "Calibration error", "Chosen"],
                    [.. run.Fit.Candidates.Select(one => (IReadOnlyList<FieldValue>)[one.Name, Figures.Of(one.Metrics.Auc), Figures.Of(one.Metrics.LogLoss), Figures.Of(one.Metrics.CalibrationError), one.Chosen])]),
                new ReportTable(
                    "Influential factors",
                    ["Factor", "Mean size of what it adds to the logit"],
                    [.. run.Factors.Select(one => (IReadOnlyList<FieldValue>)[one.Feature, Figures.Of(one.Size)])]),
                new ReportTable(
                    "Suggested segments",
                    ["Segment", "Rule"],
                    [["Likely not to renew", "churn.is_churn"], ["Very likely not to renew", "churn.probability >= 0.8"], ["Left already", "churn.already_churned"]]),
            ],
            Series =
            [
                Figures.Series("Customers by probability of churn", "Probability, lower end of a tenth", "Customers", run.Histogram.Select((count, at) => ((FieldValue)(at / 10.0), (double)count))),
                .. run.Quality is { } measured ? [Figures.Calibration(measured.Metrics)] : Array.Empty<ReportSeries>(),
            ],
            Warnings = warnings,
        };
    }

    private static List<ReportMetric> Metrics(ChurnOptions options, TermLedger ledger, DateOnly cut, SubscriptionRun run, string version)
    {
        var metrics = new List<ReportMetric>();
        if (run.Quality is { } quality)
        {
            metrics.AddRange(ChurnFigures.Of(quality, $"subscribed for less than {quality.BaselineDays} days is leaving; two years halved until a month, the best before the holdout.", Holdout));
            metrics.AddRange(
            [
                new("Holdout", $"Terms that ended until {Figures.Day(quality.Cut + options.WindowDays)}, renewed until {Figures.Day(quality.Cut + quality.Days)}; known until {Figures.Day(quality.Cut)}"),
            ]);
        }

        metrics.AddRange(
        [
            new("Model", run.Fit.Model.Name),
            new("Ends of terms learned from", (long)run.Rows),
            new("Of them not renewed", (long)run.Left),
            new("Data up to", Figures.Day(cut.DayNumber)),
            new("First term known", Figures.Day(ledger.FirstDay)),
            new("Terms", (long)ledger.Terms),
            new("Window", (long)options.WindowDays, "days"),
            new("Data fingerprint", ledger.Fingerprint()) { Meaning = "FNV-1a over the terms of all customers: the same data give the same one." },
            new("Plugin version", version),
        ]);
        return metrics;
    }
}
