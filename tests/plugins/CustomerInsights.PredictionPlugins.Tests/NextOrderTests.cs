using CustomerInsights.Enrichments.NextOrder;
using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;
using Xunit.Abstractions;

namespace CustomerInsights.PredictionPlugins.Tests;

public sealed class NextOrderTests(ITestOutputHelper output)
{
    private const string Settings = """{ "orders": [{ "activity": "order" }] }""";

    [Fact]
    public async Task A_shop_is_predicted_for_every_horizon_and_measured()
    {
        var run = await RunAsync(PluginRun.Shop(3_000, 900));

        Assert.Equal(3_000, run.Enriched.Count());
        Assert.All(run.Enriched, result =>
        {
            var within = NextOrderRun.Horizons.Select(days => result.Values![$"within_{days}_days"].AsNumber()).ToList();
            Assert.Equal(within.Order(), within);
            Assert.InRange(within[^1], 0, 1);
            Assert.Equal(within[^1] < 0.05, result.Values!["expected_on"].IsNull);
        });
        var labels = run.Enriched.CountBy(result => result.Values!["likelihood"].AsText()).ToDictionary(StringComparer.Ordinal);
        Assert.InRange(labels["extremely_likely"], 380, 430);
        Assert.InRange(labels["very_likely"], 800, 860);
        Assert.Equal(6, run.Table("Quality on the holdout").Rows.Count);
        Assert.True(run.Metric("Concordance").AsNumber() > run.Metric("Concordance of silence alone").AsNumber());
    }

    [Fact]
    public async Task The_day_on_which_a_silent_customer_crosses_a_border_is_the_day_on_which_it_does()
    {
        // Fitted again some days later the model would be another; so the borders are asked of the same one.
        var profiles = PluginRun.Shop(1_500, 900);
        var run = await RunAsync(profiles);
        var upper = run.Metric("Winback zone, upper border").AsNumber();
        var lower = run.Metric("Winback zone, lower border").AsNumber();

        Assert.InRange(lower, 0.01, upper);
        var zones = run.Enriched.CountBy(result => result.Values!["zone"].AsText()).ToDictionary(StringComparer.Ordinal);
        Assert.True(zones.Count >= 2, string.Join(", ", zones));
        Assert.All(run.Enriched, result =>
        {
            var (zone, winback, lost) = (result.Values!["zone"].AsText(), result.Values["winback_from"], result.Values["lost_from"]);
            Assert.Equal(zone != "engaged", winback.IsNull);
            Assert.True(zone != "lost" || lost.IsNull);
            if (!winback.IsNull && !lost.IsNull)
            {
                Assert.True(winback.AsDate() <= lost.AsDate());
                Assert.True(winback.AsDate() >= new DateOnly(2026, 1, 1));
            }
        });
    }

    [Fact]
    public async Task A_population_from_which_nobody_leaves_has_no_winback_zone()
    {
        var run = await RunAsync(PluginRun.Profiles(Population.BetaGeometric(11, 1_200, 3, 60, 1e-7, 1, dropsOutAtFirst: true, regularity: 1, days: 900, firstDay: PluginRun.Today - 900)));

        Assert.Contains(run.Report.Warnings, warning => warning.Contains("There is no winback zone", StringComparison.Ordinal));
        Assert.All(run.Enriched, result => Assert.False(result.Values!.ContainsKey("zone")));
    }

    [Fact]
    public void The_winback_zone_is_where_the_curve_is_steepest()
    {
        // Flat, then steep between 0.4 and 0.6, then flat.
        var alive = Enumerable.Range(1, 99).Select(i => i / 100.0).ToArray();
        var returns = alive.Select(a => (0.1 * a) + (0.8 * Math.Clamp((a - 0.4) / 0.2, 0, 1))).ToArray();

        var zone = WinbackZone.Of(alive, returns, [.. alive.Select(_ => 1.0)]);

        Assert.True(zone.Derived);
        Assert.InRange(zone.Lower, 0.34, 0.44);
        Assert.InRange(zone.Upper, 0.56, 0.66);
    }

    [Fact]
    public void A_curve_that_falls_or_has_a_few_points_gives_the_usual_zone()
    {
        var falling = WinbackZone.Of([0.1, 0.3, 0.5, 0.7, 0.9], [0.9, 0.7, 0.5, 0.3, 0.1], [1, 1, 1, 1, 1]);

        Assert.False(falling.Derived);
        Assert.Equal((0.3, 0.7), (falling.Lower, falling.Upper));
    }

    [Fact]
    public void Concordance_counts_the_pairs_whose_order_is_known()
    {
        Assert.Equal(1, OrderLikelihoodStudy.Concordance([0.9, 0.5, 0.1], [3, 10, int.MaxValue], CancellationToken.None));
        Assert.Equal(0, OrderLikelihoodStudy.Concordance([0.1, 0.5, 0.9], [3, 10, int.MaxValue], CancellationToken.None));
        Assert.Equal(0.5, OrderLikelihoodStudy.Concordance([0.5, 0.5], [3, 10], CancellationToken.None));
        Assert.True(double.IsNaN(OrderLikelihoodStudy.Concordance([0.5, 0.4], [int.MaxValue, int.MaxValue], CancellationToken.None)));
    }

    // The closed form alone, shared/design/predictions.md 12; the blend is measured in OrderBlendTests.
    [DataTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Order_likelihoods_of_cdnow_rank_as_the_peers(bool whole)
    {
        var ledger = LifetimeStudyTests.Ledger(whole ? PublicData.CdnowMaster() : PublicData.CdnowSample());
        var window = Window.Of(ledger, new DateOnly(1998, 3, 31).DayNumber, new DateOnly(1998, 6, 29).DayNumber, 0, CancellationToken.None);
        var fit = TransactionModel.Fit(TransactionKind.MbgNbd, window.Table, CancellationToken.None);

        var metrics = BinaryMetrics.Of(window.ByCustomer(window.ByRow(history => fit.Model.OrderProbability(history, window.Days), CancellationToken.None)), [.. window.Orders.Select(orders => orders > 0)]);

        output.WriteLine(metrics.ToString());
        Assert.InRange(metrics.Auc, 0.81, 0.9);
    }

    private static Task<PluginRun.Outcome> RunAsync(List<ProfileInput> profiles) => PluginRun.OfAsync(new NextOrderEnrichment(), Settings, profiles);
}
