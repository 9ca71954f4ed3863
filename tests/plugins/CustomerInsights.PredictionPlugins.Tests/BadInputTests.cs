using CustomerInsights.Enrichments.Churn;
using CustomerInsights.Enrichments.LifetimeValue;
using CustomerInsights.Enrichments.NextOrder;
using CustomerInsights.Enrichments.Rfm;
using CustomerInsights.Sdk;

namespace CustomerInsights.PredictionPlugins.Tests;

/// <summary>Data that cannot be what somebody meant: the report names it and what to do, and nothing fails.</summary>
public sealed class BadInputTests
{
    private const string Settings = """{ "orders": [{ "activity": "order", "amount": "amount", "currency": "currency", "status": "status" }] }""";

    public static TheoryData<string> Plugins => ["lifetime-value", "churn", "next-order", "rfm"];

    [Theory]
    [MemberData(nameof(Plugins))]
    public async Task Three_months_of_history_are_named_and_older_orders_asked_for(string plugin)
    {
        var run = await RunAsync(plugin, PluginRun.Shop(1_200, 90));

        Assert.NotEmpty(run.Enriched);
        Told(run, "The history has 9", "Load older orders where there are some", "warning");
    }

    [Theory]
    [MemberData(nameof(Plugins))]
    public async Task One_customer_is_named_and_settings_are_to_be_looked_at(string plugin)
    {
        var run = await RunAsync(plugin, PluginRun.Shop(1, 700));

        Told(run, "1 customers have an order", "look at the activity type and the status that is ignored", plugin == "rfm" ? "warning" : "error");
        Assert.All(run.Results, result => Assert.Equal(plugin == "rfm" ? EnrichmentOutcome.Enriched : EnrichmentOutcome.Skipped, result.Outcome));
    }

    [Theory]
    [MemberData(nameof(Plugins))]
    public async Task Negative_amounts_are_named_as_the_returns_that_they_are_taken_for(string plugin)
    {
        var profiles = PluginRun.Shop(400, 700).Select((profile, at) => at % 4 == 0 ? profile with { Activities = [.. profile.Activities, PluginRun.Order($"r{at}", PluginRun.Today, -3.0)] } : profile).ToList();

        var run = await RunAsync(plugin, profiles);

        Assert.Equal(400, run.Enriched.Count());
        Told(run, "100 orders have an amount below 0 and were taken as returns", "correct the sign of the amount", "info");
    }

    [Theory]
    [MemberData(nameof(Plugins))]
    public async Task Returns_alone_are_named_and_nobody_is_answered(string plugin)
    {
        var profiles = PluginRun.Shop(200, 700).ConvertAll(profile => profile with { Activities = [.. profile.Activities.Select(order => order with { Values = [-5.0, "EUR", "paid"] })] });

        var run = await RunAsync(plugin, profiles);

        Assert.Empty(run.Enriched);
        Told(run, "orders are returns (amounts below 0)", "correct the sign of the amount", "error");
    }

    [Theory]
    [MemberData(nameof(Plugins))]
    public async Task Two_currencies_are_named_with_a_remedy_that_the_plugin_has(string plugin)
    {
        var profiles = PluginRun.Shop(400, 700).Select((profile, at) => at % 3 == 0 ? profile with { Activities = [.. profile.Activities.Select(order => order with { Values = [order.Values[0], "USD", "paid"] })] } : profile).ToList();

        var run = await RunAsync(plugin, profiles);

        Assert.Equal(400, run.Enriched.Count());
        Told(run, "Orders are in 2 currencies", plugin is "churn" or "next-order" ? "Name a field with amounts in one currency, or leave 'amount' out" : "Set 'currency' to take one of them", "warning");
    }

    [Theory]
    [MemberData(nameof(Plugins))]
    public async Task Orders_of_the_future_are_named_left_out_and_change_no_answer(string plugin)
    {
        var profiles = PluginRun.Shop(400, 700);
        var future = profiles.ConvertAll(profile => profile with { Activities = [.. profile.Activities, PluginRun.Order(profile.ProfileId + "f", PluginRun.Today + 30, 1e6)] });

        var run = await RunAsync(plugin, future);

        Told(run, "400 orders are later than 2026-01-01 and were left out", "set 'asOf', or correct their time", "warning");
        Assert.Equal((await RunAsync(plugin, profiles)).Text, run.Text);
    }

    [Theory]
    [InlineData("lifetime-value")]
    [InlineData("churn")]
    [InlineData("next-order")]
    public async Task A_population_from_which_nobody_leaves_is_reported_as_one_that_does_not_tell(string plugin)
    {
        var run = await RunAsync(plugin, PluginRun.Profiles(Population.BetaGeometric(11, 1_200, 3, 60, 1e-7, 1, dropsOutAtFirst: true, regularity: 1, days: 900, firstDay: PluginRun.Today - 900)));

        Assert.Contains(run.Report.Warnings, warning => warning.Contains("does not tell who leaves", StringComparison.Ordinal));
        Assert.All(run.Enriched, result => Assert.True(!result.Values!.TryGetValue("alive_probability", out var alive) || alive.IsNull));
        Assert.All(run.Enriched, result => Assert.False(result.Values!.ContainsKey("zone")));
        if (plugin == "churn")
        {
            // That nobody leaves for good does not mean that everybody orders within the window.
            Assert.True(run.Enriched.Select(result => result.Values!["probability"]).Where(value => !value.IsNull).Average(value => value.AsNumber()) > 0.02);
        }
    }

    private static void Told(PluginRun.Outcome run, string what, string remedy, string severity)
    {
        var finding = Assert.Single(run.Table("Data usability").Rows, row => row[3].AsText().Contains(what, StringComparison.Ordinal));
        Assert.Equal(severity, finding[0].AsText());
        Assert.Contains(remedy, finding[3].AsText(), StringComparison.Ordinal);
        Assert.NotEqual("", finding[1].AsText());
        Assert.Equal(severity != "info", run.Report.Warnings.Contains(finding[3].AsText(), StringComparer.Ordinal));
    }

    private static Task<PluginRun.Outcome> RunAsync(string plugin, List<ProfileInput> profiles) => PluginRun.OfAsync(
        plugin switch
        {
            "lifetime-value" => new LifetimeValueEnrichment(),
            "churn" => new ChurnEnrichment(),
            "next-order" => new NextOrderEnrichment(),
            _ => (IPopulationEnrichment)new RfmEnrichment(),
        },
        Settings,
        profiles);
}
