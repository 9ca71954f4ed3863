using CustomerInsights.Enrichments.Rfm;
using CustomerInsights.Sdk;

namespace CustomerInsights.PredictionPlugins.Tests;

public sealed class RfmTests
{
    private const string Settings = """{ "orders": [{ "activity": "order", "amount": "amount", "currency": "currency", "status": "status" }] }""";
    private const string ByCountry = """{ "orders": [{ "activity": "order", "amount": "amount", "currency": "currency", "status": "status" }], "market": "country" }""";

    [Fact]
    public async Task The_latest_most_frequent_and_dearest_customer_is_the_champion()
    {
        var profiles = Enumerable.Range(0, 10).Select(i => Profile($"p{i}", null, Enumerable.Range(0, i + 1).Select(n => (PluginRun.Today - (100 * (9 - i) / 9) - (10 * n), 10.0 * (i + 1))))).ToList();

        var run = await RunAsync(Settings, profiles);

        var best = run.Results[9].Values!;
        Assert.Equal("555", best["code"].AsText());
        Assert.Equal("champion", best["label"].AsText());
        Assert.Equal(0, best["recency_days"].AsInteger());
        Assert.Equal(10, best["frequency"].AsInteger());
        Assert.Equal(1000, best["money"].AsNumber());
        Assert.Equal(95, best["money_percentile"].AsNumber(), 1e-9);
        Assert.Equal("111", run.Results[0].Values!["code"].AsText());
        Assert.Equal("lost", run.Results[0].Values!["label"].AsText());
    }

    [Fact]
    public async Task Equals_stay_together()
    {
        var run = await RunAsync(Settings, [.. Enumerable.Range(0, 7).Select(i => Profile($"p{i}", null, [(PluginRun.Today - 5, 10.0)]))]);

        Assert.Equal(["333"], run.Results.Select(result => result.Values!["code"].AsText()).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Customers_are_compared_within_their_market_and_small_markets_are_drawn_to_all()
    {
        // In the dear country everybody spends ten times as much.
        var profiles = Enumerable.Range(0, 500).Select(i => Profile($"p{i:000}", i < 250 ? "CH" : "PL", [(PluginRun.Today - (i % 250), (i % 250) + 1.0 + (i < 250 ? 10_000 : 0))])).Append(Profile("q", "LI", [(PluginRun.Today - 1, 5.0)])).ToList();

        var run = await RunAsync(ByCountry, profiles);

        Assert.Equal(run.Results[100].Values!["money_percentile"], run.Results[350].Values!["money_percentile"]);
        var alone = run.Results[500].Values!["money_percentile"].AsNumber();
        Assert.InRange(alone, 0.5, 5);
        Assert.Contains(run.Report.Warnings, warning => warning.StartsWith("1 of 3 markets have fewer than 200 customers", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_market_of_a_million_names_is_no_market()
    {
        var run = await RunAsync(ByCountry, [.. Enumerable.Range(0, 3_000).Select(i => Profile($"p{i:0000}", $"c{i}", [(PluginRun.Today - (i % 300), i)]))]);

        Assert.Equal(3_000, run.Enriched.Count());
        Assert.Equal(1_001, run.Metric("Markets").AsInteger());
        Assert.Contains(run.Report.Warnings, warning => warning.Contains("has more than 1000 values", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Orders_before_the_window_count_for_recency_alone_and_returns_take_money_away()
    {
        var run = await RunAsync(Settings, [Profile("a", null, [(PluginRun.Today - 400, 99.0)]), Profile("b", null, [(PluginRun.Today - 10, 50.0), (PluginRun.Today - 5, -20.0)]), Profile("c", null, [])]);

        Assert.Equal(400, run.Results[0].Values!["recency_days"].AsInteger());
        Assert.Equal(0, run.Results[0].Values!["frequency"].AsInteger());
        Assert.Equal(10, run.Results[1].Values!["recency_days"].AsInteger());
        Assert.Equal(30, run.Results[1].Values!["money"].AsNumber());
        Assert.Equal(EnrichmentOutcome.NoMatch, run.Results[2].Outcome);
    }

    [Fact]
    public void Every_code_has_a_label_of_the_table()
    {
        var labels = from r in Enumerable.Range(1, 5) from f in Enumerable.Range(1, 5) from m in Enumerable.Range(1, 5) select RfmLabels.Of(r, f, m);

        Assert.Equal(RfmLabels.All.Select(one => one.Label).Order(StringComparer.Ordinal), labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    private static ProfileInput Profile(string id, string? country, IEnumerable<(int Day, double Amount)> orders) =>
        new(id, country is null ? [] : [country]) { Activities = [.. orders.OrderBy(order => order.Day).Select((order, n) => PluginRun.Order($"{id}-{n}", order.Day, order.Amount))] };

    private static Task<PluginRun.Outcome> RunAsync(string settings, List<ProfileInput> profiles) => PluginRun.OfAsync(new RfmEnrichment(), settings, profiles);
}
