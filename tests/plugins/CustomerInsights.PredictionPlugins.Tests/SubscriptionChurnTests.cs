using CustomerInsights.Enrichments.Churn;
using CustomerInsights.Enrichments.Churn.Subscriptions;
using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Sdk;
using Xunit.Abstractions;

namespace CustomerInsights.PredictionPlugins.Tests;

public sealed class SubscriptionChurnTests(ITestOutputHelper output)
{
    private const string Settings = """{ "subscriptions": [{ "activity": "term", "end": "ends", "start": "starts", "amount": "price", "plan": "plan", "status": "status", "ignore": ["failed"] }], "windowDays": 25, "renewWithinDays": 10 }""";
    private const int Grace = 10;
    private static readonly int Today = PluginRun.Today;

    [Fact]
    public async Task Subscribers_of_a_made_up_service_get_probabilities_near_the_true_ones()
    {
        var people = Service(1, 6_000);

        var run = await RunAsync(Settings, Profiles(people, Today));

        var due = run.Results.Zip(people).Where(pair => pair.First.Values is { } values && !values["probability"].IsNull)
            .Select(pair => (Said: pair.First.Values!["probability"].AsNumber(), Truth: pair.Second.TrueChurn(Today), Left: pair.Second.LeavesAfter(Today))).ToList();
        bool[] left = [.. due.Select(one => one.Left)];
        var said = BinaryMetrics.Of([.. due.Select(one => one.Said)], left);
        var truth = BinaryMetrics.Of([.. due.Select(one => one.Truth)], left);
        output.WriteLine($"{due.Count} due; said {said}\ntruth {truth}\nmean distance {due.Average(one => Math.Abs(one.Said - one.Truth))}\n{run.Report.Summary}\n{string.Join("; ", run.Table("Influential factors").Rows.Select(row => $"{row[0]} {row[1]}"))}");
        Assert.InRange(due.Count, 1_500, 6_000);
        Assert.InRange(due.Average(one => Math.Abs(one.Said - one.Truth)), 0, 0.05);
        Assert.InRange(said.Auc, truth.Auc - 0.02, 1);
        Assert.InRange(said.LogLoss, 0, truth.LogLoss + 0.02);
        Assert.InRange(due.Average(one => one.Said) / due.Average(one => one.Truth), 0.88, 1.12);
    }

    [Fact]
    public async Task The_report_grades_on_a_holdout_beside_a_plain_rule()
    {
        var run = await RunAsync(Settings, Profiles(Service(2, 5_000), Today));

        Assert.Contains(run.Metric("Grade").AsText(), new[] { "A", "B", "C" });
        Assert.True(run.Metric("AUC").AsNumber() > 0.7);
        Assert.InRange(run.Metric("Calibration error").AsNumber(), 0, 0.05);
        Assert.True(run.Metric("Accuracy").AsNumber() >= run.Metric("Accuracy of the baseline").AsNumber());
        Assert.True(run.Metric("Lift of the highest tenth").AsNumber() > 1.5);
        Assert.Contains("known until 2025-11-27", run.Metric("Holdout").AsText(), StringComparison.Ordinal);
        Assert.Contains("Plan", run.Table("Influential factors").Rows.Select(row => row[0].AsText()));
        Assert.Equal(2, run.Report.Series.Count);
    }

    [Fact]
    public async Task Who_left_already_who_is_due_and_whose_term_ends_later_are_told_apart()
    {
        var profiles = Profiles(Service(3, 3_000), Today);
        profiles.Add(new ProfileInput("z1-left", []) { Activities = [Term("z1", Today - 50, Today - 50, Today - 20)] });
        profiles.Add(new ProfileInput("z2-late", []) { Activities = [Term("z2", Today - 38, Today - 38, Today - 8)] });
        profiles.Add(new ProfileInput("z3-due", []) { Activities = [Term("z3", Today - 20, Today - 20, Today + 10)] });
        profiles.Add(new ProfileInput("z4-annual", []) { Activities = [Term("z4", Today - 20, Today - 20, Today + 345)] });
        profiles.Add(new ProfileInput("z5-renewed", []) { Activities = [Term("z5", Today - 40, Today - 40, Today - 10), Term("z5b", Today - 9, Today - 10, Today + 20)] });
        profiles.Add(new ProfileInput("z6-none", []));
        profiles.Add(new ProfileInput("z7-ahead", []) { Activities = [Term("z7", Today - 1, Today + 5, Today + 35)] });

        var run = await RunAsync(Settings, profiles);

        var last = run.Results.Skip(3_000).ToDictionary(result => result.ProfileId[3..], StringComparer.Ordinal);
        Assert.True(last["left"].Values!["already_churned"].AsBoolean());
        Assert.True(last["left"].Values!["probability"].IsNull);
        Assert.Equal(20, last["left"].Values!["days_silent"].AsInteger());
        Assert.False(last["late"].Values!["already_churned"].AsBoolean());
        Assert.False(last["late"].Values!["probability"].IsNull);
        Assert.False(last["due"].Values!["probability"].IsNull);
        Assert.True(last["late"].Values!["probability"].AsNumber() > last["due"].Values!["probability"].AsNumber());
        Assert.True(last["annual"].Values!["probability"].IsNull);
        Assert.False(last["annual"].Values!["already_churned"].AsBoolean());
        Assert.Equal(new DateOnly(2026, 1, 21), last["renewed"].Values!["term_ends_on"].AsDate());
        Assert.Equal(EnrichmentOutcome.NoMatch, last["none"].Outcome);
        Assert.Equal(EnrichmentOutcome.NoMatch, last["ahead"].Outcome);
    }

    [Fact]
    public async Task What_becomes_known_after_the_day_of_the_run_changes_nothing_and_is_told()
    {
        var people = Service(4, 1_500);

        var with = await RunAsync(Settings, Profiles(people, Today + 60));
        var without = await RunAsync(Settings, Profiles(people, Today));

        Assert.Equal(without.Text, with.Text);
        Assert.Contains(with.Report.Warnings, warning => warning.Contains("terms became known after 2026-01-01 and were left out", StringComparison.Ordinal));
    }

    [Fact]
    public void The_holdout_is_seen_by_no_fit()
    {
        var rules = new SubscriptionRules(25, Grace, 0.5);
        var people = Service(5, 2_000);
        var day = Today - rules.KnownAfter;

        // Everybody renews in the holdout; what was learned before is the same.
        var first = Said(people);
        var second = Said([.. people.Select(one => one.Truncated(day))]);

        Assert.Equal(first, second);

        double[] Said(List<Subscriber> of)
        {
            var reader = new TermReader(Source(), DateOnly.FromDayNumber(Today));
            var ledger = new TermLedger();
            foreach (var profile in Profiles(of, Today))
            {
                if (reader.Read(profile) is { Count: > 0 } terms)
                {
                    ledger.Add(terms);
                }
            }

            var fit = SubscriptionStudy.Train(ledger, reader.Plans, day, rules, CancellationToken.None).Fit!;
            return fit.Unseen;
        }
    }

    [Fact]
    public async Task Where_everybody_leaves_alike_nobody_is_told_from_another()
    {
        // Who is late is more likely to have left; of the others nothing can be known.
        var people = Service(6, 6_000, blind: true);

        var run = await RunAsync(Settings, Profiles(people, Today));

        var due = run.Results.Zip(people).Where(pair => pair.First.Values is { } values && !values["probability"].IsNull && values["days_silent"].AsInteger() == 0)
            .Select(pair => (Said: pair.First.Values!["probability"].AsNumber(), Left: pair.Second.LeavesAfter(Today))).ToList();
        var metrics = BinaryMetrics.Of([.. due.Select(one => one.Said)], [.. due.Select(one => one.Left)]);
        output.WriteLine(metrics.ToString());
        Assert.InRange(metrics.Auc, 0.44, 0.56);
        Assert.InRange(metrics.CalibrationError, 0, 0.04);
    }

    [Fact]
    public async Task A_run_that_was_interrupted_goes_on_and_says_the_same()
    {
        var profiles = Profiles(Service(7, 1_200), Today);
        profiles.Insert(100, new ProfileInput("p-none", []));
        var whole = await RunAsync(Settings, profiles);

        var begun = await PluginRun.OfAsync(new ChurnEnrichment(), Settings, profiles, stopAfter: 4);
        var rest = await PluginRun.OfAsync(new ChurnEnrichment(), Settings, profiles, begun.Messages.OfType<PopulationCheckpoint>().Last().State);

        Assert.Equal(whole.Text, begun.Text + "\n" + rest.Text);
    }

    [Fact]
    public async Task Terms_that_cannot_be_used_are_counted_and_told()
    {
        var profiles = Profiles(Service(8, 1_500), Today);
        profiles.Add(new ProfileInput("z", [])
        {
            Activities =
            [
                Term("a", Today - 90, Today - 90, Today - 95), Term("b", Today - 80, Today - 80, Today - 50) with { Values = [FieldValue.Null, FieldValue.Null, 10.0, "basic", "paid"] },
                Term("c", Today - 70, Today - 70, Today - 40) with { Values = ["2025-12-01", "2025-11-01", -10.0, "basic", "paid"] },
                Term("d", Today - 60, Today - 60, Today - 30) with { Values = ["2025-12-01", "2025-11-01", 10.0, "basic", "Failed"] },
                Term("e", Today - 60, Today - 60, Today - 30) with { Values = ["2025-12-02", "2025-11-02", "ten", "basic", "paid"] },
            ],
        });

        var run = await RunAsync(Settings, profiles);

        Assert.Contains(run.Report.Warnings, warning => warning.Contains("1 terms end before they begin", StringComparison.Ordinal) && warning.Contains("Look at 'start' and 'end'", StringComparison.Ordinal));
        Assert.Contains(run.Report.Warnings, warning => warning.Contains("1 terms have no end or beginning that can be read", StringComparison.Ordinal));
        Assert.Contains(run.Report.Warnings, warning => warning.Contains("1 terms have an amount below 0", StringComparison.Ordinal));
        Assert.Contains(run.Report.Warnings, warning => warning.Contains("1 terms have no amount that can be read", StringComparison.Ordinal));
        Assert.Equal(new DateOnly(2025, 12, 2), run.Results[^1].Values!["term_ends_on"].AsDate());
    }

    [Fact]
    public async Task One_subscriber_refunds_alone_unreadable_ends_and_a_short_history_are_refused_with_the_remedy()
    {
        var service = Profiles(Service(9, 400), Today);

        var one = await RunAsync(Settings, service[..1]);
        var refunds = await RunAsync(Settings, [.. service.Select(profile => profile with { Activities = [.. profile.Activities.Select(term => term with { Values = [term.Values[0], term.Values[1], -5.0, "basic", "paid"] })] })]);
        var unreadable = await RunAsync(Settings, [.. service.Select(profile => profile with { Activities = [.. profile.Activities.Select(term => term with { Values = ["soon", term.Values[1], 5.0, "basic", "paid"] })] })]);
        var young = await RunAsync(Settings, [.. service.Select(profile => profile with { Activities = [.. profile.Activities.Where(term => term.At > PluginRun.AsOf.AddDays(-40))] })]);

        Assert.All(new[] { one, refunds, unreadable, young }, run => Assert.All(run.Results, result => Assert.NotEqual(EnrichmentOutcome.Enriched, result.Outcome)));
        Assert.Contains("1 customers have a term; 30 are needed", string.Join('\n', one.Report.Warnings), StringComparison.Ordinal);
        Assert.Contains("terms are refunds (amounts below 0)", string.Join('\n', refunds.Report.Warnings), StringComparison.Ordinal);
        Assert.Contains("100 % of the terms have no end or beginning that can be read; at most 20 % may. Name the right field", string.Join('\n', unreadable.Report.Warnings), StringComparison.Ordinal);
        Assert.Contains("Bring 70 days of history or more", string.Join('\n', young.Report.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "orders": [{ "activity": "order" }], "subscriptions": [{ "activity": "term", "end": "ends" }] }""", "/subscriptions", "connect the plugin twice")]
    [InlineData("""{ "subscriptions": [{ "activity": "term", "end": "ends" }, { "activity": "term", "end": "ends" }] }""", "/subscriptions/1/activity", "name it once")]
    [InlineData("""{ "subscriptions": [{ "activity": "term", "end": "ends", "ignore": ["failed"] }] }""", "/subscriptions/0/ignore", "set 'status'")]
    public void Settings_that_cannot_be_are_refused_with_place_and_remedy(string settings, string path, string remedy)
    {
        var error = Assert.Throws<PluginException>(() => new ChurnEnrichment().Describe(System.Text.Encoding.UTF8.GetBytes(settings)));

        Assert.Equal(FailureKind.Configuration, error.Kind);
        Assert.Equal(path, error.ConfigurationPath);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_neither_is_said_activities_of_type_order_are_orders()
    {
        var descriptor = new ChurnEnrichment().Describe("{}"u8.ToArray());

        Assert.Equal(["order"], descriptor.Activities.Select(activity => activity.ActivityType));
        Assert.Contains("alive_probability", descriptor.Writes.Select(field => field.Name));
    }

    [Fact]
    public void A_run_of_terms_is_broken_by_a_gap_longer_than_the_grace_alone()
    {
        Term[] terms = [new(100, 100, 130, 5, -1), new(128, 130, 160, 5, -1), new(168, 168, 198, 5, -1), new(220, 220, 250, 5, -1)];

        Assert.Null(Standing.At(terms, 99, 10));
        Assert.Equal(new Standing(100, 130, 1), Standing.At(terms, 110, 10));
        Assert.Equal(new Standing(100, 160, 2), Standing.At(terms, 128, 10));
        Assert.Equal(new Standing(100, 198, 3), Standing.At(terms, 170, 10));
        Assert.Equal(new Standing(168, 198, 3), Standing.At(terms, 170, 5));
        Assert.Equal(new Standing(220, 250, 4), Standing.At(terms, 230, 10));
        Assert.False(Standing.At(terms, 208, 10)!.Value.IsOver(208, 10));
        Assert.True(Standing.At(terms, 209, 10)!.Value.IsOver(209, 10));

        // Of day 110: not within 25 days, as it was renewed; within 100 days it was.
        var standing = Standing.At(terms, 110, 10)!.Value;
        Assert.False(standing.Ends(terms, 135, 10));
        Assert.True(standing.Ends(terms, 210, 10));
        Assert.True(standing.Ends(terms, 135, 10) == standing.Ends(terms.AsSpan(0, 3), 135, 10));
        Assert.True(Standing.At(terms, 110, 5)!.Value.Ends(terms, 165, 5));
    }

    private static List<SubscriptionSource> Source() => [new("term", "ends", "starts", "price", Plan: "plan", Status: "status", Ignore: ["failed"])];

    private static Task<PluginRun.Outcome> RunAsync(string settings, List<ProfileInput> profiles) => PluginRun.OfAsync(new ChurnEnrichment(), settings, profiles);

    private static List<ProfileInput> Profiles(List<Subscriber> people, int until) =>
        [.. people.Select((one, at) => new ProfileInput($"p{at:00000}", []) { Activities = [.. one.Terms.Where(term => term.Start <= until).Select((term, n) => Term($"{at}-{n}", term.Start, term.Start, term.Start + 30, term.Price, one.Plan))] })];

    private static ActivityInput Term(string id, int recorded, int start, int end, double price = 10, string plan = "basic") =>
        new("term", id, new DateTimeOffset(DateOnly.FromDayNumber(recorded), new TimeOnly(9, 0), TimeSpan.Zero), [DateOnly.FromDayNumber(end), DateOnly.FromDayNumber(start), price, plan, "paid"]);

    // Terms of thirty days. Who has the small plan, is new, or met a higher price leaves sooner; who renews does so up to five days late. With blind, everybody leaves alike.
    private static List<Subscriber> Service(int seed, int customers, bool blind = false)
    {
        var random = new Random(seed);
        var people = new List<Subscriber>(customers);
        for (var i = 0; i < customers; i++)
        {
            var plan = random.Next(2) == 0 ? "basic" : "full";
            double price = plan == "basic" ? 10 : 25;
            var start = Today - random.Next(420);
            var one = new Subscriber(plan, blind);
            while (start < Today + 120)
            {
                var raised = one.Terms.Count > 0 && random.NextDouble() < 0.15;
                price *= raised ? 1.3 : 1;
                one.Terms.Add((start, price, raised));
                if (random.NextDouble() < one.Churn(one.Terms.Count - 1))
                {
                    break;
                }

                start += 30 + random.Next(6);
            }

            people.Add(one);
        }

        return people;
    }

    private sealed record Subscriber(string Plan, bool Blind)
    {
        public List<(int Start, double Price, bool Raised)> Terms { get; init; } = [];

        public double Churn(int term) => Blind ? 0.15 : 1 / (1 + Math.Exp(2.4 - (Plan == "basic" ? 1.2 : 0) + (0.15 * Math.Min(term, 8)) - (Terms[term].Raised ? 1.6 : 0)));

        /// <summary>That the term that runs on a day, or ended within the grace, is not renewed: who is late already has fewer days left to.</summary>
        public double TrueChurn(int day)
        {
            var term = Terms.FindLastIndex(one => one.Start <= day);
            var late = day - (Terms[term].Start + 30);
            var renewsStill = late < 0 ? 1 : Math.Max(0, 5 - late) / 6.0;
            var churn = Churn(term);
            return churn / (churn + ((1 - churn) * renewsStill));
        }

        public bool LeavesAfter(int day) => Terms.FindLastIndex(one => one.Start <= day) == Terms.Count - 1;

        public Subscriber Truncated(int day) => this with { Terms = [.. Terms.Where(term => term.Start <= day)] };
    }
}
