using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Studies;

namespace CustomerInsights.Enrichments.Churn.Subscriptions;

/// <summary>What ends a subscription.</summary>
/// <param name="WindowDays">Terms that end within so many days are predicted.</param>
/// <param name="RenewWithinDays">So many days after its end a term is not renewed any more.</param>
/// <param name="Threshold">From which probability on one is said to leave.</param>
internal sealed record SubscriptionRules(int WindowDays, int RenewWithinDays, double Threshold)
{
    /// <summary>After so many days it is known who renewed.</summary>
    public int KnownAfter => WindowDays + RenewWithinDays;
}

/// <summary>How good a prediction of who will not renew is, measured on a holdout that no fit has seen.</summary>
/// <param name="Cut">The last day that the model knew.</param>
/// <param name="Days">How long the holdout is: the window and the days within which one renews.</param>
/// <param name="Metrics">The probability against what happened, of those whose term ended in the window.</param>
/// <param name="Accuracy">The share of right decisions.</param>
/// <param name="HitRate">The share of those who left that was caught.</param>
/// <param name="BaselineDays">The baseline's rule: whoever has subscribed for fewer days leaves.</param>
/// <param name="BaselineAccuracy">The baseline's share of right decisions.</param>
/// <param name="BaselineHitRate">The share of those who left that the baseline caught.</param>
/// <param name="Grade">A, B or C.</param>
internal sealed record SubscriptionQuality(
    int Cut, int Days, BinaryMetrics Metrics, double Accuracy, double HitRate, int BaselineDays, double BaselineAccuracy, double BaselineHitRate, string Grade) : IChurnQuality;

/// <summary>
/// Learns from terms that ended who renews: at several days in the past, each of whose window has passed, everybody whose term ends within the window is a row.
/// </summary>
internal static class SubscriptionStudy
{
    /// <summary>With fewer rows nothing is learned.</summary>
    public const int FewestRows = 100;

    /// <summary>With fewer who left, or who stayed, nothing is learned.</summary>
    public const int FewestOfKind = 10;

    /// <summary>At most about so many rows are learned from, drawn by a fixed rule.</summary>
    public const int MostRows = 60_000;

    private const int Snapshots = 4;
    private const int FewestDays = 28;
    private const int LongestRule = 720;
    private const int ShortestRule = 30;

    /// <summary>Trains on all windows that have passed by a day.</summary>
    /// <param name="ledger">The terms.</param>
    /// <param name="plans">Names of plans.</param>
    /// <param name="cut">The last day that is known.</param>
    /// <param name="rules">What ends a subscription.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The fit, how many rows and how many of them left; the fit is null with too few of either.</returns>
    public static (BlendFit? Fit, int Rows, int Left) Train(TermLedger ledger, IReadOnlyList<string> plans, int cut, SubscriptionRules rules, CancellationToken cancellationToken)
    {
        var rows = Rows(ledger, plans, TrainingDays(ledger, cut, rules), rules, MostRows, cancellationToken);
        var left = rows.Left.Count(one => one);
        if (rows.Left.Length < FewestRows || left < FewestOfKind || rows.Left.Length - left < FewestOfKind)
        {
            return (null, rows.Left.Length, left);
        }

        return (BlendLearner.Fit(rows.Features.Columns(), rows.Left, 1, Environment.ProcessorCount, cancellationToken), rows.Left.Length, left);
    }

    /// <summary>Measures on the last window that has passed; the model knows what was known when it began.</summary>
    /// <param name="ledger">The terms.</param>
    /// <param name="plans">Names of plans.</param>
    /// <param name="cut">The last day that is known.</param>
    /// <param name="rules">What ends a subscription.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The quality, or null when there is too little to learn from or to measure on.</returns>
    public static SubscriptionQuality? Measure(TermLedger ledger, IReadOnlyList<string> plans, int cut, SubscriptionRules rules, CancellationToken cancellationToken)
    {
        var day = cut - rules.KnownAfter;
        if (Train(ledger, plans, day, rules, cancellationToken).Fit is not { } fit)
        {
            return null;
        }

        var held = Rows(ledger, plans, [day], rules, int.MaxValue, cancellationToken);
        if (held.Left.Length < FewestRows || !held.Left.Contains(true) || !held.Left.Contains(false))
        {
            return null;
        }

        // The rule is the best one on what was known before the holdout.
        var before = Rows(ledger, plans, TrainingDays(ledger, day, rules), rules, int.MaxValue, cancellationToken);
        int rule = LongestRule;
        var best = -1.0;
        for (var days = LongestRule; days >= ShortestRule; days /= 2)
        {
            var (accuracyThen, _) = Decide([.. before.Subscribed.Select(one => one < days)], before.Left);
            if (accuracyThen > best)
            {
                (rule, best) = (days, accuracyThen);
            }
        }

        var probability = fit.Model.Probabilities(held.Features.Columns());
        var (accuracy, hits) = Decide([.. probability.Select(one => one >= rules.Threshold)], held.Left);
        var (baselineAccuracy, baselineHits) = Decide([.. held.Subscribed.Select(one => one < rule)], held.Left);
        return new SubscriptionQuality(
            day, rules.KnownAfter, BinaryMetrics.Of(probability, held.Left), accuracy, hits, rule, baselineAccuracy, baselineHits, Grades.OfChurn(accuracy, hits, baselineHits));
    }

    // From the last day whose window has passed backwards, a window apart, so that a term is seldom met twice.
    private static List<int> TrainingDays(TermLedger ledger, int cut, SubscriptionRules rules)
    {
        var days = new List<int>();
        for (var day = cut - rules.KnownAfter; days.Count < Snapshots && day >= ledger.FirstDay + FewestDays; day -= rules.WindowDays)
        {
            days.Add(day);
        }

        return days;
    }

    private static (SubscriptionFeatures Features, bool[] Left, int[] Subscribed) Rows(
        TermLedger ledger, IReadOnlyList<string> plans, List<int> days, SubscriptionRules rules, int most, CancellationToken cancellationToken)
    {
        var due = new List<(int Customer, int Day, Standing Standing)>();
        foreach (var day in days)
        {
            for (var customer = 0; customer < ledger.Customers; customer++)
            {
                if ((customer & 4095) == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                if (Standing.At(ledger.Read(customer), day, rules.RenewWithinDays) is { } standing && !standing.IsOver(day, rules.RenewWithinDays) && standing.Until <= day + rules.WindowDays)
                {
                    due.Add((customer, day, standing));
                }
            }
        }

        if (due.Count > most)
        {
            var limit = (ulong)(ulong.MaxValue * ((double)most / due.Count));
            due = [.. due.Where((_, at) => new SplitMix((ulong)at).NextBits() < limit)];
        }

        var features = new SubscriptionFeatures(due.Count, plans);
        var left = new bool[due.Count];
        var subscribed = new int[due.Count];
        for (var i = 0; i < left.Length; i++)
        {
            var (customer, day, standing) = due[i];
            var terms = ledger.Read(customer);
            features.Add(terms, standing, day, rules.RenewWithinDays);
            left[i] = standing.Ends(Known(terms, day + rules.KnownAfter), day + rules.WindowDays, rules.RenewWithinDays);
            subscribed[i] = day - standing.Since;
        }

        return (features, left, subscribed);
    }

    // What is said of a day may not know later ones: a holdout behind it is not looked at.
    private static ReadOnlySpan<Term> Known(ReadOnlySpan<Term> terms, int day)
    {
        foreach (var term in terms)
        {
            if (term.Recorded > day)
            {
                return terms.ToArray().Where(one => one.Recorded <= day).ToArray();
            }
        }

        return terms;
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
