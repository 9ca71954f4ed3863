using CustomerInsights.Emulators.Graph;
using CustomerInsights.Enrichments.Office365Engagement;
using CustomerInsights.Sdk;

namespace CustomerInsights.Office365Plugins.Tests;

/// <summary>Which messages and meetings count, and for whom.</summary>
public sealed class CountingTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Every_column_of_a_small_organisation_is_exact()
    {
        await using var emulator = await Small();
        var (u1, u2) = (emulator.Tenant.Find("u1")!.Mailbox, emulator.Tenant.Find("u2")!.Mailbox);

        // Asked on the 1st, answered after six hours; the copies lie in two mailboxes under other conversations.
        u1.Add(Mail("1", At(10, 1), "u1@contoso.example", "ann@fabrikam.example") with { Cc = ["u2@contoso.example"] }, Mail("2", At(10, 1, 14), "ANN@fabrikam.example", "u1@contoso.example"));
        u2.Add(Mail("1", At(10, 1), "u1@contoso.example", "ann@fabrikam.example") with { Id = "other", Cc = ["u2@contoso.example"] });
        u2.Add(Mail("3", At(11, 20), "bob@fabrikam.example", "u2@contoso.example") with { ConversationId = "c3" });
        u1.Add(Meeting("m1", At(11, 2), 30, "u1@contoso.example", "ann@fabrikam.example", "u2@contoso.example"), Meeting("m2", At(11, 12), 60, "bob@fabrikam.example", "u1@contoso.example"));
        u2.Add(Meeting("m1", At(11, 2), 30, "u1@contoso.example", "ann@fabrikam.example", "u2@contoso.example") with { Id = "copy" });

        var run = await new EngagementRun(emulator).OnceAsync(People());

        Assert.Equal(
            [
                ("aggregation_level", "month"), ("aggregation_start_date", "2025-11-22"), ("average_duration_of_account_email_replies", "6"), ("average_duration_of_meetings", "45"),
                ("days_since_last_email", "2"), ("days_since_last_meeting", "10"), ("engagement_score", "100"), ("engagement_start_date", "2026-10-01"),
                ("history_emails", "··········█▄"), ("history_meetings", "···········█"),
                ("no_of_account_contacts_involved_emails", "2"), ("no_of_account_contacts_involved_meetings", "2"), ("no_of_contacts_involved_emails", "2"), ("no_of_contacts_involved_meetings", "2"),
                ("no_of_emails", "3"), ("no_of_emails_from_account", "2"), ("no_of_emails_to_account", "1"), ("no_of_meetings", "2"), ("no_of_meetings_from_account", "1"), ("no_of_meetings_to_account", "1"),
                ("score_points_emails_from", "30"), ("score_points_emails_to", "15"), ("score_points_meetings", "30"), ("score_points_people", "10"), ("score_points_recency", "15"),
            ],
            run.Results["p1"].Values!.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value.ToString())));
        Assert.Equal(run.Results["p1"].Values, run.Results["p2"].Values);
        Assert.Equal(["2026-10-01", "2026-11-01"], run.Rows.Where(row => row.ProfileId == "p1").Select(row => FieldText(row.PeriodStart)));
        Assert.Equal((EnrichmentOutcome.NoMatch, EnrichmentOutcome.Skipped), (run.Results["p3"].Outcome, run.Results["p4"].Outcome));
    }

    [Fact]
    public async Task Drafts_mail_of_meetings_chats_and_mail_of_third_parties_do_not_count()
    {
        await using var emulator = await Small();
        emulator.Tenant.Find("u1")!.Mailbox.Add(
            Mail("1", At(10, 1), "u1@contoso.example", "ann@fabrikam.example") with { IsDraft = true },
            Mail("2", At(10, 2), "ann@fabrikam.example", "u1@contoso.example") with { ODataType = "#microsoft.graph.eventMessageRequest" },
            Mail("3", At(10, 3), "ann@fabrikam.example", "u1@contoso.example") with { ODataType = "#microsoft.graph.eventMessageResponse" },
            Mail("4", At(10, 4), "ann@fabrikam.example", "u1@contoso.example") with { InternetMessageId = null },
            Mail("5", At(10, 5), "third@party.example", "u1@contoso.example") with { Cc = ["ann@fabrikam.example"] },
            Mail("6", At(10, 6), "colleague@contoso.example", "ann@fabrikam.example") with { Cc = ["u1@contoso.example"] },
            Mail("7", At(10, 7), "u1@contoso.example", "u2@contoso.example"));

        var run = await new EngagementRun(emulator).OnceAsync(People());

        Assert.All(run.Results.Values, result => Assert.NotEqual(EnrichmentOutcome.Enriched, result.Outcome));
        Assert.Equal((7, 0), (run.Metric("Messages looked at"), run.Metric("E-mails that count")));
    }

    [Fact]
    public async Task Meetings_that_were_called_off_or_are_yet_to_come_do_not_count_and_rooms_take_no_part()
    {
        await using var emulator = await Small();
        var meeting = Meeting("1", At(10, 1), 30, "u1@contoso.example", "ann@fabrikam.example");
        emulator.Tenant.Find("u1")!.Mailbox.Add(
            meeting with { IsCancelled = true },
            Meeting("2", s_now.AddDays(1), 30, "u1@contoso.example", "ann@fabrikam.example"),
            Meeting("3", At(10, 3), 30, "u1@contoso.example") with { Attendees = [new EmulatedAttendee("ann@fabrikam.example", "resource")] },
            Meeting("4", s_now.AddDays(-365).AddHours(-1), 120, "u1@contoso.example", "ann@fabrikam.example"),
            Meeting("5", At(10, 5), 1440, "u1@contoso.example", "bob@fabrikam.example") with { IsAllDay = true });

        var run = await new EngagementRun(emulator).OnceAsync(People());

        Assert.Equal((1, 1), (run.Value("p1", "no_of_meetings_to_account").AsInteger(), run.Value("p1", "no_of_account_contacts_involved_meetings").AsInteger()));
        Assert.True(run.Value("p1", "average_duration_of_meetings").IsNull);
    }

    [Fact]
    public async Task Occurrences_of_a_series_count_each_though_they_may_share_an_id()
    {
        await using var emulator = await Small();
        var meeting = Meeting("1", At(10, 1), 30, "u1@contoso.example", "ann@fabrikam.example") with { SeriesMasterId = "series" };
        emulator.Tenant.Find("u1")!.Mailbox.Add(meeting, meeting with { Id = "id-2", Start = At(10, 8), End = At(10, 8, 9) }, meeting with { Id = "id-3", Start = At(10, 15), End = At(10, 15, 9) });

        var run = await new EngagementRun(emulator).OnceAsync(People());

        Assert.Equal(3, run.Value("p1", "no_of_meetings").AsInteger());
    }

    [Fact]
    public async Task A_blind_copy_counts_from_the_senders_mailbox_whatever_mailbox_is_read_first()
    {
        await using var emulator = await Small();
        var mail = Mail("1", At(10, 1), "u2@contoso.example", "ann@fabrikam.example") with { Cc = ["u1@contoso.example"] };
        emulator.Tenant.Find("u1")!.Mailbox.Add(mail);
        emulator.Tenant.Find("u2")!.Mailbox.Add(mail with { Id = "sent", Bcc = ["cas@northwind.example"] });

        var run = await new EngagementRun(emulator).OnceAsync(People());

        Assert.Equal((1, 1), (run.Value("p1", "no_of_emails").AsInteger(), run.Value("p3", "no_of_emails_to_account").AsInteger()));
    }

    [Fact]
    public async Task Addresses_of_excluded_domains_and_of_own_mailboxes_are_nobodys_contacts()
    {
        await using var emulator = await Small();
        emulator.Tenant.Add(new EmulatedUser("u1", "u1@contoso.example", "u1@contoso.example") { Proxies = ["old.name@contoso.example"] }).Mailbox.Add(
            Mail("1", At(10, 1), "u1@contoso.example", "ann@fabrikam.example"),
            Mail("2", At(10, 2), "u1@contoso.example", "cas@sub.northwind.example"),
            Mail("3", At(10, 3), "old.name@contoso.example", "bob@fabrikam.example"));
        var run = new EngagementRun(emulator) { Settings = { ["excludedDomains"] = new[] { "northwind.example" } } };

        var result = await run.OnceAsync(new TestPopulation(s_now, [
            TestPopulation.Contact("p1", "ann@fabrikam.example", "A-1"), TestPopulation.Contact("p2", "bob@fabrikam.example", "A-1"),
            TestPopulation.Contact("p3", "cas@sub.northwind.example", "A-2"), TestPopulation.Contact("p4", "old.name@contoso.example", "A-3")]));

        Assert.Equal((2, EnrichmentOutcome.NoMatch, EnrichmentOutcome.NoMatch), (result.Value("p1", "no_of_emails_to_account").AsInteger(), result.Results["p3"].Outcome, result.Results["p4"].Outcome));
    }

    [Fact]
    public async Task Without_a_relationship_each_profile_stands_for_itself_and_may_list_addresses()
    {
        await using var emulator = await Small();
        emulator.Tenant.Find("u1")!.Mailbox.Add(
            Mail("1", At(10, 1), "u1@contoso.example", "ann@fabrikam.example", "bob@fabrikam.example"), Mail("2", At(10, 2), "cas@northwind.example", "u1@contoso.example"));
        var run = new EngagementRun(emulator) { Settings = { ["account"] = null, ["profileType"] = "account", ["aggregation"] = "week" } };

        var result = await run.OnceAsync(new TestPopulation(s_now, [
            new ProfileInput("a1", [FieldValue.List(["ann@fabrikam.example", "bob@fabrikam.example", "not an address"])]), new ProfileInput("a2", ["cas@northwind.example"]), new ProfileInput("a3", [FieldValue.Null])]));

        Assert.Equal((1, 2), (result.Value("a1", "no_of_emails_to_account").AsInteger(), result.Value("a1", "no_of_account_contacts_involved_emails").AsInteger()));
        Assert.Equal((1, EnrichmentOutcome.Skipped), (result.Value("a2", "no_of_emails_from_account").AsInteger(), result.Results["a3"].Outcome));
        Assert.Equal(new DateOnly(2026, 9, 28), result.Rows[0].PeriodStart);
    }

    [Fact]
    public async Task Accounts_may_know_their_people_by_activities()
    {
        await using var emulator = await Small();
        emulator.Tenant.Find("u1")!.Mailbox.Add(Mail("1", At(10, 1), "u1@contoso.example", "ann@fabrikam.example"), Mail("2", At(10, 2), "bob@fabrikam.example", "u1@contoso.example"));
        var run = new EngagementRun(emulator) { Settings = { ["account"] = null, ["profileType"] = "account", ["contactActivity"] = "person", ["email"] = "address" } };
        await using var plugin = new EngagementEnrichment();

        var described = plugin.Describe(run.Configuration);
        var result = await run.OnceAsync(new TestPopulation(s_now, [
            new ProfileInput("a1", []) { Activities = [new ActivityInput("person", "1", s_now, ["ann@fabrikam.example"]), new ActivityInput("person", "2", s_now, ["bob@fabrikam.example"])] }, new ProfileInput("a2", [])]));

        Assert.Equal(("account", 0, "person", "address"), (described.ProfileType, described.Reads.Count, described.Activities.Single().ActivityType, described.Activities.Single().Fields.Single()));
        Assert.Equal((2, 2), (result.Value("a1", "no_of_emails").AsInteger(), result.Value("a1", "no_of_account_contacts_involved_emails").AsInteger()));
        Assert.Equal(EnrichmentOutcome.Skipped, result.Results["a2"].Outcome);
    }

    [Theory]
    [InlineData("year", "2026-01-01")]
    [InlineData("month", "2026-11-01")]
    [InlineData("week", "2026-11-16")]
    public void Periods_begin_on_the_first_of_a_year_or_month_or_on_a_monday(string level, string expected)
    {
        var period = Enum.Parse<EnrichmentPeriod>(level, ignoreCase: true);

        Assert.Equal(expected, FieldText(Counting.PeriodOf(new DateTimeOffset(2026, 11, 22, 23, 59, 59, TimeSpan.Zero).ToUnixTimeSeconds(), period)));
    }

    [Fact]
    public async Task Weights_change_the_score_and_its_points_add_up()
    {
        await using var emulator = await Small();
        emulator.Tenant.Find("u1")!.Mailbox.Add(Mail("1", At(10, 1), "u1@contoso.example", "ann@fabrikam.example"), Mail("2", At(10, 2), "cas@northwind.example", "u1@contoso.example"));
        var usual = await new EngagementRun(emulator).OnceAsync(People());
        var run = new EngagementRun(emulator) { Settings = { ["weights"] = new Dictionary<string, int>(StringComparer.Ordinal) { ["emailsFrom"] = 0, ["meetings"] = 0, ["people"] = 0, ["recency"] = 0 } } };

        var result = await run.OnceAsync(People());

        // Each is first in one direction; people are equal, so both are in the middle; the second was later.
        Assert.Equal((20, 50), (usual.Value("p1", "engagement_score").AsInteger(), usual.Value("p3", "engagement_score").AsInteger()));
        Assert.Equal(50, new[] { "emails_from", "emails_to", "meetings", "people", "recency" }.Sum(part => usual.Value("p3", "score_points_" + part).AsNumber()));
        Assert.Equal((100, 0), (result.Value("p1", "engagement_score").AsInteger(), result.Value("p3", "engagement_score").AsInteger()));
    }

    private static string FieldText(FieldValue value) => value.ToString();

    private static async Task<GraphEmulator> Small()
    {
        var emulator = await GraphEmulator.StartAsync();
        emulator.Tenant.Add(new EmulatedUser("u1", "u1@contoso.example", "u1@contoso.example"));
        emulator.Tenant.Add(new EmulatedUser("u2", "u2@contoso.example", "u2@contoso.example"));
        return emulator;
    }

    private static TestPopulation People() => new(s_now,
    [
        TestPopulation.Contact("p1", "ann@fabrikam.example", "A-1"),
        TestPopulation.Contact("p2", "bob@fabrikam.example", "A-1"),
        TestPopulation.Contact("p3", "cas@northwind.example", "A-2"),
        TestPopulation.Contact("p4", "dee@nowhere.example", null),
    ]);

    private static DateTimeOffset At(int month, int day, int hour = 8) => new(2026, month, day, hour, 0, 0, TimeSpan.Zero);

    private static EmulatedMessage Mail(string id, DateTimeOffset at, string from, params string[] to) => new($"id-{id}", $"<{id}@contoso.example>", "c1", at, from, to);

    private static EmulatedEvent Meeting(string id, DateTimeOffset at, int minutes, string organiser, params string[] attendees) =>
        new($"id-{id}", $"040000{id}", at, at.AddMinutes(minutes), organiser, [.. attendees.Select(address => new EmulatedAttendee(address))]);
}
