using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>What customers are like: columns, and which pattern of them each customer of the ledger has.</summary>
/// <param name="Design">The columns and patterns.</param>
/// <param name="Patterns">By customer of the ledger.</param>
internal sealed record CustomerCovariates(CovariateDesign Design, int[] Patterns);

/// <summary>A model of orders that can be fitted to a window: a kind, and covariates with a penalty where they are used.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Covariates">What customers are like, or null.</param>
/// <param name="Penalty">Of the coefficients.</param>
internal sealed record OrderModel(TransactionKind Kind, CustomerCovariates? Covariates, double Penalty)
{
    /// <summary>Everybody who had ordered by a cut, told apart by covariates where they are used.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="cut">The last day that is known.</param>
    /// <param name="to">The last day of what came after.</param>
    /// <param name="recent">How many days before the cut count as recent.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Window Window(OrderLedger ledger, int cut, int to, int recent, CancellationToken cancellationToken) => Studies.Window.Of(ledger, cut, to, recent, cancellationToken, Covariates?.Patterns);

    /// <summary>Fits.</summary>
    /// <param name="table">Of such a window.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public TransactionFit Fit(HistoryTable table, CancellationToken cancellationToken) => Covariates is { } covariates
        ? CovariateModel.Fit(Kind, table, covariates.Design, Penalty, cancellationToken)
        : TransactionModel.Fit(Kind, table, cancellationToken);
}

/// <summary>Whether covariates are used, decided on the window before the holdout.</summary>
/// <param name="Model">What is used.</param>
/// <param name="Why">In a sentence.</param>
/// <param name="Compared">What was compared.</param>
internal sealed record CovariateChoice(OrderModel Model, string Why, IReadOnlyList<(string Name, double Penalty, CountMetrics Metrics, double LogLikelihood)> Compared)
{
    /// <summary>The penalties that are tried.</summary>
    public static readonly IReadOnlyList<double> Penalties = [0.001, 0.01, 0.1, 1];

    /// <summary>Chooses by the mean absolute error of orders in the window that ends where the holdout begins.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="choice">The model without covariates, and the window on which it was chosen.</param>
    /// <param name="kinds">What may be chosen among.</param>
    /// <param name="covariates">What customers are like.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static CovariateChoice Of(OrderLedger ledger, ModelChoice choice, IReadOnlyList<TransactionKind> kinds, CustomerCovariates covariates, CancellationToken cancellationToken)
    {
        var plain = new OrderModel(choice.Kind, null, 0);
        var able = kinds.Where(CovariateModel.CanHave).ToList();
        if (able.Count == 0)
        {
            return new CovariateChoice(plain, "The model that was set has no covariates; MBG/NBD and Pareto/NBD have.", []);
        }

        var window = choice is { InnerCut: { } cut, InnerTo: { } to } ? new OrderModel(choice.Kind, covariates, 0).Window(ledger, cut, to, 0, cancellationToken) : Inner(ledger, covariates, choice, cancellationToken);
        if (window is null)
        {
            return new CovariateChoice(plain, "There is too little history, or there are too few customers, to see whether covariates help.", []);
        }

        var compared = new List<(string Name, double Penalty, CountMetrics Metrics, double LogLikelihood)>();
        var without = choice.Candidates.FirstOrDefault(candidate => candidate.Kind == choice.Kind) is { } known ? known : Alone();
        compared.Add(($"{without.Fit.Model.Name} alone", 0, without.Metrics, without.Fit.LogLikelihood));
        var best = (Model: plain, Error: without.Metrics.MeanAbsoluteError);
        foreach (var kind in able)
        {
            foreach (var penalty in Penalties)
            {
                var fit = CovariateModel.Fit(kind, window.Table, covariates.Design, penalty, cancellationToken);
                var metrics = Metrics(window, fit, cancellationToken);
                compared.Add((fit.Model.Name, penalty, metrics, fit.LogLikelihood));
                if (fit.Converged && metrics.MeanAbsoluteError < best.Error * 0.999)
                {
                    best = (new OrderModel(kind, covariates, penalty), metrics.MeanAbsoluteError);
                }
            }
        }

        return new CovariateChoice(
            best.Model,
            best.Model.Covariates is null ? "Covariates did not lower the error in the window before the holdout." : "Covariates lowered the error in the window before the holdout.",
            compared);

        Candidate Alone()
        {
            var table = Studies.Window.Of(ledger, window.Cut, window.To, 0, cancellationToken);
            var fit = TransactionModel.Fit(choice.Kind, table.Table, cancellationToken);
            return new Candidate(choice.Kind, fit, Metrics(table, fit, cancellationToken));
        }
    }

    private static CountMetrics Metrics(Window window, TransactionFit fit, CancellationToken cancellationToken)
    {
        var scale = fit.Model.CohortScale(window.Table, window.Days);
        return CountMetrics.Of(window.ByCustomer(window.ByRow(history => fit.Model.ExpectedOrders(history, window.Days) * scale, cancellationToken)), window.Orders);
    }

    // A kind that was set is not compared with others, so that there is no window yet.
    private static Window? Inner(OrderLedger ledger, CustomerCovariates covariates, ModelChoice choice, CancellationToken cancellationToken)
    {
        if (ModelChoice.InnerWindow(ledger, choice.OuterCut, choice.Horizon) is not { } cut)
        {
            return null;
        }

        var window = new OrderModel(choice.Kind, covariates, 0).Window(ledger, cut, choice.OuterCut, 0, cancellationToken);
        return ModelChoice.IsEnough(window.Table) ? window : null;
    }
}
