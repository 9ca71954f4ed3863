using CustomerInsights.Emulators.Graph;
using CustomerInsights.Sdk;

namespace CustomerInsights.Office365Plugins.Tests;

/// <summary>What is remembered from run to run.</summary>
public sealed class StateTests
{
    [Fact]
    public async Task A_later_run_reads_what_came_since_and_gives_what_a_full_one_gives()
    {
        var organisation = new Organisation(21, 4, 15, 800);
        await using var emulator = await GraphEmulator.StartAsync();
        organisation.Fill(emulator);
        var clock = new LeapingClock();
        var run = new EngagementRun(emulator, clock);
        var before = await run.OnceAsync(organisation.Population);
        foreach (var (i, user) in emulator.Tenant.Users.Index())
        {
            // Late and new; a meeting of the past, too.
            var at = Organisation.Now.AddHours(20 + i);
            user.Mailbox.Add(new EmulatedMessage($"new{i}", $"<new{i}@mail.example>", "new", at, organisation.Contacts[i].Address, [user.Mail!]));
            user.Mailbox.Add(new EmulatedMessage($"late{i}", $"<late{i}@mail.example>", "late", Organisation.Now.AddHours(-3), user.Mail, [organisation.Contacts[i].Address]));
            user.Mailbox.Add(new EmulatedEvent($"held{i}", $"held{i}", Organisation.Now.AddDays(-20), Organisation.Now.AddDays(-20).AddHours(1), user.Mail, [new EmulatedAttendee(organisation.Contacts[i].Address)]));
        }

        var later = new TestPopulation(Organisation.Now.AddDays(2), organisation.Population.Profiles, 100);
        emulator.Forget();
        var incremental = await run.OnceAsync(later);
        var asked = emulator.Journal.Count(entry => entry.Request.MailboxOf is not null);
        var full = await new EngagementRun(emulator, clock).OnceAsync(later);

        Assert.Equal(full.Digest(), incremental.Digest());
        Assert.NotEqual(before.Digest(), incremental.Digest());
        Assert.Equal(2 * 4, asked);
        Assert.True(incremental.Metric("Messages looked at") < 40);
        Assert.Equal("what came since the last run", incremental.Report.Metrics.Single(metric => metric.Name == "Read anew").Value.AsText());
    }

    [Fact]
    public async Task What_leaves_the_window_counts_no_more()
    {
        await using var emulator = await GraphEmulator.StartAsync();
        foreach (var user in new[] { "u1", "u2" })
        {
            emulator.Tenant.Add(new EmulatedUser(user, $"{user}@contoso.example", $"{user}@contoso.example"));
        }

        emulator.Tenant.Find("u1")!.Mailbox.Add(
            new EmulatedMessage("1", "<1@mail.example>", "c", Organisation.Now.AddDays(-364), "u1@contoso.example", ["ann@fabrikam.example"]),
            new EmulatedMessage("2", "<2@mail.example>", "c", Organisation.Now.AddDays(-100), "u1@contoso.example", ["ann@fabrikam.example"]));
        var run = new EngagementRun(emulator);
        ProfileInput[] people = [TestPopulation.Contact("p1", "ann@fabrikam.example", "A-1")];
        var before = await run.OnceAsync(new TestPopulation(Organisation.Now, people));

        var later = await run.OnceAsync(new TestPopulation(Organisation.Now.AddDays(3), people));

        Assert.Equal((2, 1), (before.Value("p1", "no_of_emails").AsInteger(), later.Value("p1", "no_of_emails").AsInteger()));
    }

    [Fact]
    public async Task A_window_that_has_grown_is_read_at_once()
    {
        var organisation = new Organisation(26, 3, 8, 300);
        await using var emulator = await ReadingTests.FilledAsync(organisation);
        var run = new EngagementRun(emulator) { Settings = { ["windowDays"] = 60 } };
        var narrow = await run.OnceAsync(organisation.Population);
        run.Settings["windowDays"] = 365;

        var wide = await run.OnceAsync(new TestPopulation(Organisation.Now.AddHours(1), organisation.Population.Profiles, 100));
        var fresh = await new EngagementRun(emulator).OnceAsync(new TestPopulation(Organisation.Now.AddHours(1), organisation.Population.Profiles, 100));

        Assert.NotEqual(narrow.Digest(), wide.Digest());
        Assert.Equal(fresh.Digest(), wide.Digest());
    }

    [Fact]
    public async Task A_new_own_mailbox_is_read_from_the_beginning_of_the_window()
    {
        var organisation = new Organisation(27, 4, 8, 300);
        await using var emulator = await ReadingTests.FilledAsync(organisation);
        var run = new EngagementRun(emulator) { Settings = { ["mailboxes"] = new[] { "u1@contoso.example", "u2@contoso.example", "u3@contoso.example" } } };
        await run.OnceAsync(organisation.Population);
        run.Settings["mailboxes"] = organisation.Own;
        var later = new TestPopulation(Organisation.Now.AddDays(8), organisation.Population.Profiles, 100);

        var result = await run.OnceAsync(later);
        var fresh = await new EngagementRun(emulator).OnceAsync(later);

        Assert.Equal(fresh.Digest(), result.Digest());
    }

    [Fact]
    public async Task A_new_contact_is_counted_from_the_beginning_once_a_week_has_passed_and_is_told_before()
    {
        var organisation = new Organisation(22, 3, 8, 300);
        await using var emulator = await ReadingTests.FilledAsync(organisation);
        var run = new EngagementRun(emulator);
        var people = organisation.Population.Profiles;
        await run.OnceAsync(new TestPopulation(Organisation.Now, [.. people.Skip(5)], 100));

        var soon = await run.OnceAsync(new TestPopulation(Organisation.Now.AddDays(2), people, 100));
        var later = await run.OnceAsync(new TestPopulation(Organisation.Now.AddDays(8), people, 100));
        var fresh = await new EngagementRun(emulator).OnceAsync(new TestPopulation(Organisation.Now.AddDays(8), people, 100));

        Assert.Equal("Addresses of contacts have changed. What came before a new address was known is counted with the next full reading, within a week.", Assert.Single(soon.Report.Warnings));
        Assert.Empty(later.Report.Warnings);
        Assert.Equal(fresh.Digest(), later.Digest());
    }

    [Fact]
    public async Task Nothing_that_can_be_read_is_stored_or_logged_and_all_of_it_ends_with_the_window()
    {
        var organisation = new Organisation(23, 5, 10, 500);
        await using var emulator = await ReadingTests.FilledAsync(organisation, new EmulatorOptions { LargestPage = 7 });
        var clock = new LeapingClock();
        var run = new EngagementRun(emulator, clock);

        // Broken off in the middle, so that pages are kept too.
        emulator.Script = request => request.Number == 60 ? new EmulatedFault(FaultKind.TooManyRequests, "4000") : null;
        await Assert.ThrowsAsync<PluginException>(() => run.OnceAsync(organisation.Population));
        var pages = run.Context.StoredText;
        Assert.Contains(run.Context.Keys, key => key.StartsWith("p/", StringComparison.Ordinal));
        emulator.Script = null;
        var result = await run.OnceAsync(organisation.Population);

        string[] hidden = [Organisation.Canary, run.Context.Secret, "eyJ0eXAi", "contoso", "account1", "mail.example", "040000", "skiptoken", "Mail.ReadBasic"];
        foreach (var text in hidden)
        {
            Assert.DoesNotContain(text, pages, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(text, run.Context.StoredText, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(text, run.Context.Logged, StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain("@account", result.Digest(), StringComparison.OrdinalIgnoreCase);
        Assert.All(run.Context.Ends, end => Assert.InRange(end!.Value, clock.GetUtcNow(), clock.GetUtcNow().AddDays(365)));
        Assert.DoesNotContain(run.Context.Keys, key => key.StartsWith("p/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_another_secret_the_state_is_worth_nothing_and_everything_is_read_anew()
    {
        var organisation = new Organisation(24, 3, 8, 200);
        await using var emulator = await ReadingTests.FilledAsync(organisation);
        var run = new EngagementRun(emulator);
        var first = await run.OnceAsync(organisation.Population);
        var before = run.Context.Keys;
        await using var rotated = await ReadingTests.FilledAsync(organisation, new EmulatorOptions { ClientSecret = "another-secret-of-the-emulator" });
        run.Settings["graphAddress"] = run.Settings["signInAddress"] = rotated.Address;
        run.Context.Secret = "another-secret-of-the-emulator";

        var second = await run.OnceAsync(organisation.Population);

        Assert.Equal(first.Digest(), second.Digest());
        Assert.Equal("the whole window", second.Report.Metrics.Single(metric => metric.Name == "Read anew").Value.AsText());
        Assert.DoesNotContain(before.Intersect(run.Context.Keys, StringComparer.Ordinal), key => key.StartsWith("m/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mailboxes_that_are_not_read_any_more_are_forgotten()
    {
        var organisation = new Organisation(25, 4, 8, 200);
        await using var emulator = await ReadingTests.FilledAsync(organisation);
        var run = new EngagementRun(emulator);
        await run.OnceAsync(organisation.Population);
        Assert.Equal(4, run.Context.Keys.Count(key => key.StartsWith("m/", StringComparison.Ordinal)));
        run.Settings["mailboxes"] = new[] { "u1@contoso.example", "u2@contoso.example", "u3@contoso.example" };
        emulator.Tenant.Find("u3")!.IsDenied = true;

        await run.OnceAsync(new TestPopulation(Organisation.Now.AddDays(1), organisation.Population.Profiles, 100));

        Assert.Equal(2, run.Context.Keys.Count(key => key.StartsWith("m/", StringComparison.Ordinal)));
    }
}
