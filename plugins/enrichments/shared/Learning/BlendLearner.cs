using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.Enrichments.Predictions.Learning;

/// <summary>Something that was compared.</summary>
/// <param name="Name">For people.</param>
/// <param name="Metrics">By predictions for rows that the fit had not seen.</param>
/// <param name="Chosen">Whether it was taken.</param>
internal sealed record BlendCandidate(string Name, BinaryMetrics Metrics, bool Chosen);

/// <summary>A model and how it came to be.</summary>
/// <param name="Model">The model.</param>
/// <param name="Unseen">The probabilities of the training rows, each by a fit that had not seen it.</param>
/// <param name="Metrics">How good those are.</param>
/// <param name="Candidates">What was compared.</param>
/// <param name="Lambda">The penalty of the regression.</param>
/// <param name="Calibrated">Whether the probabilities were corrected.</param>
/// <param name="Small">Whether there were too few rows for anything but a regression.</param>
internal sealed record BlendFit(BlendModel Model, double[] Unseen, BinaryMetrics Metrics, IReadOnlyList<BlendCandidate> Candidates, double Lambda, bool Calibrated, bool Small);

/// <summary>
/// Learns a yes or no from features: a logistic regression whose penalty inner folds choose, boosted trees in the best of three settings, and the mean of both
/// logits; whichever does best on inner folds is taken. Nothing but the rows that are given is looked at.
/// </summary>
internal static class BlendLearner
{
    /// <summary>With fewer rows there is a regression only.</summary>
    public const int FewestRows = 1_000;

    /// <summary>With fewer rows of one kind there is a regression only.</summary>
    public const int FewestOfKind = 100;

    /// <summary>Above this calibration error (ECE) probabilities are corrected.</summary>
    public const double CalibrationLimit = 0.03;

    private const int Folds = 5;
    private const int LineRows = 50_000;
    private const int PenaltyRows = 20_000;

    // Half of it times the squared weights is added to the mean loss. Strong ones where there is little to learn from.
    private static readonly IReadOnlyList<double> Penalties = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1];
    private static readonly IReadOnlyList<double> StrongPenalties = [1e-2, 3e-2, 1e-1, 3e-1, 1];

    // Small trees for small data, middle and large ones: predictions.md, section 6.
    private static readonly IReadOnlyList<BoostingOptions> Settings =
    [
        new(Trees: 400, Leaves: 8, LearningRate: 0.04, FewestRows: 40, L2: 5),
        new(Trees: 500, Leaves: 15, LearningRate: 0.04, FewestRows: 40, L2: 5),
        new(Trees: 500, Leaves: 31, LearningRate: 0.04, FewestRows: 40, L2: 10),
    ];

    /// <summary>Learns.</summary>
    /// <param name="columns">The features, one at least.</param>
    /// <param name="happened">By row, whether it happened; both kinds are there, five of each at least.</param>
    /// <param name="seed">Of the folds and of rounding.</param>
    /// <param name="threads">At most so many; the result does not depend on it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static BlendFit Fit(IReadOnlyList<FeatureColumn> columns, bool[] happened, int seed, int threads, CancellationToken cancellationToken)
    {
        var positives = happened.Count(one => one);
        if (Math.Min(positives, happened.Length - positives) < Folds)
        {
            throw new ArgumentException($"It happened to {positives} of {happened.Length} rows; {Folds} of either kind are needed.", nameof(happened));
        }

        var fold = FoldOf(happened, seed);
        var small = happened.Length < FewestRows || Math.Min(positives, happened.Length - positives) < FewestOfKind;
        var lambda = Penalty(columns, happened, fold, small ? StrongPenalties : Penalties, cancellationToken);
        var line = Line(columns, happened, Enumerable.Range(0, happened.Length), lambda, cancellationToken);
        var lineUnseen = Unseen(columns, happened, fold, lambda, cancellationToken);
        var candidates = new List<(string Name, BlendModel Model, double[] Logits, BinaryMetrics Metrics)>();
        Add("Logistic regression", new BlendModel(line, null, 0), lineUnseen);
        if (!small)
        {
            var (best, bestUnseen, bestLoss) = (default(Boosting), Array.Empty<double>(), double.PositiveInfinity);
            foreach (var setting in Settings)
            {
                var (model, unseen) = Boosting.FitFolds(columns, happened, fold, Folds, setting with { Seed = seed }, threads, cancellationToken);
                var loss = Loss(unseen, happened);
                if (loss < bestLoss)
                {
                    (best, bestUnseen, bestLoss) = (model, unseen, loss);
                }
            }

            Add($"Boosted trees, {best!.Trees.Count} of them", new BlendModel(null, best, 1), bestUnseen);
            Add("Mean of both", new BlendModel(line, best, 0.5), [.. lineUnseen.Zip(bestUnseen, (a, b) => 0.5 * (a + b))]);
        }

        var chosen = candidates.MinBy(candidate => candidate.Metrics.LogLoss);
        var (fitted, calibrated) = (chosen.Model, false);
        double[] probabilities = [.. chosen.Logits.Select(SpecialFunctions.Logistic)];
        var metrics = chosen.Metrics;
        if (metrics.CalibrationError > CalibrationLimit && Platt(chosen.Logits, happened) is { } platt)
        {
            double[] corrected = [.. chosen.Logits.Select(logit => SpecialFunctions.Logistic(platt.Shift + (platt.Slope * logit)))];
            if (BinaryMetrics.Of(corrected, happened) is var better && better.CalibrationError < metrics.CalibrationError && better.LogLoss <= metrics.LogLoss)
            {
                (fitted, probabilities, metrics, calibrated) = (fitted with { Slope = platt.Slope, Shift = platt.Shift }, corrected, better, true);
            }
        }

        return new BlendFit(fitted, probabilities, metrics, [.. candidates.Select(one => new BlendCandidate(one.Name, one.Metrics, ReferenceEquals(one.Model, chosen.Model)))], lambda, calibrated, small);

        void Add(string name, BlendModel model, double[] logits) => candidates.Add((name, model, logits, BinaryMetrics.Of([.. logits.Select(SpecialFunctions.Logistic)], happened)));
    }

    // Each fold has its share of either kind.
    private static int[] FoldOf(bool[] happened, int seed)
    {
        var order = Enumerable.Range(0, happened.Length).ToArray();
        new SplitMix((ulong)(uint)seed ^ 0x5C0B1E).Shuffle(order);
        var fold = new int[happened.Length];
        int yes = 0, no = 0;
        foreach (var row in order)
        {
            fold[row] = (happened[row] ? yes++ : no++) % Folds;
        }

        return fold;
    }

    private static double Penalty(IReadOnlyList<FeatureColumn> columns, bool[] happened, int[] fold, IReadOnlyList<double> penalties, CancellationToken cancellationToken)
    {
        if (happened.Length > PenaltyRows)
        {
            var part = Every(Enumerable.Range(0, happened.Length), PenaltyRows);
            (columns, happened, fold) = ([.. columns.Select(column => column.Take(part))], [.. part.Select(row => happened[row])], [.. part.Select(row => fold[row])]);
        }

        var (best, bestLoss) = (penalties[^1], double.PositiveInfinity);
        foreach (var lambda in penalties)
        {
            var loss = Loss(Unseen(columns, happened, fold, lambda, cancellationToken), happened);
            if (loss < bestLoss)
            {
                (best, bestLoss) = (lambda, loss);
            }
        }

        return best;
    }

    private static double[] Unseen(IReadOnlyList<FeatureColumn> columns, bool[] happened, int[] fold, double lambda, CancellationToken cancellationToken)
    {
        var unseen = new double[happened.Length];
        for (var held = 0; held < Folds; held++)
        {
            var at = held;
            var model = Line(columns, happened, Enumerable.Range(0, happened.Length).Where(row => fold[row] != at), lambda, cancellationToken);
            int[] test = [.. Enumerable.Range(0, happened.Length).Where(row => fold[row] == at)];
            if (test.Length > 0)
            {
                var logits = model.Logits([.. columns.Select(column => column.Take(test))]);
                for (var i = 0; i < test.Length; i++)
                {
                    unseen[test[i]] = logits[i];
                }
            }
        }

        return unseen;
    }

    // A regression of some hundred weights learns no more from a million rows than from fifty thousand.
    private static LogisticRegression Line(IReadOnlyList<FeatureColumn> columns, bool[] happened, IEnumerable<int> rows, double lambda, CancellationToken cancellationToken)
    {
        var taken = Every(rows, LineRows);
        return taken.Length == happened.Length
            ? LogisticRegression.Fit(columns, happened, lambda, cancellationToken)
            : LogisticRegression.Fit([.. columns.Select(column => column.Take(taken))], [.. taken.Select(row => happened[row])], lambda, cancellationToken);
    }

    // Evenly spread; at most so many.
    private static int[] Every(IEnumerable<int> rows, int most)
    {
        int[] all = [.. rows];
        return all.Length <= most ? all : [.. Enumerable.Range(0, most).Select(i => all[(int)((long)i * all.Length / most)])];
    }

    private static double Loss(double[] logits, bool[] happened)
    {
        var loss = 0.0;
        for (var i = 0; i < logits.Length; i++)
        {
            var signed = happened[i] ? -logits[i] : logits[i];
            loss += signed > 30 ? signed : SpecialFunctions.Log1P(Math.Exp(signed));
        }

        return loss / Math.Max(1, logits.Length);
    }

    // A regression on one column, the logit itself (Platt 1999).
    private static (double Slope, double Shift)? Platt(double[] logits, bool[] happened)
    {
        double shift = 0, slope = 1;
        for (var round = 0; round < 50; round++)
        {
            double g0 = 0, g1 = 0, h00 = 1e-9, h01 = 0, h11 = 1e-9;
            for (var i = 0; i < logits.Length; i++)
            {
                var p = SpecialFunctions.Logistic(shift + (slope * logits[i]));
                var (miss, weight) = ((happened[i] ? 1 : 0) - p, p * (1 - p));
                g0 += miss;
                g1 += miss * logits[i];
                h00 += weight;
                h01 += weight * logits[i];
                h11 += weight * logits[i] * logits[i];
            }

            var determinant = (h00 * h11) - (h01 * h01);
            if (!(determinant > 0))
            {
                return null;
            }

            var (step0, step1) = (((h11 * g0) - (h01 * g1)) / determinant, ((h00 * g1) - (h01 * g0)) / determinant);
            var damped = Math.Min(1, 2 / (Math.Abs(step0) + Math.Abs(step1) + 1e-300));
            (shift, slope) = (shift + (damped * step0), slope + (damped * step1));
            if (Math.Abs(step0) + Math.Abs(step1) < 1e-9)
            {
                break;
            }
        }

        return double.IsFinite(slope) && double.IsFinite(shift) && slope > 0 ? (slope, shift) : null;
    }
}
