using CustomerInsights.Enrichments.Churn;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;
using Xunit.Abstractions;

namespace CustomerInsights.PredictionPlugins.Tests;

public sealed class ChurnTests(ITestOutputHelper output)
{
    private const string Settings = """{ "orders": [{ "activity": "order", "status": "status" }], "windowDays": 90, "churnedAfterDays": 300 }""";

    [Fact]
    public async Task A_shop_is_predicted_graded_and_those_who_left_already_are_listed_apart()
    {
        var run = await RunAsync(Settings, PluginRun.Shop(3_000, 900));

        Assert.Equal(3_000, run.Enriched.Count());
        Assert.All(run.Enriched, result =>
        {
            var gone = result.Values!["days_silent"].AsInteger() >= 300;
            Assert.Equal(gone, result.Values["already_churned"].AsBoolean());
            Assert.Equal(gone, result.Values["probability"].IsNull);
            Assert.Equal(gone, result.Values["is_churn"].IsNull);
        });
        Assert.Contains(run.Results, result => result.Values!["already_churned"].AsBoolean());
        Assert.True(run.Metric("AUC").AsNumber() > 0.65);
        Assert.InRange(run.Metric("Calibration slope").AsNumber(), 0.75, 1.25);
        Assert.InRange(run.Metric("Calibration error").AsNumber(), 0, 0.06);
        Assert.Contains(run.Metric("Grade").AsText(), new[] { "A", "B", "C" });
    }

    [Fact]
    public async Task Probabilities_are_what_happens()
    {
        var population = Population.BetaGeometric(6, 6_000, 0.9, 60, 0.8, 2.5, dropsOutAtFirst: true, regularity: 1, 1_100, firstDay: PluginRun.Today - 900, spread: 600);

        var run = await RunAsync(Settings, PluginRun.Profiles(population.Select(days => days.Where(day => day.Day <= PluginRun.Today).ToList())));

        var pairs = run.Results.Zip(population).Where(pair => pair.First.Values is { } values && !values["probability"].IsNull)
            .Select(pair => (Said: pair.First.Values!["probability"].AsNumber(), Left: OrderDays.Between(pair.Second.ToArray(), PluginRun.Today, PluginRun.Today + 90).Orders == 0)).ToList();
        Assert.InRange(pairs.Average(pair => pair.Said) / pairs.Average(pair => pair.Left ? 1.0 : 0), 0.95, 1.05);
    }

    [Fact]
    public async Task A_run_that_was_interrupted_goes_on_and_says_the_same()
    {
        var profiles = PluginRun.Shop(500, 700);
        var whole = await RunAsync(Settings, profiles);

        var begun = await PluginRun.OfAsync(new ChurnEnrichment(), Settings, profiles, stopAfter: 2);
        var rest = await PluginRun.OfAsync(new ChurnEnrichment(), Settings, profiles, begun.Messages.OfType<PopulationCheckpoint>().Last().State);

        Assert.Equal(whole.Text, begun.Text + "\n" + rest.Text);
    }

    [Fact]
    public async Task One_customer_is_too_few()
    {
        var run = await RunAsync(Settings, PluginRun.Shop(1, 700));

        Assert.All(run.Results, result => Assert.Equal(EnrichmentOutcome.Skipped, result.Outcome));
        Assert.NotEmpty(run.Report.Warnings);
    }

    [Fact]
    public async Task An_outcome_that_everybody_shares_is_not_measured()
    {
        // One order each, all of them long ago: nobody orders in the holdout.
        var run = await RunAsync(Settings, PluginRun.Profiles(Enumerable.Range(0, 400).Select(i => (IReadOnlyList<OrderDay>)[new(PluginRun.Today - 800 + (i % 300), 10), new(PluginRun.Today - 790 + (i % 300), 10)])));

        Assert.DoesNotContain(run.Report.Metrics, metric => metric.Name == "Grade");
        Assert.Contains("could not be measured", run.Report.Summary, StringComparison.Ordinal);
    }

    [DataFact]
    public void All_of_cdnow_is_predicted_with_probabilities_that_are_right_most_of_the_time()
    {
        var (choice, blend, quality) = ChurnStudy.Measure(LifetimeStudyTests.Ledger(PublicData.CdnowMaster()), new DateOnly(1998, 6, 30).DayNumber, 180, 365, 0.5, ModelChoice.All, CancellationToken.None);

        output.WriteLine($"{choice.Kind} {blend} {quality}");
        Assert.True(choice.InnerTo <= quality!.Cut);

        // Silence alone orders these customers as well (.796): most of them ordered once. What it does not give is a probability.
        Assert.InRange(quality.Metrics.Auc, 0.79, 0.9);
        Assert.InRange(quality.Metrics.LogLoss, 0.3, 0.43);
        Assert.InRange(quality.Metrics.CalibrationError, 0, 0.03);
        Assert.True(quality.Accuracy > quality.BaselineAccuracy);
    }

    private static Task<PluginRun.Outcome> RunAsync(string settings, List<ProfileInput> profiles) => PluginRun.OfAsync(new ChurnEnrichment(), settings, profiles);
}
