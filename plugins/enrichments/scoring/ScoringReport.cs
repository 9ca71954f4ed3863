using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Scoring;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Scoring;

/// <summary>What a run has to say of itself.</summary>
internal static class ScoringReport
{
    private const string Holdout = "Measured on the latest horizon whose outcomes are known; no fit and no choice had seen them.";
    private const int MostShifts = 30;
    private const double StableOverlap = 0.7;

    /// <summary>What a training says; kept with the model.</summary>
    public static StoredReport OfTraining(ScoringOptions options, ScoringReading reading, ScoringFit fit, DateTimeOffset now, ulong fingerprint)
    {
        var quality = fit.Quality;
        List<string> warnings = [.. quality.Leaks.Select(leak => leak.Message)];
        if (quality.Grade == "C" && quality.Leaks.Count == 0)
        {
            warnings.Add("Grade C: the model is not surely better than a plain baseline. Do not decide by it.");
        }

        if (quality.Influence.Factors.Count > 0 && quality.Influence.Overlap < StableOverlap)
        {
            warnings.Add(Text($"The factors are not stable: of the best ten in one half of the holdout {100 * quality.Influence.Overlap:0} % are among those of the other. Read little into their order."));
        }

        if (quality.Metrics.CalibrationError > 0.05)
        {
            warnings.Add(Text($"The probabilities are off by {100 * quality.Metrics.CalibrationError:0.0} points on average: trust their order more than their size."));
        }

        var day = DateOnly.FromDateTime(now.UtcDateTime).DayNumber;
        return new StoredReport(
            quality.Grade,
            Text($"Grade {quality.Grade}: AUC {quality.Metrics.Auc:0.000} ({quality.Auc.Low:0.000} to {quality.Auc.High:0.000}), log loss {quality.Metrics.LogLoss:0.0000} against {Better(quality):0.0000} of the better baseline; the likeliest tenth has {quality.Metrics.Lift:0.0} times the mean share."),
            Metrics(options, reading, fit, day, fingerprint),
            Tables(fit),
            [
                Figures.Calibration(quality.Metrics),
                Figures.Series("Share by tenth of the score, on the holdout", "Tenth, the likeliest first", "Share to whom it happened", quality.Metrics.Bins.Reverse().Select((bin, at) => ((FieldValue)(long)(at + 1), bin.Observed))),
                Figures.Series("Influential factors", "Group of features", "Increase of the log loss when dealt out at random", quality.Influence.Factors.Select(factor => ((FieldValue)factor.Group, factor.LossIncrease))),
            ],
            warnings);
    }

    /// <summary>The report of a run.</summary>
    public static EnrichmentReport Of(
        ScoringOptions options, ScoringReading reading, StoredScoringModel? model, bool fresh, ScoringStanding? standing, DateTimeOffset now, List<string> warnings, string version)
    {
        List<string> all = [.. warnings, .. reading.Findings.Where(finding => finding.Severity != "info").Select(finding => finding.Message)];
        if (model is null || standing is null)
        {
            return new EnrichmentReport("No score was made: the data is not good enough. The table 'Data usability' says why.") { Tables = [Usability.Table(reading.Findings)], Warnings = Limited(all) };
        }

        all.AddRange(model.Report.Warnings);
        List<Shift> moved = [.. standing.Shifts.SkipLast(1).Where(shift => shift.Index > DriftBaseline.Moved).OrderByDescending(shift => shift.Index)];
        var score = standing.Shifts.Count > 0 ? standing.Shifts[^1].Index : 0;
        if (score > DriftBaseline.Moved)
        {
            all.Add(Text($"The scores have moved since the training: their stability index is {score:0.00}, above {DriftBaseline.Moved:0.00}. Look at the table 'Drift', and consider a smaller 'retrainDays'."));
        }

        if (moved.Count > 0)
        {
            all.Add(Text($"{moved.Count} features have moved since the training (index above {DriftBaseline.Moved:0.00}), most of all {string.Join(", ", moved.Take(2).Select(shift => Short(shift.Name)))}. See the table 'Drift'."));
        }

        var day = DateOnly.FromDateTime(now.UtcDateTime).DayNumber;
        return new EnrichmentReport(Text(
            $"{reading.Scored:N0} profiles scored for {options.HorizonDays} days, with {standing.Mean:0.0 %} of them expected, by {(fresh ? "a model of today" : $"the model of {Figures.Day(DateOnly.FromDateTime(model.TrainedAt.UtcDateTime).DayNumber)}")}. {model.Report.Summary}"))
        {
            Metrics =
            [
                .. model.Report.Metrics,
                new("Scored up to", Figures.Day(day)) { Meaning = "The day of the features of this run." },
                new("Stability index of the score", Figures.Of(score)) { Meaning = "Population stability index between training and now (Siddiqi 2006): below 0.1 still, above 0.25 moved." },
                new("Model made in this run", fresh),
                new("Model version", model.Version),
                new("Plugin version", version),
            ],
            Tables =
            [
                Usability.Table(reading.Findings),
                .. model.Report.Tables,
                new ReportTable(
                    "Drift since the training (population stability index)",
                    ["Feature", "Index", "Judgement"],
                    [.. standing.Shifts.SkipLast(1).OrderByDescending(shift => shift.Index).Take(MostShifts).Prepend(new Shift("Score", score)).Select(shift => (IReadOnlyList<FieldValue>)
                        [Short(shift.Name), Figures.Of(shift.Index), shift.Index > DriftBaseline.Moved ? "moved" : shift.Index > 0.1 ? "moving" : "still"])]),
                Suggested(options),
            ],
            Series =
            [
                Figures.Series("Profiles by probability", "Probability, lower end of a tenth", "Profiles of the sample", standing.Histogram.Select((count, at) => ((FieldValue)(at / 10.0), (double)count))),
                .. model.Report.Series,
            ],
            Warnings = Limited(all),
        };
    }

    private static double Better(ScoringQuality quality) => double.IsNaN(quality.RecencyLoss) ? quality.BaseLoss : Math.Min(quality.BaseLoss, quality.RecencyLoss);

    private static List<ReportMetric> Metrics(ScoringOptions options, ScoringReading reading, ScoringFit fit, int day, ulong fingerprint)
    {
        var (quality, horizon) = (fit.Quality, options.HorizonDays);
        return
        [
            new("Grade", quality.Grade) { Meaning = "A: the log loss is surely (95 % interval) lower than that of the better baseline, and by 5 % at least; B: surely lower; C: else, and whenever a feature seems to know the future. " + Holdout },
            new("AUC", Figures.Of(quality.Metrics.Auc)) { Meaning = "The probability that one to whom it happened has the higher score than one to whom it did not. " + Holdout },
            new("AUC, lower end", Figures.Of(quality.Auc.Low)) { Meaning = "Of the 95 % interval, by a bootstrap over customers, 200 draws." },
            new("AUC, upper end", Figures.Of(quality.Auc.High)),
            new("AUC of recency alone", Figures.Of(quality.RecencyAuc)) { Meaning = "Customers in the order of how recently they did anything; one half where that is not known." },
            new("AUC over recency, lower end", Figures.Of(quality.AucGain.Low)) { Meaning = "Paired, by the same draws." },
            new("Log loss", Figures.Of(quality.Metrics.LogLoss)) { Meaning = Holdout },
            new("Log loss of the share for everybody", Figures.Of(quality.BaseLoss)) { Meaning = "Baseline: everybody has the probability of the training snapshot's share." },
            new("Log loss of recency alone", Figures.Of(quality.RecencyLoss)) { Meaning = "Baseline: a logistic regression on how recently anything was." },
            new("Log loss below the better baseline, lower end", Figures.Of(quality.LossGain.Low)) { Meaning = "Above 0: surely better. Paired, by the same draws." },
            new("Brier score", Figures.Of(quality.Metrics.Brier)) { Meaning = Holdout },
            new("Calibration error", Figures.Of(quality.Metrics.CalibrationError)) { Meaning = "The mean distance between probability and share over ten groups of equal size. " + Holdout },
            new("Calibration slope", Figures.Of(quality.Metrics.CalibrationSlope)) { Meaning = "1 is right; below 1 the probabilities are too sure. " + Holdout },
            new("Lift of the highest tenth", Figures.Of(quality.Metrics.Lift)) { Meaning = "How many times the mean share among the tenth with the highest scores. " + Holdout },
            new("Share to whom it happened", Figures.Of(quality.Metrics.BaseRate), "share") { Meaning = Holdout },
            new("Share in the training", Figures.Of(fit.Measured.Metrics.BaseRate), "share") { Meaning = "A horizon earlier." },
            new("AUC within the training", Figures.Of(quality.UnseenAuc)) { Meaning = "Each training row by a fit without it. More than 0.08 above the AUC of the holdout is an alarm." },
            new("AUC of those known at the training", Figures.Of(quality.SeenAuc)) { Meaning = Holdout },
            new("AUC of those who came later", Figures.Of(quality.NewAuc)) { Meaning = Holdout },
            new("Profiles in the training", (long)reading.Sample.Train.Count),
            new("Profiles in the holdout", (long)quality.Metrics.Rows),
            new("Came after the training", (long)quality.NewRows),
            new("Training", $"{Figures.Day(day - (2 * horizon) + 1)} to {Figures.Day(day - horizon)}"),
            new("Holdout", $"{Figures.Day(day - horizon + 1)} to {Figures.Day(day)}"),
            new("Model", fit.Final.Model.Name),
            new("Penalty of the regression", Figures.Of(fit.Final.Lambda)) { Meaning = "Half of it times the squared weights is added to the mean loss; chosen on inner folds." },
            new("Trees", (long)(fit.Final.Model.Trees?.Trees.Count ?? 0)),
            new("Probabilities corrected", fit.Final.Calibrated) { Meaning = "By Platt's method on inner folds, when the calibration error there is above 0.03." },
            new("Features", (long)fit.Model.Plan.Columns.Count),
            new("Stability of factors", Figures.Of(quality.Influence.Overlap), "share") { Meaning = "How many of the best ten factors of one half of the holdout are among the best ten of the other." },
            new("Factors hidden", (long)quality.Influence.Hidden) { Meaning = "Groups of features that do not matter in both halves of the holdout." },
            new("Model knows up to", Figures.Day(day)),
            new("Horizon", (long)horizon, "days"),
            new("Seed", (long)options.Seed),
            new("Data fingerprint", fingerprint.ToString("x16", CultureInfo.InvariantCulture)) { Meaning = "FNV-1a over the features and outcomes of the final training: the same data give the same one." },
        ];
    }

    private static List<ReportTable> Tables(ScoringFit fit) =>
    [
        new(
            "Models compared on inner folds of the measured training",
            ["Model", "AUC", "Log loss", "Chosen"],
            [.. fit.Measured.Candidates.Select(one => (IReadOnlyList<FieldValue>)[one.Name, Figures.Of(one.Metrics.Auc), Figures.Of(one.Metrics.LogLoss), one.Chosen])]),
        new(
            "Quality by band, on the holdout",
            ["Band", "Profiles", "Mean probability", "Share to whom it happened", "Share, lower end", "Share, upper end", "Lift", "Grade"],
            [.. fit.Quality.Bands.Select(band => (IReadOnlyList<FieldValue>)
                [band.Name, (long)band.Rows, Figures.Of(band.Predicted), Figures.Of(band.Observed), Figures.Of(band.Sure.Low), Figures.Of(band.Sure.High), Figures.Of(band.Lift), band.Grade])]),
        new(
            "Influential factors (permutation on the holdout, five times)",
            ["Features", "Increase of the log loss", "Higher values make it"],
            [.. fit.Quality.Influence.Factors.Select(factor => (IReadOnlyList<FieldValue>)
                [factor.Group, Figures.Of(factor.LossIncrease), factor.Direction switch { "more" => "likelier", "less" => "less likely", _ => "now this, now that" }])]),
    ];

    private static ReportTable Suggested(ScoringOptions options) => new(
        "Suggested segments",
        ["Segment", "Rule"],
        [
            ["Likeliest tenth", $"{options.Namespace}.percentile > 90"],
            ["Highest band", $"{options.Namespace}.band = \"{options.Cuts.Names[^1].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""],
            ["More likely than not, by a model that is better than a baseline", $"{options.Namespace}.probability >= 0.5 and {options.Namespace}.grade != \"C\""],
            ["On the edge", $"{options.Namespace}.percentile > 40 and {options.Namespace}.percentile <= 80"],
        ]);

    private static List<string> Limited(List<string> warnings) => [.. warnings.Distinct(StringComparer.Ordinal).Select(text => text.Length > 400 ? text[..400] : text)];

    private static string Short(string name) => name.Length > 80 ? name[..80] : name;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
