using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>What a prediction needs of the orders.</summary>
/// <param name="Orders">Which activities are orders.</param>
/// <param name="Currency">Only those in this currency; null for all.</param>
/// <param name="LastDay">The last day that counts as known, where it was set.</param>
/// <param name="History">How many days of history are asked for.</param>
/// <param name="Amounts">Whether their amounts are needed.</param>
internal sealed record OrderNeeds(IReadOnlyList<OrderSource> Orders, string? Currency, DateOnly? LastDay, int History, bool Amounts)
{
    /// <summary>Told of each profile with an order, in the order of the ledger; null when nobody needs to know.</summary>
    public Action<ProfileInput>? Added { get; init; }

    /// <summary>Asked for further findings once everybody was read; null when there are none.</summary>
    public Action<List<Finding>>? Closed { get; init; }
}

/// <summary>A run of a prediction: everybody's orders are read, a model is fitted and measured, everybody is answered, the report closes it.</summary>
internal static class OrderPrediction
{
    /// <summary>The answer of a check whose settings could be read.</summary>
    public static CheckResult Checked => new([new CheckItem("Settings are complete", Ok: true, "Whether the data is good enough is told by the first run.")]);

    /// <summary>Runs it.</summary>
    /// <typeparam name="TRun">What a run finds out before it answers.</typeparam>
    /// <param name="population">The snapshot.</param>
    /// <param name="resumeFrom">The last checkpoint of an interrupted run, or null.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="needs">What is needed of the orders.</param>
    /// <param name="fit">Fits and measures, by the orders up to a day; not asked where the data is not good enough.</param>
    /// <param name="values">The attributes of one with an order, as the day knows them; the number is that of the customer in the ledger.</param>
    /// <param name="report">The report; without a run where the data is not good enough.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async IAsyncEnumerable<PopulationMessage> RunAsync<TRun>(
        IPopulation population,
        ReadOnlyMemory<byte>? resumeFrom,
        IPluginContext context,
        OrderNeeds needs,
        Func<OrderLedger, DateOnly, CancellationToken, TRun> fit,
        Func<TRun, Snapshot, int, DateOnly, Dictionary<string, FieldValue>> values,
        Func<OrderLedger, DateOnly, List<Finding>, TRun?, EnrichmentReport> report,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TRun : class
    {
        var answered = AnsweringPass.Answered(resumeFrom);
        var cut = PopulationOrders.Cut(population, needs.LastDay);
        var reader = new OrderReader(needs.Orders, needs.Currency, cut);
        var ledger = await PopulationOrders.ReadAsync(population, reader, context, needs.Added, cancellationToken).ConfigureAwait(false);
        var findings = Usability.Of(ledger, reader, needs.Orders, cut, needs.History, needs.Amounts);
        needs.Closed?.Invoke(findings);
        context.Report(new PluginProgress(reader.Profiles, population.Count, "Fitting and measuring models."));
        var run = findings.TrueForAll(finding => finding.Severity != "error")
            ? await Task.Run(() => fit(ledger, cut, cancellationToken), cancellationToken).ConfigureAwait(false)
            : null;

        // The second pass meets the customers of the ledger in the order of the first, those who were answered before an interruption among them.
        var customer = 0;
        var answering = new OrderReader(needs.Orders, needs.Currency, cut);
        await foreach (var message in AnsweringPass.RunAsync(population, answered, context, Answer, profile => customer += answering.Read(profile).Count > 0 ? 1 : 0, cancellationToken).ConfigureAwait(false))
        {
            yield return message;
        }

        yield return report(ledger, cut, findings, run);

        EnrichmentResult Answer(ProfileInput profile)
        {
            if (run is null)
            {
                return AnsweringPass.NotUsable(profile);
            }

            var days = answering.Read(profile);
            return days.Count > 0 && OrderDays.At(CollectionsMarshal.AsSpan(days), cut.DayNumber) is { } known
                ? new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.Enriched, values(run, known, customer++, cut))
                : AnsweringPass.NoOrder(profile);
        }
    }
}
