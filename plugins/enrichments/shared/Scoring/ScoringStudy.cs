using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Studies;

namespace CustomerInsights.Enrichments.Predictions.Scoring;

/// <summary>What a study needs to know.</summary>
/// <param name="Horizon">Days ahead.</param>
/// <param name="Seed">Of all that is drawn.</param>
/// <param name="Threads">At most so many; nothing depends on it.</param>
/// <param name="Bands">How scores are cut.</param>
internal sealed record StudySettings(int Horizon, int Seed, int Threads, BandSettings Bands);

/// <summary>A model that scores rows of any snapshot. Immutable.</summary>
/// <param name="Plan">Its columns.</param>
/// <param name="Blend">The learners.</param>
/// <param name="Baseline">How features and scores were spread at its training.</param>
internal sealed record ScoringModel(ColumnPlan Plan, BlendModel Blend, DriftBaseline Baseline);

/// <summary>A suspicion that a feature knows what is to be foretold.</summary>
/// <param name="Feature">The feature, or empty for the model as a whole.</param>
/// <param name="Message">What was found, and what to do.</param>
internal sealed record Leak(string Feature, string Message);

/// <summary>How good a model is, on a snapshot whose outcomes no fit has seen.</summary>
/// <param name="Metrics">Of the holdout.</param>
/// <param name="UnseenAuc">The AUC of training rows, each by a fit that had not seen it.</param>
/// <param name="Auc">The interval of the AUC.</param>
/// <param name="RecencyAuc">The AUC of how recently anything was; one half where that is not known.</param>
/// <param name="AucGain">The interval of the AUC over that.</param>
/// <param name="BaseLoss">The log loss of the share of the training rows for everybody.</param>
/// <param name="RecencyLoss">The log loss of a regression on how recently anything was; not a number where that is not known.</param>
/// <param name="LossGain">The interval of how much lower the log loss is than the better baseline's.</param>
/// <param name="Grade">A, B or C.</param>
/// <param name="SeenAuc">The AUC of customers who were in the training, too.</param>
/// <param name="NewAuc">The AUC of the others.</param>
/// <param name="NewRows">How many others.</param>
/// <param name="Leaks">What looks as if it knew the future.</param>
/// <param name="Bands">By band.</param>
/// <param name="Influence">Which features matter.</param>
internal sealed record ScoringQuality(
    BinaryMetrics Metrics,
    double UnseenAuc,
    Interval Auc,
    double RecencyAuc,
    Interval AucGain,
    double BaseLoss,
    double RecencyLoss,
    Interval LossGain,
    string Grade,
    double SeenAuc,
    double NewAuc,
    int NewRows,
    IReadOnlyList<Leak> Leaks,
    IReadOnlyList<BandQuality> Bands,
    Influence Influence);

/// <summary>Everything that a training gives.</summary>
/// <param name="Model">Made anew from the latest snapshot whose outcomes are known.</param>
/// <param name="Measured">The fit that was measured.</param>
/// <param name="Final">The fit of the model.</param>
/// <param name="Quality">How good the measured one is.</param>
internal sealed record ScoringFit(ScoringModel Model, BlendFit Measured, BlendFit Final, ScoringQuality Quality);

/// <summary>
/// Teaches a model at c − 2h with what happened until c − h, measures it at c − h with what happened until c, and makes it anew from that. The holdout chooses
/// nothing: not the learner, nor its settings, nor the correction of probabilities.
/// </summary>
internal static class ScoringStudy
{
    /// <summary>With fewer customers nothing is learned.</summary>
    public const int FewestRows = 100;

    /// <summary>With fewer of either kind nothing is learned.</summary>
    public const int FewestOfKind = 10;

    /// <summary>A single feature that ranks the holdout so well knows it.</summary>
    public const double LeakAuc = 0.95;

    /// <summary>A model that ranks so much better before the holdout than on it was told something.</summary>
    public const double LeakGap = 0.08;

    private const int LeakRows = 50_000;
    private const double GradeA = 0.05;

    /// <summary>Runs it.</summary>
    /// <param name="sample">The snapshots; both kinds are in the first two.</param>
    /// <param name="builder">Made them.</param>
    /// <param name="settings">What to know.</param>
    /// <param name="findings">Receives what was left out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The fit, or null where nothing varies that could be learned from; the findings say so.</returns>
    public static ScoringFit? Run(SnapshotSample sample, SnapshotFeatures builder, StudySettings settings, List<Finding> findings, CancellationToken cancellationToken)
    {
        // What is said of the columns is said of the model that will be used.
        var plan = ColumnPlan.Of(builder, sample.Train, settings.Horizon, [], cancellationToken);
        var finalPlan = ColumnPlan.Of(builder, sample.Holdout, settings.Horizon, findings, cancellationToken);
        if (plan.Columns.Count == 0 || finalPlan.Columns.Count == 0)
        {
            findings.Add(new Finding("error", "", "Train", "No feature differs between customers: there is nothing to learn from. Name more activities or attributes."));
            return null;
        }

        var train = plan.Of(builder, sample.Train);
        bool[] trained = sample.Train.Happened, happened = sample.Holdout.Happened;
        var measured = BlendLearner.Fit(train, trained, settings.Seed, settings.Threads, cancellationToken);
        var recency = Recency(plan, builder, train, trained, cancellationToken);
        train.Clear();

        var holdout = plan.Of(builder, sample.Holdout);
        var final = finalPlan.Of(builder, sample.Holdout);
        var fit = BlendLearner.Fit(final, happened, settings.Seed, settings.Threads, cancellationToken);
        var quality = Measure(sample, plan, measured, recency, holdout, happened, final, fit, settings, cancellationToken);
        return new ScoringFit(new ScoringModel(finalPlan, fit.Model, DriftBaseline.Of(final, fit.Model.Probabilities(final))), measured, fit, quality);
    }

    /// <summary>The letter: A when the log loss is surely (95 %) lower than that of the better baseline and by 5 % at least; B when surely lower; C else, and whenever something knows the future.</summary>
    /// <param name="loss">The log loss.</param>
    /// <param name="baseline">The better baseline's.</param>
    /// <param name="gain">The interval of the gain.</param>
    /// <param name="leaks">Whether something knows the future.</param>
    public static string GradeOf(double loss, double baseline, Interval gain, bool leaks) =>
        leaks || !(gain.Low > 0) ? "C" : loss <= (1 - GradeA) * baseline ? "A" : "B";

    private static ScoringQuality Measure(
        SnapshotSample sample,
        ColumnPlan plan,
        BlendFit measured,
        (int Column, LogisticRegression Line)? recency,
        List<FeatureColumn> holdout,
        bool[] happened,
        List<FeatureColumn> final,
        BlendFit fit,
        StudySettings settings,
        CancellationToken cancellationToken)
    {
        var predicted = measured.Model.Probabilities(holdout);
        var metrics = BinaryMetrics.Of(predicted, happened);
        double[] baseline = [.. Enumerable.Repeat(measured.Metrics.BaseRate, happened.Length)];
        var baseLoss = Loss(baseline, happened);
        double recencyAuc = 0.5, recencyLoss = double.NaN;
        double[]? silence = null;
        if (recency is { } known)
        {
            silence = [.. known.Line.Logits([holdout[known.Column]]).Select(SpecialFunctions.Logistic)];
            (recencyAuc, recencyLoss) = (RankMetrics.Auc(silence, happened), Loss(silence, happened));
            baseline = recencyLoss < baseLoss ? silence : baseline;
        }

        double[] gains = [.. happened.Select((one, row) => LossOf(baseline[row], one) - LossOf(predicted[row], one))];
        var (auc, aucGain, lossGain) = RankMetrics.Bootstrap(predicted, silence, gains, happened, settings.Seed, cancellationToken);
        var leaks = Leaks(final, happened, measured.Metrics.Auc, metrics.Auc, fit.Metrics.Auc, cancellationToken);
        var seen = new HashSet<ulong>(sample.Train.Hashes);
        int[] old = [.. Enumerable.Range(0, happened.Length).Where(row => seen.Contains(sample.Holdout.Hashes[row]))];
        int[] added = [.. Enumerable.Range(0, happened.Length).Where(row => !seen.Contains(sample.Holdout.Hashes[row]))];
        return new ScoringQuality(
            metrics,
            measured.Metrics.Auc,
            auc,
            recencyAuc,
            aucGain,
            baseLoss,
            recencyLoss,
            lossGain,
            GradeOf(metrics.LogLoss, Math.Min(baseLoss, double.IsNaN(recencyLoss) ? baseLoss : recencyLoss), lossGain, leaks.Count > 0),
            Part(old),
            Part(added),
            added.Length,
            leaks,
            BandQuality.Of(settings.Bands, predicted, happened),
            Influence.Of(plan, measured.Model, holdout, happened, settings.Seed, cancellationToken));

        double Part(int[] rows)
        {
            bool[] own = [.. rows.Select(row => happened[row])];
            return own.Contains(true) && own.Contains(false) ? RankMetrics.Auc([.. rows.Select(row => predicted[row])], own) : double.NaN;
        }
    }

    private static (int Column, LogisticRegression Line)? Recency(ColumnPlan plan, SnapshotFeatures builder, List<FeatureColumn> train, bool[] happened, CancellationToken cancellationToken)
    {
        var at = builder.RecencyFeature < 0 ? -1 : plan.Columns.ToList().FindIndex(column => column.Source == builder.RecencyFeature);
        return at < 0 ? null : (at, LogisticRegression.Fit([train[at]], happened, 1e-4, cancellationToken));
    }

    private static List<Leak> Leaks(List<FeatureColumn> columns, bool[] happened, double unseenAuc, double holdoutAuc, double finalAuc, CancellationToken cancellationToken)
    {
        var leaks = new List<Leak>();
        if (happened.Length > LeakRows)
        {
            int[] part = [.. Enumerable.Range(0, LeakRows).Select(i => (int)((long)i * happened.Length / LeakRows))];
            (columns, happened) = ([.. columns.Select(column => column.Take(part))], [.. part.Select(row => happened[row])]);
        }

        foreach (var column in columns)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var auc = RankMetrics.Auc(column.IsCategory ? Rates(column, happened) : column.Numbers, happened);
            if (Math.Max(auc, column.IsCategory ? 0 : 1 - auc) is > LeakAuc and var strength)
            {
                var name = column.Name.Length > 80 ? column.Name[..80] : column.Name;
                leaks.Add(new Leak(name, FormattableString.Invariant($"'{name}' alone tells the outcome with an AUC of {strength:0.000}: it seems to know what it is to foretell. Take it away, or see that its value is of before.")));
            }
        }

        if (Math.Max(unseenAuc, finalAuc) - holdoutAuc > LeakGap)
        {
            leaks.Add(new Leak("", FormattableString.Invariant($"The AUC is {Math.Max(unseenAuc, finalAuc):0.000} within a snapshot, but {holdoutAuc:0.000} a horizon later: something tells what cannot be known ahead, or the time has changed. Look at attributes that change after the event.")));
        }

        return leaks;
    }

    // By row the share of its level, the row itself left out.
    private static double[] Rates(FeatureColumn column, bool[] happened)
    {
        var (counts, hits) = (new int[column.LevelNames.Count + 1], new int[column.LevelNames.Count + 1]);
        for (var row = 0; row < happened.Length; row++)
        {
            counts[column.Levels[row] + 1]++;
            hits[column.Levels[row] + 1] += happened[row] ? 1 : 0;
        }

        var rate = happened.Count(one => one) / (double)happened.Length;
        return [.. happened.Select((one, row) => (hits[column.Levels[row] + 1] - (one ? 1 : 0) + rate) / counts[column.Levels[row] + 1])];
    }

    private static double Loss(double[] predicted, bool[] happened)
    {
        var loss = 0.0;
        for (var row = 0; row < happened.Length; row++)
        {
            loss += LossOf(predicted[row], happened[row]);
        }

        return loss / happened.Length;
    }

    private static double LossOf(double probability, bool happened) => -Math.Log(Math.Clamp(happened ? probability : 1 - probability, 1e-15, 1));
}
