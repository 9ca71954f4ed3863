using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Scoring;
using CustomerInsights.Enrichments.Scoring;
using CustomerInsights.Sdk;
using Xunit.Abstractions;

namespace CustomerInsights.PredictionPlugins.Tests;

public sealed class ScoringTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_population_whose_outcome_depends_on_features_is_scored_nearly_as_by_the_true_probabilities()
    {
        var people = ScoringWorld.People(4_000, 1);

        var run = await ScoringWorld.RunAsync(ScoringWorld.Settings, people);

        var holdout = people.Where(person => person.Activities.Any(activity => activity.At <= PluginRun.AsOf.AddDays(-ScoringWorld.Horizon))).ToList();
        var truth = BinaryMetrics.Of(
            [.. holdout.Select(person => ScoringWorld.Chance(person.Activities, person.Values[0].AsText(), PluginRun.AsOf.AddDays(-ScoringWorld.Horizon)))],
            [.. holdout.Select(person => person.Conditions[1])]);
        output.WriteLine($"AUC {run.Metric("AUC")}, of the truth {truth.Auc}; {run.Report.Summary}");
        Assert.InRange(run.Metric("AUC").AsNumber(), truth.Auc - 0.02, truth.Auc + 0.005);
        Assert.InRange(run.Metric("Log loss").AsNumber(), truth.LogLoss - 0.005, truth.LogLoss + 0.02);
        Assert.Equal("A", run.Metric("Grade").AsText());
        Assert.InRange(run.Metric("Calibration slope").AsNumber(), 0.8, 1.2);
        Assert.InRange(run.Metric("Calibration error").AsNumber(), 0, 0.03);

        // What it says of now is what the truth says of now.
        var said = run.Results.Zip(people).Where(pair => pair.First.Values is not null).ToList();
        Assert.True(said.Count > 3_900);
        Assert.InRange(
            CountMetrics.Of([.. said.Select(pair => pair.First.Values!["probability"].AsNumber())], [.. said.Select(pair => ScoringWorld.Chance(pair.Second.Activities, pair.Second.Values[0].AsText(), PluginRun.AsOf))]).Correlation, 0.95, 1);

        // The feature that matters most is the one that was made to.
        Assert.Equal("How often", run.Table("Influential factors").Rows[0][0].AsText());
        Assert.Contains(run.Table("Influential factors").Rows, row => row[0].AsText() == "Attribute country");
        Assert.Equal("likelier", run.Table("Influential factors").Rows[0][2].AsText());
    }

    [Fact]
    public async Task Attributes_are_places_bands_factors_and_dates()
    {
        var run = await ScoringWorld.RunAsync(ScoringWorld.Settings, ScoringWorld.People(1_500, 2));

        var scored = run.Enriched.Select(result => result.Values!).OrderBy(values => values["probability"].AsNumber()).ToList();
        Assert.All(scored.Zip(scored.Skip(1)), pair => Assert.True(pair.First["percentile"].AsInteger() <= pair.Second["percentile"].AsInteger()));
        Assert.Equal(1, scored[0]["percentile"].AsInteger());
        Assert.Equal(100, scored[^1]["percentile"].AsInteger());
        Assert.Equal("low", scored[0]["band"].AsText());
        Assert.Equal("very_high", scored[^1]["band"].AsText());
        Assert.InRange(scored.Count(values => values["band"].AsText() == "very_high"), scored.Count * 0.04, scored.Count * 0.06);
        Assert.All(scored, values =>
        {
            Assert.Equal(DateOnly.FromDateTime(PluginRun.AsOf.UtcDateTime).AddDays(30), values["until"].AsDate());
            Assert.Matches("^(Raises|Lowers): .+ = .+$", values["factor_1"].AsText());
            Assert.StartsWith("2026-01-01-", values["model_version"].AsText(), StringComparison.Ordinal);
        });
        Assert.StartsWith("Raises", scored[^1]["factor_1"].AsText(), StringComparison.Ordinal);
        Assert.All(run.Table("Quality by band").Rows, row => Assert.Contains(row[7].AsText(), new[] { "A", "B", "C" }));
    }

    [Fact]
    public async Task Shuffled_outcomes_give_an_AUC_of_one_half_within_its_interval_and_grade_C()
    {
        var run = await ScoringWorld.RunAsync(ScoringWorld.Settings, ScoringWorld.People(2_000, 3, shuffled: true));

        Assert.True(run.Metric("AUC, lower end").AsNumber() <= 0.5 && run.Metric("AUC, upper end").AsNumber() >= 0.5, $"{run.Metric("AUC, lower end")} to {run.Metric("AUC, upper end")}");
        Assert.Equal("C", run.Metric("Grade").AsText());
        Assert.Contains(run.Report.Warnings, warning => warning.StartsWith("Grade C", StringComparison.Ordinal));
        Assert.All(run.Enriched, result => Assert.Equal("C", result.Values!["grade"].AsText()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_feature_that_knows_the_future_is_caught(int window)
    {
        // As of today it tells who ordered in one of the windows: by the latest outcome the holdout is known, by the earlier one the training.
        var settings = ScoringWorld.Settings.Replace("\"country\"", "\"country\", \"status\"", StringComparison.Ordinal);

        var run = await ScoringWorld.RunAsync(settings, ScoringWorld.People(1_500, 4, attribute: (_, outcomes) => outcomes[window] ? "customer" : "lead"));

        Assert.Equal("C", run.Metric("Grade").AsText());
        Assert.Contains(run.Report.Warnings, warning => warning.Contains("'status' alone tells the outcome", StringComparison.Ordinal) || warning.Contains("a horizon later", StringComparison.Ordinal));
    }

    [Fact]
    public void What_happens_after_a_snapshot_changes_nothing_of_it()
    {
        FeatureSources sources = new([new("visit", "pages", ["page"]), new("mail")], ["country", "born"], [new("order", "amount")]);
        var random = new Random(5);
        for (var trial = 0; trial < 200; trial++)
        {
            var at = PluginRun.AsOf.AddDays(-random.Next(100));
            var before = Enumerable.Range(0, random.Next(12)).Select(i => Some(random, $"a{i}", at.AddDays(-400 * random.NextDouble()))).OrderBy(activity => activity.At).ToList();
            var after = Enumerable.Range(0, random.Next(12)).Select(i => Some(random, $"b{i}", at.AddTicks(1).AddDays(100 * random.NextDouble()))).OrderBy(activity => activity.At).ToList();
            var builder = new SnapshotFeatures(sources);
            float[] without = new float[builder.Width], with = new float[builder.Width];

            var known = builder.Read(new ProfileInput("p", ["A", new DateOnly(1980, 5, 1)]) { Activities = before }, at, without);
            var still = builder.Read(new ProfileInput("p", ["A", new DateOnly(1980, 5, 1)]) { Activities = [.. before, .. after] }, at, with);

            Assert.Equal(before.Count > 0, known);
            Assert.Equal(known, still);
            Assert.Equal(without, with);
        }

        static ActivityInput Some(Random random, string id, DateTimeOffset at) => random.Next(3) switch
        {
            0 => new ActivityInput("visit", id, at, [(long)random.Next(9), $"page {random.Next(4)}"]),
            1 => new ActivityInput("mail", id, at, []),
            _ => new ActivityInput("order", id, at, [10 * random.NextDouble()]),
        };
    }

    [Fact]
    public void Features_are_what_they_say()
    {
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var builder = new SnapshotFeatures(new FeatureSources([new("order", "amount", ["channel"])], ["since", "vip"], []));
        var row = new float[builder.Width];

        builder.Read(
            new ProfileInput("p", [new DateOnly(2025, 12, 22), true])
            {
                Activities = [Order(200, 5, "shop"), Order(100, 20, "shop"), Order(10, 9, "web"), Order(10, 1, "web")],
            },
            at,
            row);

        var values = builder.Specs.Select((spec, i) => (spec.Name, Value: row[i])).ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
        Assert.Equal(10, values["Days since the last order"]);
        Assert.Equal(200, values["Days since the first order"]);
        Assert.Equal([2, 2, 2, 3, 4], new[] { 30, 60, 90, 180, 365 }.Select(days => values[string.Create(CultureInfo.InvariantCulture, $"Times of order in {days} days")]));
        Assert.Equal([10, 10, 10, 30, 35], new[] { 30, 60, 90, 180, 365 }.Select(days => values[string.Create(CultureInfo.InvariantCulture, $"Sum of amount of order in {days} days")]));
        Assert.Equal(95, values["Mean days between order"]);
        Assert.Equal(5, values["Spread of days between order"], 1e-4);
        Assert.Equal(100, values["Longest wait between order, days"]);
        Assert.Equal(90, values["Last wait between order, days"]);
        Assert.Equal(10f / 95, values["Silence after order against the usual wait"], 1e-6);
        Assert.Equal((2 * Math.Pow(2, -10 / 30.0)) + Math.Pow(2, -100 / 30.0) + Math.Pow(2, -200 / 30.0), values["Times of order, the later the more"], 1e-5);
        Assert.Equal((4 - 3) / 4.0, values["Trend of order, last 90 days against the 90 before"], 1e-6);
        Assert.Equal(8.75, values["Mean amount of order"]);
        Assert.Equal(5, values["First amount of order"]);
        Assert.Equal(1, values["Last amount of order"]);
        Assert.Equal(20, values["Largest amount of order"]);
        Assert.Equal("web", builder.Book(builder.Specs.Count - 3)!.Names[(int)values["Last channel of order"]]);
        Assert.Equal(10, values["since"]);
        Assert.Equal(1, values["vip"]);

        ActivityInput Order(int days, long amount, string channel) => new("order", $"{days}-{amount}", at.AddDays(-days), [amount, channel]);
    }

    [Fact]
    public async Task Who_is_out_of_scope_or_has_no_activity_yet_is_not_scored_nor_learned_from()
    {
        var settings = ScoringWorld.Settings.Replace("\"horizonDays\"", "\"scope\": \"country = \\\"A\\\"\", \"horizonDays\"", StringComparison.Ordinal);
        var people = ScoringWorld.People(2_400, 6).Select(person => person with { Conditions = [.. person.Conditions, .. Enumerable.Repeat(person.Values[0].AsText() == "A", 3)] }).ToList();
        people.Add(new ProfileInput("p999999", ["A"]) { Conditions = [false, false, true, true, true] });

        var run = await ScoringWorld.RunAsync(settings, people);

        Assert.Equal(people.SkipLast(1).Where(person => person.Values[0].AsText() == "A" && person.Activities.Count > 0).Select(person => person.ProfileId), run.Enriched.Select(result => result.ProfileId));
        Assert.Equal(EnrichmentOutcome.NoMatch, run.Results[^1].Outcome);
        Assert.InRange(run.Metric("Profiles in the training").AsInteger(), 400, people.Count(person => person.Values[0].AsText() == "A"));
        Assert.DoesNotContain(run.Table("Influential factors").Rows, row => row[0].AsText() == "Attribute country");
    }

    [Fact]
    public void The_host_is_asked_what_happened_in_either_horizon_and_who_was_in_scope_at_each_snapshot()
    {
        var descriptor = new ScoringEnrichment().Describe("""{ "outcome": "exists(order)", "scope": "true", "horizonDays": 10, "activities": [{ "activity": "order", "amount": "amount" }], "orders": [{ "activity": "order", "amount": "total" }], "asOf": "2025-12-31" }"""u8.ToArray());

        var end = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(-1);
        Assert.All(descriptor.Conditions, condition => Assert.Equal(end, condition.At));
        Assert.Equal([10, 0, 20, 10, 0], descriptor.Conditions.Select(condition => (int)condition.Before.TotalDays));
        Assert.Equal([10, 10, null, null, null], descriptor.Conditions.Select(condition => condition.Within?.TotalDays));
        var selection = Assert.Single(descriptor.Activities);
        Assert.Equal(["total", "amount"], selection.Fields);
    }

    [Fact]
    public async Task An_outcome_that_never_or_always_happens_is_told()
    {
        var people = ScoringWorld.People(400, 7);

        await Refused([.. people.Select(person => person with { Conditions = [false, false] })], "happened to none of");
        await Refused([.. people.Select(person => person with { Conditions = [true, true] })], "happened to all");
        await Refused([.. people.Select((person, at) => person with { Conditions = [at % 2 == 0, at < 5] })], "at least 10 to whom it did");
    }

    [Fact]
    public async Task Too_little_history_one_customer_and_no_activity_are_told()
    {
        var settings = ScoringWorld.Settings.Replace("\"horizonDays\": 30", "\"horizonDays\": 60", StringComparison.Ordinal);
        await Refused(ScoringWorld.People(400, 8, days: 91), "The history has", settings);
        await Refused(ScoringWorld.People(1, 8), "1 profiles were there");
        await Refused([.. ScoringWorld.People(200, 8).Select(person => person with { Activities = [] })], "There is no activity of these types");
    }

    [Fact]
    public async Task Timestamps_of_the_future_are_left_out_and_told()
    {
        var people = ScoringWorld.People(1_200, 9);
        var plain = await ScoringWorld.RunAsync(ScoringWorld.Settings, people);

        var run = await ScoringWorld.RunAsync(ScoringWorld.Settings, [.. people.Select(person => person with { Activities = [.. person.Activities, new ActivityInput("visit", "future", PluginRun.AsOf.AddDays(9), [5L])] })]);

        Assert.Contains(run.Report.Warnings, warning => warning.Contains("activities are later than 2026-01-01", StringComparison.Ordinal));
        Assert.Equal(plain.Text, run.Text);
    }

    [Fact]
    public async Task A_constant_feature_is_left_out_and_told()
    {
        var settings = ScoringWorld.Settings.Replace("\"country\"", "\"country\", \"planet\"", StringComparison.Ordinal);

        var run = await ScoringWorld.RunAsync(settings, ScoringWorld.People(600, 10, attribute: (_, _) => "Earth"));

        Assert.Contains(run.Table("Data usability").Rows, row => row[3].AsText().Contains("the same for everybody", StringComparison.Ordinal) && row[3].AsText().Contains("planet", StringComparison.Ordinal));
        Assert.NotEmpty(run.Enriched);
    }

    [Fact]
    public async Task A_category_of_a_million_values_is_left_out_and_told()
    {
        var settings = ScoringWorld.Settings.Replace("\"country\"", "\"country\", \"phone\"", StringComparison.Ordinal);

        var run = await ScoringWorld.RunAsync(settings, ScoringWorld.People(600, 11, attribute: (at, _) => $"+49 {at}"));

        Assert.Contains(run.Report.Warnings, warning => warning.Contains("'phone' has", StringComparison.Ordinal) && warning.Contains("like an id", StringComparison.Ordinal));
        var book = new CategoryBook();
        for (var i = 0; i < 1_000_000; i++)
        {
            book.Code(i.ToString(CultureInfo.InvariantCulture));
        }

        Assert.True(book.Overflowed);
        Assert.Equal(CategoryBook.Most, book.Names.Count);
        Assert.Equal(CategoryBook.Most, book.Code("never seen"));
    }

    [Fact]
    public async Task A_category_of_many_values_is_pooled_and_told()
    {
        var settings = ScoringWorld.Settings.Replace("\"country\"", "\"country\", \"town\"", StringComparison.Ordinal);

        var run = await ScoringWorld.RunAsync(settings, ScoringWorld.People(1_200, 12, attribute: (at, _) => $"town {at % 120}"));

        Assert.Contains(run.Table("Data usability").Rows, row => row[3].AsText().Contains("'town' has 120 different values; the 50 most frequent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Too_few_profiles_for_trees_get_a_regression_and_are_told()
    {
        var run = await ScoringWorld.RunAsync(ScoringWorld.Settings, ScoringWorld.People(700, 13));

        Assert.Equal("Logistic regression", run.Metric("Model").AsText());
        Assert.Contains(run.Report.Warnings, warning => warning.Contains("strongly damped regression", StringComparison.Ordinal));
        Assert.Equal(run.Enriched.Count(), run.Results.Count(result => result.Outcome == EnrichmentOutcome.Enriched));
    }

    [Fact]
    public async Task A_stored_model_is_used_until_it_is_too_old()
    {
        var storage = new ScoringWorld.MemoryStorage();
        var people = ScoringWorld.People(700, 14);
        var first = await ScoringWorld.RunAsync(ScoringWorld.Settings, people, storage);
        Assert.True(first.Metric("Model made in this run").AsBoolean());

        var again = await ScoringWorld.RunAsync(ScoringWorld.Settings, people, storage);
        var later = await ScoringWorld.RunAsync(ScoringWorld.Settings, people, storage, PluginRun.AsOf.AddDays(29));
        Assert.Equal(first.Text, again.Text);
        Assert.Equal(1, storage.Writes);
        Assert.False(later.Metric("Model made in this run").AsBoolean());
        Assert.Equal(first.Metric("Model version"), later.Metric("Model version"));
        Assert.Equal(first.Metric("AUC"), later.Metric("AUC"));
        Assert.NotEqual(first.Text, later.Text);

        var old = await ScoringWorld.RunAsync(ScoringWorld.Settings, people, storage, PluginRun.AsOf.AddDays(30));
        Assert.True(old.Metric("Model made in this run").AsBoolean());
        Assert.Equal(2, storage.Writes);

        var other = await ScoringWorld.RunAsync(ScoringWorld.Settings.Replace("\"horizonDays\": 30", "\"horizonDays\": 31", StringComparison.Ordinal), people, storage, PluginRun.AsOf.AddDays(30));
        Assert.True(other.Metric("Model made in this run").AsBoolean());
    }

    [Fact]
    public async Task A_damaged_model_is_made_anew_with_a_warning()
    {
        var people = ScoringWorld.People(700, 15);
        var storage = new ScoringWorld.MemoryStorage();
        var whole = await ScoringWorld.RunAsync(ScoringWorld.Settings, people, storage);
        var bytes = storage.Values["model/current"];
        Assert.NotNull(StoredScoringModel.Of(bytes));

        foreach (var damaged in new[] { [.. bytes[..^7]], [.. bytes.Select((one, at) => at == bytes.Length / 2 ? (byte)(one ^ 1) : one)], "not a model"u8.ToArray(), [] })
        {
            Assert.Null(StoredScoringModel.Of(damaged));
            storage.Values["model/current"] = damaged;

            var run = await ScoringWorld.RunAsync(ScoringWorld.Settings, people, storage);

            Assert.Contains(run.Report.Warnings, warning => warning.Contains("cannot be read", StringComparison.Ordinal));
            Assert.True(run.Metric("Model made in this run").AsBoolean());
            Assert.Equal(whole.Text, run.Text);
            Assert.NotNull(StoredScoringModel.Of(storage.Values["model/current"]));
        }
    }

    [Fact]
    public async Task A_model_that_cannot_be_stored_is_used_all_the_same()
    {
        var run = await ScoringWorld.RunAsync(ScoringWorld.Settings, ScoringWorld.People(600, 16), new ScoringWorld.MemoryStorage { Full = true });

        Assert.NotEmpty(run.Enriched);
        Assert.Contains(run.Report.Warnings, warning => warning.Contains("storage of the plugin is full", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_was_interrupted_goes_on_and_says_the_same()
    {
        var people = ScoringWorld.People(700, 17);
        var whole = await ScoringWorld.RunAsync(ScoringWorld.Settings, people);
        var storage = new ScoringWorld.MemoryStorage();

        var begun = await ScoringWorld.RunAsync(ScoringWorld.Settings, people, storage, stopAfter: 4);
        var rest = await ScoringWorld.RunAsync(ScoringWorld.Settings, people, storage, resumeFrom: begun.Messages.OfType<PopulationCheckpoint>().Last().State);

        Assert.Equal(whole.Text, begun.Text + "\n" + rest.Text);
        Assert.Equal(1, storage.Writes);

        // Also when the model is lost: it is made anew, and is the same.
        var anew = await ScoringWorld.RunAsync(ScoringWorld.Settings, people, resumeFrom: begun.Messages.OfType<PopulationCheckpoint>().Last().State);
        Assert.Equal(rest.Text, anew.Text);
    }

    [Fact]
    public async Task A_cancelled_run_ends()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ScoringWorld.RunAsync(ScoringWorld.Settings, ScoringWorld.People(600, 18), cancellationToken: cancelled.Token));
    }

    [Fact]
    public async Task Drift_since_the_training_is_told()
    {
        var storage = new ScoringWorld.MemoryStorage();
        await ScoringWorld.RunAsync(ScoringWorld.Settings, ScoringWorld.People(1_000, 19), storage);

        // Half of the visits fall away, and everybody is in another country.
        var moved = await ScoringWorld.RunAsync(ScoringWorld.Settings, [.. ScoringWorld.People(1_000, 20).Select(person => person with { Values = ["D"], Activities = [.. person.Activities.Where((_, at) => at % 4 == 0)] })], storage);

        Assert.True(moved.Metric("Stability index of the score").AsNumber() > 0.25);
        Assert.Contains(moved.Report.Warnings, warning => warning.Contains("scores have moved", StringComparison.Ordinal));
        Assert.Contains(moved.Table("Drift").Rows, row => row[0].AsText() == "country" && row[2].AsText() == "moved");
    }

    [Fact]
    public async Task Bands_may_be_cut_by_the_probability_and_have_names_of_their_own()
    {
        var run = await ScoringWorld.RunAsync(ScoringWorld.Settings.Replace("\"horizonDays\"", "\"bands\": { \"by\": \"probability\", \"limits\": [0.3], \"names\": [\"no\", \"yes\"] }, \"horizonDays\"", StringComparison.Ordinal), ScoringWorld.People(600, 21));

        Assert.All(run.Enriched, result => Assert.Equal(result.Values!["probability"].AsNumber() >= 0.3 ? "yes" : "no", result.Values["band"].AsText()));
        Assert.Equal(["no", "yes"], run.Table("Quality by band").Rows.Select(row => row[0].AsText()));
    }

    [Theory]
    [InlineData("""{ "outcome": "true" }""", "/activities")]
    [InlineData("""{ "outcome": "true", "activities": [{ "activity": "a" }, { "activity": "a" }] }""", "/activities/1/activity")]
    [InlineData("""{ "outcome": "true", "attributes": ["a", "b", "a"] }""", "/attributes/2")]
    [InlineData("""{ "outcome": "true", "attributes": ["a"], "asOf": "2026-02-30" }""", "/asOf")]
    [InlineData("""{ "outcome": "true", "attributes": ["a"], "bands": { "limits": [0.5, 0.2] } }""", "/bands/limits")]
    [InlineData("""{ "outcome": "true", "attributes": ["a"], "bands": { "limits": [0.5], "names": ["x"] } }""", "/bands/names")]
    [InlineData("""{ "outcome": "true", "orders": [{ "activity": "order", "ignore": ["x"] }] }""", "/orders/0/ignore")]
    public void A_setting_that_cannot_be_is_refused_with_its_place(string settings, string place)
    {
        var error = Assert.Throws<PluginException>(() => new ScoringEnrichment().Describe(System.Text.Encoding.UTF8.GetBytes(settings)));

        Assert.Equal(FailureKind.Configuration, error.Kind);
        Assert.Equal(place, error.ConfigurationPath);
    }

    [Fact]
    public async Task A_day_after_the_data_is_refused()
    {
        var error = await Assert.ThrowsAsync<PluginException>(() => ScoringWorld.RunAsync(ScoringWorld.Settings.Replace("\"horizonDays\"", "\"asOf\": \"2026-01-02\", \"horizonDays\"", StringComparison.Ordinal), ScoringWorld.People(5, 22)));

        Assert.Equal("/asOf", error.ConfigurationPath);
    }

    private static async Task Refused(List<ProfileInput> people, string message, string? settings = null)
    {
        var storage = new ScoringWorld.MemoryStorage();
        var run = await ScoringWorld.RunAsync(settings ?? ScoringWorld.Settings, people, storage);

        Assert.Contains(run.Report.Warnings, warning => warning.Contains(message, StringComparison.Ordinal));
        Assert.All(run.Results, result => Assert.Equal(EnrichmentOutcome.Skipped, result.Outcome));
        Assert.Contains(run.Table("Data usability").Rows, row => row[0].AsText() == "error");
        Assert.Equal(0, storage.Writes);
    }
}
