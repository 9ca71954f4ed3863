using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Rfm;

/// <summary>Places each customer by recency, frequency and money among those of the same market. See README.md.</summary>
public sealed class RfmEnrichment : IPopulationEnrichment
{
    private const int MostMarkets = 1_000;
    private const string Rest = "(other markets)";

    /// <inheritdoc />
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration)
    {
        var options = RfmOptions.Read(configuration);
        var within = options.Market is null ? "all customers" : $"customers with the same {options.Market}";
        return new EnrichmentDescriptor(
            "rfm",
            options.ProfileType,
            options.Market is { } market ? [market] : [],
            [
                new("recency_days", FieldKind.Integer) { Description = "Days since the last order." },
                new("frequency", FieldKind.Integer) { Description = $"Days with an order in the last {options.Days} days." },
                new("money", FieldKind.Number) { Description = $"What the orders of the last {options.Days} days are worth, returns taken off." },
                new("recency_percentile", FieldKind.Number) { Description = $"The place among {within} by recency, 0 to 100; 100 ordered last." },
                new("frequency_percentile", FieldKind.Number) { Description = $"The place among {within} by frequency, 0 to 100." },
                new("money_percentile", FieldKind.Number) { Description = $"The place among {within} by money, 0 to 100." },
                new("recency", FieldKind.Integer) { Description = "The fifth by recency, 1 to 5; 5 is best." },
                new("frequency_code", FieldKind.Integer) { Description = "The fifth by frequency, 1 to 5; 5 is best." },
                new("money_code", FieldKind.Integer) { Description = "The fifth by money, 1 to 5; 5 is best." },
                new("code", FieldKind.Text) { Description = "The three fifths in one: 555 is best." },
                new("label", FieldKind.Text) { Description = $"A name for the code: {string.Join(", ", RfmLabels.All.Select(one => one.Label))}." },
            ])
        {
            Activities = OrderSettings.Activities(options.Orders),
            MaxBatch = 200,
        };
    }

    /// <inheritdoc />
    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        RfmOptions.Read(configuration);
        return new(new CheckResult([new CheckItem("Settings are complete", Ok: true)]));
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<PopulationMessage> RunAsync(
        ReadOnlyMemory<byte> configuration,
        IPopulation population,
        ReadOnlyMemory<byte>? resumeFrom,
        IPluginContext context,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = RfmOptions.Read(configuration);
        var answered = AnsweringPass.Answered(resumeFrom);
        var cut = PopulationOrders.Cut(population, options.LastDay()).DayNumber;
        var reader = new OrderReader(options.Orders, options.Currency, DateOnly.FromDayNumber(cut));
        var all = new RfmScale();
        var markets = new Dictionary<string, RfmScale>(StringComparer.Ordinal);
        long crowded = 0;
        await foreach (var batch in population.ReadAsync(null, cancellationToken).ConfigureAwait(false))
        {
            foreach (var profile in batch)
            {
                if (Count(reader.Read(profile), cut, options.Days) is not { } counts)
                {
                    continue;
                }

                all.Add(counts);
                if (Market(profile, options) is { } market)
                {
                    if (!markets.ContainsKey(market) && markets.Count >= MostMarkets)
                    {
                        crowded++;
                        market = Rest;
                    }

                    CollectionsMarshal.GetValueRefOrAddDefault(markets, market, out _) ??= new RfmScale();
                    markets[market].Add(counts);
                }
            }

            context.Report(new PluginProgress(reader.Profiles, population.Count, "Reading orders."));
        }

        await Task.Run(
            () =>
            {
                all.Close();
                foreach (var market in markets.Values)
                {
                    market.Close();
                }
            },
            cancellationToken).ConfigureAwait(false);

        var labels = new Dictionary<string, long>(StringComparer.Ordinal);
        var answering = new OrderReader(options.Orders, options.Currency, DateOnly.FromDayNumber(cut));
        await foreach (var message in AnsweringPass.RunAsync(population, answered, context, Answer, cancellationToken).ConfigureAwait(false))
        {
            yield return message;
        }

        yield return Report(options, reader, all, markets, crowded, labels, cut, context.Plugin.Version);

        EnrichmentResult Answer(ProfileInput profile)
        {
            if (Count(answering.Read(profile), cut, options.Days) is not { } counts)
            {
                return AnsweringPass.NoOrder(profile);
            }

            var scale = Market(profile, options) is { } market ? markets.GetValueOrDefault(market) ?? markets[Rest] : all;
            var place = RfmScale.Place(scale, all, counts);
            int r = RfmPercentiles.Code(place.Recency), f = RfmPercentiles.Code(place.Frequency), m = RfmPercentiles.Code(place.Money);
            var label = RfmLabels.Of(r, f, m);
            labels[label] = labels.GetValueOrDefault(label) + 1;
            return new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.Enriched, new Dictionary<string, FieldValue>(StringComparer.Ordinal)
            {
                ["recency_days"] = (long)counts.Recency,
                ["frequency"] = (long)counts.Frequency,
                ["money"] = counts.Money,
                ["recency_percentile"] = 100 * place.Recency,
                ["frequency_percentile"] = 100 * place.Frequency,
                ["money_percentile"] = 100 * place.Money,
                ["recency"] = (long)r,
                ["frequency_code"] = (long)f,
                ["money_code"] = (long)m,
                ["code"] = string.Create(CultureInfo.InvariantCulture, $"{r}{f}{m}"),
                ["label"] = label,
            });
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static RfmCounts? Count(List<OrderDay> days, int cut, int window)
    {
        if (OrderDays.At(CollectionsMarshal.AsSpan(days), cut) is not { } known)
        {
            return null;
        }

        var (orders, value) = OrderDays.Between(CollectionsMarshal.AsSpan(days), cut - window, cut);
        return new RfmCounts(known.Age - known.Last, orders, value);
    }

    private static string? Market(ProfileInput profile, RfmOptions options) => options.Market is null ? null : profile.Values[0] is { IsNull: false } value ? value.ToString() : "";

    private static EnrichmentReport Report(
        RfmOptions options, OrderReader reader, RfmScale all, Dictionary<string, RfmScale> markets, long crowded, Dictionary<string, long> labels, int cut, string version)
    {
        var warnings = new List<string>();
        if (all.Customers == 0)
        {
            warnings.Add($"Nobody has an order up to {Figures.Day(cut)}; look at the activity type and the status that is ignored.");
        }

        if (reader.Currencies.Count > 1 && reader.OtherCurrency == 0)
        {
            warnings.Add($"Orders are in {reader.Currencies.Count} currencies and their amounts were added as they are. Set 'currency' to take one of them.");
        }

        if (reader.WithoutAmount > 0)
        {
            warnings.Add($"{reader.WithoutAmount.ToString("N0", CultureInfo.InvariantCulture)} orders have no amount that can be read and count as worth nothing.");
        }

        if (reader.Later > 0)
        {
            warnings.Add($"{reader.Later.ToString("N0", CultureInfo.InvariantCulture)} orders are later than {Figures.Day(cut)} and were left out.");
        }

        var small = markets.Count(pair => pair.Value.Customers < RfmScale.FewestCustomers);
        if (small > 0)
        {
            warnings.Add($"{small} of {markets.Count} markets have fewer than {RfmScale.FewestCustomers} customers; their places are drawn towards those among all.");
        }

        if (crowded > 0)
        {
            warnings.Add($"'{(options.Market!.Length > 50 ? options.Market[..50] : options.Market)}' has more than {MostMarkets} values; the customers of the further ones are compared with each other. Choose an attribute with fewer.");
        }

        return new EnrichmentReport($"{all.Customers.ToString("N0", CultureInfo.InvariantCulture)} customers placed by recency, frequency and money{(markets.Count > 0 ? $" in {markets.Count} markets" : "")}.")
        {
            Metrics =
            [
                new("Customers", (long)all.Customers),
                new("Markets", (long)markets.Count),
                new("Data up to", Figures.Day(cut)),
                new("Plugin version", version),
            ],
            Tables =
            [
                new ReportTable("Labels", ["Label", "Meaning", "Customers answered in this run"], [.. RfmLabels.All.Select(one => (IReadOnlyList<FieldValue>)[one.Label, one.Meaning, labels.GetValueOrDefault(one.Label)])]),
                new ReportTable(
                    "Largest markets",
                    ["Market", "Customers"],
                    [.. markets.OrderByDescending(pair => pair.Value.Customers).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(100).Select(pair => (IReadOnlyList<FieldValue>)[pair.Key.Length > 100 ? pair.Key[..100] : pair.Key, (long)pair.Value.Customers])]),
                new ReportTable(
                    "Suggested segments",
                    ["Segment", "Rule"],
                    [["Champions", "rfm.label = \"champion\""], ["Cannot lose", "rfm.label = \"cannot_lose\""], ["At risk", "rfm.label = \"at_risk\""]]),
            ],
            Warnings = warnings,
        };
    }
}
