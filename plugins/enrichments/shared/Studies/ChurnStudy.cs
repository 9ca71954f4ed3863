using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>How good a prediction of who will not order is, measured on a holdout that no fit and no choice has seen.</summary>
/// <param name="Cut">The last day that the model knew.</param>
/// <param name="Days">How long the holdout is.</param>
/// <param name="Metrics">The probability of no order against whether none came, of those who had not left already.</param>
/// <param name="Accuracy">The share of right decisions at the threshold.</param>
/// <param name="HitRate">The share of those who left that was caught.</param>
/// <param name="BaselineDays">The baseline's rule: whoever was silent for so many days leaves.</param>
/// <param name="BaselineAccuracy">The baseline's share of right decisions.</param>
/// <param name="BaselineHitRate">The share of those who left that the baseline caught.</param>
/// <param name="RecencyAuc">What ordering customers by silence alone achieves.</param>
/// <param name="Grade">A, B or C.</param>
/// <param name="Closed">The probability of the closed form alone.</param>
/// <param name="AlreadyChurned">Customers who had left before the cut, and are not predicted.</param>
internal sealed record ChurnQuality(
    int Cut,
    int Days,
    BinaryMetrics Metrics,
    double Accuracy,
    double HitRate,
    int BaselineDays,
    double BaselineAccuracy,
    double BaselineHitRate,
    double RecencyAuc,
    string Grade,
    BinaryMetrics Closed,
    int AlreadyChurned) : IChurnQuality;

/// <summary>Measures who will not order within a window.</summary>
internal static class ChurnStudy
{
    private const int FewestCustomers = 100;
    private const int ShortestRule = 30;

    /// <summary>Measures on the last window before the cut.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="cut">The last day that is known.</param>
    /// <param name="windowDays">How many days without an order are leaving.</param>
    /// <param name="churnedAfter">After how many days of silence one has left already.</param>
    /// <param name="threshold">From which probability on one is said to leave.</param>
    /// <param name="kinds">What the model is chosen among.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static (ModelChoice Choice, BlendChoice Blend, ChurnQuality? Quality) Measure(
        OrderLedger ledger, int cut, int windowDays, int churnedAfter, double threshold, IReadOnlyList<TransactionKind> kinds, CancellationToken cancellationToken)
    {
        var days = Math.Min(windowDays, (cut - ledger.FirstDay + 1) / 2);
        var choice = ModelChoice.Of(ledger, cut - Math.Max(1, days), windowDays, kinds, cancellationToken);
        var blended = BlendChoice.Of(ledger, cut - Math.Max(1, days), windowDays, choice.Kind, churnedAfter, cancellationToken);
        if (days < 7)
        {
            return (choice, blended, null);
        }

        var window = Window.Of(ledger, cut - days, cut, 0, cancellationToken);
        var (silence, left, rows) = Candidates(window, churnedAfter);
        if (rows.Count < FewestCustomers || !left.Contains(true) || !left.Contains(false))
        {
            return (choice, blended, null);
        }

        var fit = TransactionModel.Fit(choice.Kind, window.Table, cancellationToken);
        var closed = OrderLikelihood.Of(window, fit.Model, days, cancellationToken);
        var likelihood = OrderLikelihood.Of(ledger, window, fit, blended, days, churnedAfter, cancellationToken);
        var probability = rows.Select(at => 1 - likelihood.Within(at)).ToArray();
        var rule = BaselineRule(ledger, window.Cut, days, churnedAfter, cancellationToken);
        var (accuracy, hits) = Decide([.. probability.Select(p => p >= threshold)], left);
        var (baselineAccuracy, baselineHits) = Decide([.. silence.Select(silent => silent >= rule)], left);
        return (choice, blended, new ChurnQuality(
            window.Cut,
            days,
            BinaryMetrics.Of(probability, left),
            accuracy,
            hits,
            rule,
            baselineAccuracy,
            baselineHits,
            BinaryMetrics.Of([.. silence.Select(silent => silent / (silent + 1.0))], left).Auc,
            Grades.OfChurn(accuracy, hits, baselineHits),
            BinaryMetrics.Of([.. rows.Select(at => 1 - closed.Within(at))], left),
            window.Count - rows.Count));
    }

    // Halved until at most a month: the documented baseline. The best one is that of the window before, so that the holdout is not looked at.
    private static int BaselineRule(OrderLedger ledger, int cut, int days, int churnedAfter, CancellationToken cancellationToken)
    {
        var before = Window.Of(ledger, Math.Max(ledger.FirstDay, cut - days), cut, 0, cancellationToken);
        var (silence, left, _) = Candidates(before, churnedAfter);
        int best = days;
        var bestAccuracy = -1.0;
        for (var rule = days; ; rule /= 2)
        {
            var (accuracy, _) = Decide([.. silence.Select(silent => silent >= rule)], left);
            if (accuracy > bestAccuracy)
            {
                (best, bestAccuracy) = (rule, accuracy);
            }

            if (rule <= ShortestRule)
            {
                return best;
            }
        }
    }

    private static (int[] Silence, bool[] Left, List<int> Rows) Candidates(Window window, int churnedAfter)
    {
        var rows = new List<int>();
        var silence = new List<int>();
        var left = new List<bool>();
        for (var i = 0; i < window.Count; i++)
        {
            var history = window.Table[window.Row[i]];
            var silent = (int)(history.Age - history.Last);
            if (silent < churnedAfter)
            {
                rows.Add(i);
                silence.Add(silent);
                left.Add(window.Orders[i] == 0);
            }
        }

        return ([.. silence], [.. left], rows);
    }

    private static (double Accuracy, double HitRate) Decide(bool[] said, bool[] left)
    {
        int right = 0, caught = 0, gone = 0;
        for (var i = 0; i < said.Length; i++)
        {
            right += said[i] == left[i] ? 1 : 0;
            caught += said[i] && left[i] ? 1 : 0;
            gone += left[i] ? 1 : 0;
        }

        return (said.Length == 0 ? 0 : (double)right / said.Length, gone == 0 ? 0 : (double)caught / gone);
    }
}
