using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.LifetimeValue;

/// <summary>What a run found out before it answers: which model, how good it is, and the model itself.</summary>
/// <param name="Choice">The choice.</param>
/// <param name="Covariates">Whether covariates are used; null where none are set or can be used.</param>
/// <param name="Quality">The quality on the holdout, or null when there was too little for one.</param>
/// <param name="Model">The model, fitted to everything.</param>
/// <param name="Fingerprint">Of the data.</param>
internal sealed record LifetimeRun(ModelChoice Choice, CovariateChoice? Covariates, LifetimeQuality? Quality, LifetimeValueModel Model, string Fingerprint)
{
    internal static LifetimeRun Of(LifetimeValueOptions options, OrderLedger ledger, int cut, CustomerCovariates? covariates, CancellationToken cancellationToken)
    {
        // The baseline of the holdout may not know intervals that came later.
        var holdout = Math.Min(options.HorizonDays, (cut - ledger.FirstDay + 1) / 2);
        var activeThen = options.ActiveWindowDays ?? LifetimeStudy.ActiveWindow(ledger, cut - holdout, cancellationToken);
        var (choice, with, quality) = LifetimeStudy.Measure(ledger, cut, options.HorizonDays, activeThen, 0.8, options.Kinds, covariates, options.Seed, cancellationToken);
        var active = options.ActiveWindowDays ?? LifetimeStudy.ActiveWindow(ledger, cut, cancellationToken);
        var model = LifetimeValueModel.Of(options, ledger, cut, with?.Model ?? new OrderModel(choice.Kind, null, 0), active, cancellationToken);
        return new LifetimeRun(choice, with, quality, model, Figures.Fingerprint(ledger));
    }
}
