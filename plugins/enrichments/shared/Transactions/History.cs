namespace CustomerInsights.Enrichments.Predictions.Transactions;

/// <summary>All that the models need of a customer (Fader, Hardie and Lee 2005).</summary>
/// <param name="Orders">x: days with an order after the first, 0 and up.</param>
/// <param name="Last">t_x: time from the first order to the last, 0 when there was no other; in the unit of the table, days as a rule.</param>
/// <param name="Age">T: time from the first order to the cut, at least <paramref name="Last"/>.</param>
/// <param name="Pattern">Which covariates the customer has; 0 where there are none.</param>
internal readonly record struct History(int Orders, double Last, double Age, int Pattern = 0);
