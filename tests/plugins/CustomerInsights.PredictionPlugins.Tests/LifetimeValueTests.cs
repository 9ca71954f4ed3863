using CustomerInsights.Enrichments.LifetimeValue;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;

namespace CustomerInsights.PredictionPlugins.Tests;

public sealed class LifetimeValueTests
{
    private const string Orders = """{ "activity": "order", "amount": "amount", "currency": "currency", "status": "status", "ignore": ["Cancelled"] }""";
    private const string Settings = $$"""{ "orders": [{{Orders}}], "horizonMonths": 6 }""";

    [Fact]
    public async Task A_shop_is_predicted_graded_and_reported()
    {
        var run = await RunAsync(Settings, [.. PluginRun.Shop(1_500, 800), new ProfileInput("q-nobody", [])]);

        Assert.Equal(1_500, run.Enriched.Count());
        Assert.Equal(EnrichmentOutcome.NoMatch, run.Results[^1].Outcome);
        Assert.Contains(run.Metric("Grade").AsText(), new[] { "A", "B" });
        Assert.InRange(run.Metric("AUC of ordering at all").AsNumber(), 0.65, 1);
        // The mean absolute error favours who says 0; the squared one does not.
        Assert.InRange(run.Metric("Root mean squared error of the value").AsNumber(), 0, run.Metric("Root mean squared error of the baseline's value").AsNumber());
        Assert.Equal(run.Enriched.Sum(result => result.Values!["value"].AsNumber()), run.Metric("Predicted value of all").AsNumber(), 1e-6 * run.Metric("Predicted value of all").AsNumber());
        Assert.InRange(run.Metric("Predicted value of all").AsNumber(), run.Metric("Predicted value of all, at least").AsNumber(), run.Metric("Predicted value of all, at most").AsNumber());
        Assert.Equal(run.Metric("Customers of high value").AsInteger(), run.Enriched.Count(result => result.Values!["is_high_value"].AsBoolean()), 5.0);
        Assert.All(run.Enriched, result =>
        {
            Assert.InRange(result.Values!["alive_probability"].AsNumber(), 0, 1);
            Assert.InRange(result.Values["percentile"].AsInteger(), 1, 100);
            Assert.True(result.Values["value_low"].AsNumber() <= result.Values["value_high"].AsNumber());
        });
        Assert.Equal(5, run.Report.Series.Count);
        Assert.All(run.Report.Series, series => Assert.NotEmpty(series.Points));
        Assert.Empty(run.Table("Data usability").Rows);
        Assert.InRange(run.Report.Summary.Length, 1, 1_000);
    }

    [Fact]
    public async Task Four_of_five_futures_lie_within_the_interval()
    {
        var population = Population.BetaGeometric(4, 4_000, 0.9, 60, 0.8, 2.5, dropsOutAtFirst: true, regularity: 1, 1_200, firstDay: PluginRun.Today - 1_000, spread: 600);

        var run = await RunAsync("""{ "orders": [{ "activity": "order", "amount": "amount" }], "horizonMonths": 6, "model": "mbg-nbd" }""", PluginRun.Profiles(population.Select(days => days.Where(day => day.Day <= PluginRun.Today).ToList())));

        var within = run.Results.Zip(population).Where(pair => pair.First.Outcome == EnrichmentOutcome.Enriched).Select(pair =>
        {
            var values = pair.First.Values!;
            var orders = OrderDays.Between(pair.Second.ToArray(), PluginRun.Today, PluginRun.Today + 183).Orders * values["order_value"].AsNumber();
            return orders >= values["value_low"].AsNumber() - 1e-6 && orders <= values["value_high"].AsNumber() + 1e-6;
        }).ToList();

        // Counts are whole, so that an interval holds more than it has to.
        Assert.InRange(within.Count(one => one) / (double)within.Count, 0.8, 0.97);
    }

    [Fact]
    public async Task A_run_that_was_interrupted_goes_on_where_it_was_and_says_the_same()
    {
        var profiles = PluginRun.Shop(900, 700);
        var whole = await RunAsync(Settings, profiles);

        var begun = await PluginRun.OfAsync(new LifetimeValueEnrichment(), Settings, profiles, stopAfter: 4);
        var state = begun.Messages.OfType<PopulationCheckpoint>().Last().State;
        var rest = await PluginRun.OfAsync(new LifetimeValueEnrichment(), Settings, profiles, state);

        Assert.Equal(400, begun.Results.Count);
        Assert.Equal(whole.Text, begun.Text + "\n" + rest.Text);
        Assert.Equal(whole.Metric("Data fingerprint"), rest.Metric("Data fingerprint"));
    }

    [Fact]
    public async Task An_empty_state_is_none_and_a_broken_one_is_refused()
    {
        var profiles = PluginRun.Shop(60, 700);

        var run = await PluginRun.OfAsync(new LifetimeValueEnrichment(), Settings, profiles, ReadOnlyMemory<byte>.Empty);
        var error = await Assert.ThrowsAsync<PluginException>(() => PluginRun.OfAsync(new LifetimeValueEnrichment(), Settings, profiles, "{"u8.ToArray()));

        Assert.Equal(60, run.Results.Count);
        Assert.Equal(FailureKind.Configuration, error.Kind);
    }

    [Fact]
    public async Task Three_months_of_history_are_predicted_from_with_a_warning()
    {
        var run = await RunAsync(Settings, PluginRun.Shop(400, 90));

        Assert.NotEmpty(run.Enriched);
        Assert.Contains(run.Report.Warnings, warning => warning.StartsWith("The history has 91 days", StringComparison.Ordinal) || warning.StartsWith("The history has 90 days", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_customer_is_too_few_and_nobody_is_answered()
    {
        var run = await RunAsync(Settings, PluginRun.Shop(1, 700));

        Assert.All(run.Results, result => Assert.Equal(EnrichmentOutcome.Skipped, result.Outcome));
        Assert.Contains("1 customers have an order; 30 are needed", run.Report.Warnings[0], StringComparison.Ordinal);
        Assert.Contains(run.Table("Data usability").Rows, row => row[0].AsText() == "error");
    }

    [Fact]
    public async Task Nobody_at_all_is_an_answer_too()
    {
        var run = await RunAsync(Settings, []);

        Assert.Empty(run.Results);
        Assert.Contains("Nobody has an order", run.Report.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Returns_take_value_away_and_a_shop_of_returns_alone_is_told()
    {
        var profiles = PluginRun.Shop(500, 700);
        var returned = profiles.Select((profile, at) => profile with
        {
            Activities = at % 5 == 0 ? [.. profile.Activities.SelectMany(order => new[] { order, order with { Id = order.Id + "r", At = order.At.AddMinutes(1), Values = [-0.9 * order.Values[0].AsNumber(), "EUR", "paid"] } })] : profile.Activities,
        }).ToList();

        var all = await RunAsync(Settings, [.. profiles.Select(profile => profile with { Activities = [.. profile.Activities.Select(order => order with { Values = [-5.0, "EUR", "paid"] })] })]);
        var some = await RunAsync(Settings, returned);
        var none = await RunAsync(Settings, profiles);

        Assert.Contains("are returns (amounts below 0)", all.Report.Warnings[0], StringComparison.Ordinal);
        Assert.Equal(none.Results[1].Values!["orders"], some.Results[1].Values!["orders"]);
        Assert.True(some.Metric("Predicted value of all").AsNumber() < 0.95 * none.Metric("Predicted value of all").AsNumber());
    }

    [Fact]
    public async Task Two_currencies_are_told_and_one_can_be_asked_for()
    {
        var profiles = PluginRun.Shop(600, 700);
        var mixed = profiles.Select((profile, at) => profile with { Activities = [.. profile.Activities.Select(order => at % 3 == 0 ? order with { Values = [order.Values[0], "USD", "paid"] } : order)] }).ToList();

        var both = await RunAsync(Settings, mixed);
        var euros = await RunAsync($$"""{ "orders": [{{Orders}}], "currency": "eur" }""", mixed);

        Assert.Contains(both.Report.Warnings, warning => warning.StartsWith("Orders are in 2 currencies, most of them in 'EUR'", StringComparison.Ordinal));
        Assert.Equal(400, euros.Enriched.Count());
        Assert.Contains(euros.Table("Data usability").Rows, row => row[3].AsText().Contains("were left out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Orders_of_the_future_and_cancelled_ones_are_left_out()
    {
        var profiles = PluginRun.Shop(300, 700);
        var more = profiles.Select(profile => profile with
        {
            Activities = [.. profile.Activities, PluginRun.Order(profile.ProfileId + "c", PluginRun.Today - 1, 1e6, status: "CANCELLED"), PluginRun.Order(profile.ProfileId + "f", PluginRun.Today + 40, 1e6)],
        }).ToList();

        var run = await RunAsync(Settings, more);

        Assert.Equal((await RunAsync(Settings, profiles)).Text, run.Text);
        Assert.Contains(run.Report.Warnings, warning => warning.StartsWith("300 orders are later than 2026-01-01", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Amounts_that_cannot_be_read_are_counted_and_too_many_of_them_refused()
    {
        var profiles = PluginRun.Shop(300, 700);
        List<ProfileInput> With(int every) => [.. profiles.Select((profile, at) => profile with { Activities = [.. profile.Activities.Select(order => at % every == 0 ? order with { Values = ["12,50", "EUR", "paid"] } : order)] })];

        var few = await RunAsync(Settings, With(20));
        var many = await RunAsync(Settings, With(2));

        Assert.NotEmpty(few.Enriched);
        Assert.Contains(few.Report.Warnings, warning => warning.Contains("have no amount that can be read and count as worth nothing", StringComparison.Ordinal));
        Assert.Empty(many.Enriched);
        Assert.Contains(many.Report.Warnings, warning => warning.Contains("at most 20 % may", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Data_that_ends_in_the_past_is_told_and_can_be_predicted_from_its_end()
    {
        var profiles = PluginRun.Shop(400, 700);
        var later = PluginRun.AsOf.AddDays(500);

        var stale = await PluginRun.OfAsync(new LifetimeValueEnrichment(), Settings, profiles, asOf: later);
        var set = await PluginRun.OfAsync(new LifetimeValueEnrichment(), $$"""{ "orders": [{{Orders}}], "horizonMonths": 6, "asOf": "2026-01-01" }""", profiles, asOf: later);

        Assert.Contains(stale.Report.Warnings, warning => warning.Contains("If the data ends there, set 'asOf' to 202", StringComparison.Ordinal));
        Assert.Equal((await RunAsync(Settings, profiles)).Text, set.Text);
    }

    [Fact]
    public async Task A_population_from_which_nobody_leaves_has_no_probability_of_staying()
    {
        var run = await RunAsync(Settings, PluginRun.Profiles(Population.BetaGeometric(11, 1_200, 3, 60, 1e-7, 1, dropsOutAtFirst: true, regularity: 1, days: 900, firstDay: PluginRun.Today - 900)));

        Assert.Contains(run.Report.Warnings, warning => warning.StartsWith("The history does not tell who leaves", StringComparison.Ordinal));
        Assert.All(run.Enriched, result => Assert.True(result.Values!["alive_probability"].IsNull));
        Assert.All(run.Enriched, result => Assert.True(result.Values!["value"].AsNumber() > 0));
    }

    [Fact]
    public async Task Orders_that_are_all_worth_the_same_are_predicted_with_the_mean()
    {
        var run = await RunAsync(Settings, [.. PluginRun.Shop(300, 700).Select(profile => profile with { Activities = [.. profile.Activities.Select(order => order with { Values = [20.0, "EUR", "paid"] })] })]);

        Assert.All(run.Enriched, result => Assert.Equal(20, result.Values!["order_value"].AsNumber(), 1e-4));
        Assert.Contains(run.Report.Warnings, warning => warning.StartsWith("What an order is worth could not be fitted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Margin_and_discount_make_the_value_smaller_and_a_percentage_sets_who_is_of_high_value()
    {
        var profiles = PluginRun.Shop(600, 700);

        var plain = await RunAsync(Settings, profiles);
        var less = await RunAsync($$"""{ "orders": [{{Orders}}], "horizonMonths": 6, "margin": 0.5, "discountRate": 0.2, "highValuePercent": 10 }""", profiles);

        var ratio = less.Metric("Predicted value of all").AsNumber() / plain.Metric("Predicted value of all").AsNumber();
        Assert.InRange(ratio, 0.5 * Math.Pow(1.2, -0.5), 0.5 * Math.Pow(1.2, -1 / 12.0));
        Assert.Equal(60, less.Metric("Customers of high value").AsInteger());
    }

    [Theory]
    [InlineData("""{ "orders": [{ "activity": "order", "amount": "amount" }, { "activity": "order", "amount": "total" }] }""", "/orders/1/activity")]
    [InlineData("""{ "orders": [{ "activity": "order", "amount": "amount", "ignore": ["cancelled"] }] }""", "/orders/0/ignore")]
    [InlineData("""{ "orders": [{ "activity": "order", "amount": "amount" }], "asOf": "2026-02-30" }""", "/asOf")]
    public void A_setting_that_cannot_be_is_refused_at_its_place(string settings, string place)
    {
        var error = Assert.Throws<PluginException>(() => new LifetimeValueEnrichment().Describe(System.Text.Encoding.UTF8.GetBytes(settings)));

        Assert.Equal(FailureKind.Configuration, error.Kind);
        Assert.Equal(place, error.ConfigurationPath);
    }

    [Fact]
    public async Task A_future_that_is_not_known_yet_changes_no_answer()
    {
        // The same people, one set of them with orders after the cut: what a prediction says may not depend on them.
        var population = Population.BetaGeometric(6, 800, 0.9, 60, 0.8, 2.5, dropsOutAtFirst: true, regularity: 1, 900, firstDay: PluginRun.Today - 700, spread: 400);

        var with = await RunAsync(Settings, PluginRun.Profiles(population));
        var without = await RunAsync(Settings, PluginRun.Profiles(population.Select(days => days.Where(day => day.Day <= PluginRun.Today).ToList())));

        Assert.Equal(without.Text, with.Text);
    }

    private static Task<PluginRun.Outcome> RunAsync(string settings, List<ProfileInput> profiles) => PluginRun.OfAsync(new LifetimeValueEnrichment(), settings, profiles);
}
