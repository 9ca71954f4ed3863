using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>How a kind of model did in the inner holdout.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Fit">Its fit at the inner cut.</param>
/// <param name="Metrics">Orders predicted for the inner window against those that came.</param>
internal sealed record Candidate(TransactionKind Kind, TransactionFit Fit, CountMetrics Metrics);

/// <summary>Which kind of model was chosen, and on what.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="InnerCut">The last day that the candidates knew, or null when there was too little to choose on.</param>
/// <param name="InnerTo">The last day of the window in which they were compared.</param>
/// <param name="Candidates">All that were compared.</param>
internal sealed record ModelChoice(TransactionKind Kind, int? InnerCut, int? InnerTo, IReadOnlyList<Candidate> Candidates)
{
    /// <summary>In the order of preference where they do equally well.</summary>
    internal static readonly TransactionKind[] All =
        [TransactionKind.MbgNbd, TransactionKind.ParetoNbd, TransactionKind.MbgCnbd2, TransactionKind.MbgCnbd3, TransactionKind.MbgCnbd4, TransactionKind.BgNbd];

    private const int FewestDays = 28;
    private const int FewestCustomers = 100;

    /// <summary>The last day before the holdout.</summary>
    internal int OuterCut { get; init; }

    /// <summary>The horizon in days.</summary>
    internal int Horizon { get; init; }

    /// <summary>The last day that candidates know in the window that ends where the holdout begins.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="outerCut">The last day before the holdout.</param>
    /// <param name="horizon">The horizon in days.</param>
    /// <returns>The day, or null when there is too little history.</returns>
    internal static int? InnerWindow(OrderLedger ledger, int outerCut, int horizon)
    {
        var length = Math.Min(horizon, (outerCut - ledger.FirstDay + 1) / 2);
        return length < FewestDays ? null : outerCut - length;
    }

    /// <summary>Whether there are customers and orders enough to choose on.</summary>
    /// <param name="table">Of the window.</param>
    internal static bool IsEnough(HistoryTable table) => table.Customers >= FewestCustomers && table.OrdersTotal >= FewestCustomers / 2.0;

    /// <summary>
    /// Chooses by the mean absolute error of orders in a window that ends where the outer holdout begins: the holdout, on which quality is published, is not
    /// looked at. How regular intervals are (k) is told by the likelihood and not by the error, which favours whatever predicts too few orders. With three horizons of history the window is a horizon long; with less it is the second half of what there is before the holdout.
    /// </summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="outerCut">The last day before the holdout.</param>
    /// <param name="horizon">The horizon in days.</param>
    /// <param name="kinds">What to choose among, the preferred first; one is taken without looking.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static ModelChoice Of(OrderLedger ledger, int outerCut, int horizon, IReadOnlyList<TransactionKind> kinds, CancellationToken cancellationToken)
    {
        if (kinds.Count == 1 || InnerWindow(ledger, outerCut, horizon) is not { } innerCut)
        {
            return Preferred();
        }

        var window = Window.Of(ledger, innerCut, outerCut, 0, cancellationToken);
        if (!IsEnough(window.Table))
        {
            return Preferred();
        }

        var candidates = new List<Candidate>();
        foreach (var kind in kinds)
        {
            var fit = TransactionModel.Fit(kind, window.Table, cancellationToken);
            var scale = fit.Model.CohortScale(window.Table, window.Days);
            var predicted = window.ByCustomer(window.ByRow(history => fit.Model.ExpectedOrders(history, window.Days) * scale, cancellationToken));
            candidates.Add(new Candidate(kind, fit, CountMetrics.Of(predicted, window.Orders)));
        }

        var regularity = candidates.Where(candidate => IsOfRegularity(candidate.Kind)).MaxBy(candidate => candidate.Fit.LogLikelihood)?.Kind;
        var eligible = candidates.Where(candidate => !IsOfRegularity(candidate.Kind) || candidate.Kind == regularity).ToList();
        var best = eligible[0];
        foreach (var candidate in eligible.Skip(1))
        {
            // A preferred kind stays unless another is better by more than chance digits.
            if (candidate.Fit.Converged && candidate.Metrics.MeanAbsoluteError < best.Metrics.MeanAbsoluteError * 0.999)
            {
                best = candidate;
            }
        }

        return new ModelChoice(best.Kind, window.Cut, window.To, candidates) { OuterCut = outerCut, Horizon = horizon };

        ModelChoice Preferred() => new(kinds[0], null, null, []) { OuterCut = outerCut, Horizon = horizon };
    }

    // One family: MBG/NBD is its k = 1.
    private static bool IsOfRegularity(TransactionKind kind) => kind is TransactionKind.MbgNbd or TransactionKind.MbgCnbd2 or TransactionKind.MbgCnbd3 or TransactionKind.MbgCnbd4;
}
