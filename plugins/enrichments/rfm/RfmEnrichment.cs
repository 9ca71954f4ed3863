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
    private const int FewestCompared = 30;
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
        var firstDay = int.MaxValue;
        await foreach (var batch in population.ReadAsync(null, cancellationToken).ConfigureAwait(false))
        {
            foreach (var profile in batch)
            {
                var days = reader.Read(profile);
                if (Count(days, cut, options.Days) is not { } counts)
                {
                    continue;
                }

                firstDay = Math.Min(firstDay, days[0].Day);

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

        yield return Report(Findings(options, reader, all, markets, crowded, firstDay, cut), all, markets, labels, cut, context.Plugin.Version);

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

    private static List<Finding> Findings(RfmOptions options, OrderReader reader, RfmScale all, Dictionary<string, RfmScale> markets, long crowded, int firstDay, int cut)
    {
        var findings = new List<Finding>();
        var types = string.Join(", ", options.Orders.Select(source => source.Activity));
        var amounts = string.Join(", ", options.Orders.Select(source => source.Amount).OfType<string>());
        if (all.Customers == 0)
        {
            Add("error", types, "Read", reader.Orders > 0
                ? $"All {Number(reader.Orders)} orders are returns (amounts below 0), so that nobody has a place. If they are no returns, correct the sign of the amount."
                : $"Nobody has an order up to {Figures.Day(cut)}; look at the activity type and the status that is ignored.");
        }
        else if (all.Customers < FewestCompared)
        {
            Add("warning", types, "Score", $"{Number(all.Customers)} customers have an order; a place among fewer than {FewestCompared} says little. If there should be more, look at the activity type and the status that is ignored.");
        }

        if (reader.Currencies.Count > 1)
        {
            var column = string.Join(", ", options.Orders.Select(source => source.Currency).OfType<string>());
            Add(
                reader.OtherCurrency > 0 ? "info" : "warning",
                column,
                "Read",
                reader.OtherCurrency > 0
                    ? $"{Number(reader.OtherCurrency)} orders are in another currency than asked for and were left out."
                    : $"Orders are in {reader.Currencies.Count} currencies and their amounts were added as they are. Set 'currency' to take one of them.");
        }

        if (reader.WithoutAmount > 0)
        {
            Add("warning", amounts, "Read", $"{Number(reader.WithoutAmount)} orders have no amount that can be read and count as worth nothing. Name the right field, or fill it.");
        }

        if (reader.Returns > 0 && all.Customers > 0)
        {
            Add("info", amounts, "Read", $"{Number(reader.Returns)} orders have an amount below 0 and were taken as returns: they take money away and are no orders. If they are orders, correct the sign of the amount.");
        }

        if (reader.Later > 0)
        {
            Add("warning", types, "Read", $"{Number(reader.Later)} orders are later than {Figures.Day(cut)} and were left out. If they are not of the future, set 'asOf', or correct their time.");
        }

        var history = cut - firstDay + 1;
        if (all.Customers > 0 && history < options.Days)
        {
            Add("warning", types, "Score", $"The history has {Number(history)} days, and frequency and money are counted over {Number(options.Days)}. Load older orders where there are some, or set 'days'.");
        }

        var small = markets.Count(pair => pair.Value.Customers < RfmScale.FewestCustomers);
        if (small > 0)
        {
            Add("warning", options.Market!, "Score", $"{small} of {markets.Count} markets have fewer than {RfmScale.FewestCustomers} customers; their places are drawn towards those among all.");
        }

        if (crowded > 0)
        {
            Add("warning", options.Market!, "Read", $"'{(options.Market!.Length > 50 ? options.Market[..50] : options.Market)}' has more than {MostMarkets} values; the customers of the further ones are compared with each other. Choose an attribute with fewer.");
        }

        return findings;

        void Add(string severity, string where, string step, string message) => findings.Add(new Finding(severity, where, step, message));
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static EnrichmentReport Report(
        List<Finding> findings, RfmScale all, Dictionary<string, RfmScale> markets, Dictionary<string, long> labels, int cut, string version)
    {
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
                Usability.Table(findings),
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
            Warnings = [.. findings.Where(finding => finding.Severity != "info").Select(finding => finding.Message)],
        };
    }
}
