using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>How good order likelihoods are, measured on a holdout that no fit and no choice has seen.</summary>
/// <param name="Cut">The last day that the model knew.</param>
/// <param name="Days">How long the holdout is.</param>
/// <param name="Horizons">By horizon in days: what is said, and the closed form alone.</param>
/// <param name="Concordance">The share of pairs whose order of next orders was predicted rightly (Harrell's C).</param>
/// <param name="RecencyConcordance">The same of the time since the last order alone.</param>
internal sealed record OrderQuality(int Cut, int Days, IReadOnlyList<(int Days, BinaryMetrics Metrics, BinaryMetrics Closed)> Horizons, double Concordance, double RecencyConcordance);

/// <summary>Measures the likelihood of an order within several horizons.</summary>
internal static class OrderLikelihoodStudy
{
    private const int FewestCustomers = 100;
    private const int Sample = 2_000;

    /// <summary>Measures on the last days before the cut.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="cut">The last day that is known.</param>
    /// <param name="horizons">Horizons in days, ascending.</param>
    /// <param name="kinds">What the model is chosen among.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static (ModelChoice Choice, BlendChoice Blend, OrderQuality? Quality) Measure(
        OrderLedger ledger, int cut, IReadOnlyList<int> horizons, IReadOnlyList<TransactionKind> kinds, CancellationToken cancellationToken)
    {
        var days = Math.Min(horizons[^1], (cut - ledger.FirstDay + 1) / 2);
        var choice = ModelChoice.Of(ledger, cut - Math.Max(1, days), horizons[^1], kinds, cancellationToken);
        var blended = BlendChoice.Of(ledger, cut - Math.Max(1, days), horizons[^1], choice.Kind, int.MaxValue, cancellationToken);
        if (days < horizons[0])
        {
            return (choice, blended, null);
        }

        var window = Window.Of(ledger, cut - days, cut, 0, cancellationToken);
        if (window.Count < FewestCustomers)
        {
            return (choice, blended, null);
        }

        var next = NextOrders(ledger, window, cancellationToken);
        var fit = TransactionModel.Fit(choice.Kind, window.Table, cancellationToken);
        var closed = OrderLikelihood.Of(window, fit.Model, days, cancellationToken);
        var likelihood = OrderLikelihood.Of(ledger, window, fit, blended, days, int.MaxValue, cancellationToken);
        var measured = new List<(int, BinaryMetrics, BinaryMetrics)>();
        foreach (var horizon in horizons.Where(horizon => horizon <= days))
        {
            bool[] came = [.. next.Select(day => day <= horizon)];
            var alone = Metrics(closed, horizon, came);
            measured.Add((horizon, likelihood.Blend is null ? alone : Metrics(likelihood, horizon, came), alone));
        }

        double[] score = [.. Enumerable.Range(0, window.Count).Select(likelihood.Within)];
        var recency = window.ByCustomer(window.ByRow(history => history.Last - history.Age, cancellationToken));
        return (choice, blended, new OrderQuality(window.Cut, days, measured, Concordance(score, next, cancellationToken), Concordance(recency, next, cancellationToken)));

        BinaryMetrics Metrics(OrderLikelihood of, int horizon, bool[] came)
        {
            var until = of.Until(horizon, cancellationToken);
            return BinaryMetrics.Of([.. Enumerable.Range(0, of.Count).Select(customer => of.Within(customer, until))], came);
        }
    }

    /// <summary>Harrell's C: of all pairs of which it is known who ordered first, the share in which that one had the higher score; ties count half.</summary>
    /// <param name="scores">Higher means sooner.</param>
    /// <param name="next">Days until the next order; the largest integer for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static double Concordance(double[] scores, int[] next, CancellationToken cancellationToken)
    {
        // A sample of customers has pairs enough.
        var rows = Enumerable.Range(0, scores.Length).ToArray();
        if (rows.Length > Sample)
        {
            new SplitMix(1).Shuffle(rows);
            rows = rows[..Sample];
        }

        double right = 0, pairs = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var j = 0; j < i; j++)
            {
                var (a, b) = next[rows[i]] < next[rows[j]] ? (rows[i], rows[j]) : (rows[j], rows[i]);
                if (next[a] != next[b])
                {
                    pairs++;
                    right += scores[a] > scores[b] ? 1 : scores[a] == scores[b] ? 0.5 : 0;
                }
            }
        }

        return pairs > 0 ? right / pairs : double.NaN;
    }

    private static int[] NextOrders(OrderLedger ledger, Window window, CancellationToken cancellationToken)
    {
        var next = new int[window.Count];
        var buffer = new OrderDay[64];
        var at = 0;
        for (var customer = 0; customer < ledger.Customers; customer++)
        {
            if ((customer & 4095) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var days = ledger.Read(customer, ref buffer);
            if (days[0].Day > window.Cut)
            {
                continue;
            }

            next[at] = int.MaxValue;
            foreach (var day in days)
            {
                if (day.Day > window.Cut && !day.IsReturn)
                {
                    next[at] = day.Day - window.Cut;
                    break;
                }
            }

            at++;
        }

        return next;
    }
}
