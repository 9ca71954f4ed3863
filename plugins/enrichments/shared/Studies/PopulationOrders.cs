using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>A pass over a population that keeps the order days of everybody.</summary>
internal static class PopulationOrders
{
    /// <summary>The last day that a run knows: the day of the snapshot, or an earlier one that was asked for.</summary>
    /// <param name="population">The snapshot.</param>
    /// <param name="asked">The setting, or null.</param>
    public static DateOnly Cut(IPopulation population, DateOnly? asked)
    {
        var today = DateOnly.FromDateTime(population.AsOf.UtcDateTime);
        return asked is { } day && day < today ? day : today;
    }

    /// <summary>Reads everybody.</summary>
    /// <param name="population">The snapshot.</param>
    /// <param name="reader">Turns activities into order days.</param>
    /// <param name="context">Told how far the pass is.</param>
    /// <param name="added">Told of each profile with an order, in the order of the ledger; null when nobody needs to know.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<OrderLedger> ReadAsync(IPopulation population, OrderReader reader, IPluginContext context, Action<ProfileInput>? added, CancellationToken cancellationToken)
    {
        var ledger = new OrderLedger();
        await foreach (var batch in population.ReadAsync(null, cancellationToken).ConfigureAwait(false))
        {
            foreach (var profile in batch)
            {
                if (reader.Read(profile) is { Count: > 0 } days)
                {
                    ledger.Add(days);
                    added?.Invoke(profile);
                }
            }

            context.Report(new PluginProgress(reader.Profiles, population.Count, "Reading orders."));
        }

        return ledger;
    }
}
