using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>Whether order likelihoods are blended, and on what that was decided: the window before the holdout, which is not looked at.</summary>
/// <param name="IsBlended">Whether.</param>
/// <param name="Why">In a sentence.</param>
/// <param name="InnerCut">The last day that the candidates knew, or null when there was too little to choose on.</param>
/// <param name="InnerTo">The last day of the window in which they were compared.</param>
/// <param name="Compared">All that were compared: the closed form alone, the parts, and the blend.</param>
internal sealed record BlendChoice(bool IsBlended, string Why, int? InnerCut, int? InnerTo, IReadOnlyList<(string Name, BinaryMetrics Metrics)> Compared)
{
    /// <summary>Days of history that the earliest snapshot has at least.</summary>
    public const int FewestDays = 28;

    /// <summary>Chooses by the log loss of the window that ends where the holdout begins; trained on the window before.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="outerCut">The last day before the holdout.</param>
    /// <param name="days">How long the windows are.</param>
    /// <param name="kind">The closed form that would speak alone.</param>
    /// <param name="silentBelow">Customers who have been silent for so many days are left out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static BlendChoice Of(OrderLedger ledger, int outerCut, int days, TransactionKind kind, int silentBelow, CancellationToken cancellationToken)
    {
        if (outerCut - (2 * days) - ledger.FirstDay + 1 < FewestDays)
        {
            return Alone($"There are fewer than {FewestDays} days of history before three windows of {days} days.");
        }

        if (OrderBlend.Train(ledger, outerCut - (2 * days), days, silentBelow, cancellationToken) is not { } blend)
        {
            return Alone($"The earliest window has fewer than {OrderBlend.FewestRows} customers, or fewer than {OrderBlend.FewestOfAKind} of them ordered or did not.");
        }

        var window = Window.Of(ledger, outerCut - days, outerCut, 0, cancellationToken);
        var fit = TransactionModel.Fit(kind, window.Table, cancellationToken);
        var alone = window.ByRow(history => fit.Model.OrderProbability(history, days), cancellationToken);
        var logits = new BlendLogits[window.Count];
        blend.Score(ledger, window, OrderLikelihood.ClosedForm(window, fit, cancellationToken), (customer, said) => logits[customer] = said, cancellationToken);
        var rows = new List<int>();
        for (var i = 0; i < window.Count; i++)
        {
            var history = window.Table[window.Row[i]];
            if (history.Age - history.Last < silentBelow)
            {
                rows.Add(i);
            }
        }

        bool[] came = [.. rows.Select(at => window.Orders[at] > 0)];
        if (!came.Contains(true) || !came.Contains(false))
        {
            return Alone("In the window before the holdout everybody did the same.");
        }

        var closed = BinaryMetrics.Of([.. rows.Select(at => alone[window.Row[at]])], came);
        var blended = BinaryMetrics.Of([.. rows.Select(at => SpecialFunctions.Logistic(logits[at].Mean))], came);
        var better = blended.LogLoss < closed.LogLoss;
        return new BlendChoice(
            better,
            better ? "The blend had the smaller log loss in the window before the holdout." : "The closed form had the smaller log loss in the window before the holdout.",
            window.Cut,
            window.To,
            [
                ($"{fit.Model.Name} alone", closed),
                ("Logistic regression", BinaryMetrics.Of([.. rows.Select(at => SpecialFunctions.Logistic(logits[at].Regression))], came)),
                ("Boosted trees", BinaryMetrics.Of([.. rows.Select(at => SpecialFunctions.Logistic(logits[at].Trees))], came)),
                ("Blend of closed form, regression and trees", blended),
            ]);

        static BlendChoice Alone(string why) => new(false, why, null, null, []);
    }
}
