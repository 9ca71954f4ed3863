using CustomerInsights.Emulators.Graph;
using CustomerInsights.Sdk;

namespace CustomerInsights.Office365Plugins.Tests;

/// <summary>How mailboxes are read: what is asked for, at which pace, and what happens when something goes wrong.</summary>
public sealed class ReadingTests
{
    [Fact]
    public async Task Only_headers_are_asked_for_with_ids_that_stay()
    {
        var (emulator, organisation) = await StartAsync();
        await using var _ = emulator;

        await new EngagementRun(emulator).OnceAsync(organisation.Population);

        var reads = emulator.Journal.Where(entry => entry.Request.MailboxOf is not null).Select(entry => entry.Request).ToList();
        Assert.All(reads, read => Assert.Contains("IdType=\"ImmutableId\"", read.Headers["Prefer"], StringComparison.Ordinal));
        Assert.All(reads.Where(read => read.Path.EndsWith("calendarView", StringComparison.Ordinal)), read => Assert.Contains("outlook.timezone=\"UTC\"", read.Headers["Prefer"], StringComparison.Ordinal));
        Assert.Equal(
            ["id,iCalUId,start,end,isCancelled,isAllDay,organizer,attendees", "id,internetMessageId,conversationId,receivedDateTime,sentDateTime,isDraft,from,toRecipients,ccRecipients,bccRecipients"],
            reads.Select(read => read.Query["$select"]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.All(reads, read => Assert.False(read.Query.ContainsKey("$search") || read.Query.ContainsKey("$expand")));
        Assert.True(emulator.Peak <= 4, $"{emulator.Peak} requests of one mailbox were open at once.");
    }

    [Fact]
    public async Task Pages_that_are_shorter_than_asked_for_are_followed_by_their_links_to_the_end()
    {
        var (emulator, organisation) = await StartAsync();
        await using var _ = emulator;
        var usual = await new EngagementRun(emulator).OnceAsync(organisation.Population);
        await using var small = await FilledAsync(organisation, new EmulatorOptions { LargestPage = 3 });

        var run = await new EngagementRun(small).OnceAsync(organisation.Population);

        Assert.Equal(usual.Digest(), run.Digest());
        Assert.True(small.Journal.Count(entry => entry.Request.Query.ContainsKey("$skiptoken")) > 50);
    }

    [Theory]
    [InlineData("2.128", 2.128)]
    [InlineData("17", 17)]
    [InlineData(null, 2)]
    public async Task A_refusal_for_too_many_requests_is_waited_for_as_it_says_whole_or_fractional(string? retryAfter, double seconds)
    {
        var (emulator, organisation) = await StartAsync();
        await using var _ = emulator;
        var clock = new LeapingClock();
        emulator.Script = request => request.Number == 3 ? new EmulatedFault(FaultKind.TooManyRequests, retryAfter) : null;

        await new EngagementRun(emulator, clock).OnceAsync(organisation.Population);

        Assert.Equal(TimeSpan.FromSeconds(seconds), clock.Longest);
    }

    [Fact]
    public async Task A_storm_of_refusals_changes_nothing_but_the_time()
    {
        var (emulator, organisation) = await StartAsync();
        await using var _ = emulator;
        var usual = await new EngagementRun(emulator).OnceAsync(organisation.Population);
        emulator.Forget();
        FaultKind[] kinds = [FaultKind.TooManyRequests, FaultKind.TooManyAtOnce, FaultKind.Unavailable, FaultKind.TooSlow, FaultKind.Reset];
        emulator.Script = request => !request.IsSignIn && request.Number % 7 < 5 ? new EmulatedFault(kinds[request.Number % 7], request.Number % 2 == 0 ? "30.5" : "4") : null;

        var run = new EngagementRun(emulator);
        var result = await run.ToTheEndAsync(organisation.Population);

        Assert.Equal(usual.Digest(), result.Digest());
        Assert.True(emulator.Journal.Count(entry => entry.Status is 429 or 503 or 504 or 0) > 40);
    }

    [Fact]
    public async Task A_wait_of_more_than_ten_minutes_is_handed_to_the_host_with_its_length()
    {
        var (emulator, organisation) = await StartAsync();
        await using var _ = emulator;
        emulator.Script = request => request.MailboxOf is null ? null : new EmulatedFault(FaultKind.TooManyRequests, "900");

        var error = await Assert.ThrowsAsync<PluginException>(() => new EngagementRun(emulator).OnceAsync(organisation.Population));

        Assert.Equal((FailureKind.RateLimited, TimeSpan.FromMinutes(15)), (error.Kind, error.RetryAfter));
    }

    [Fact]
    public async Task A_token_that_expires_in_the_middle_of_a_run_is_renewed()
    {
        var (emulator, organisation) = await StartAsync();
        await using var _ = emulator;
        var usual = await new EngagementRun(emulator).OnceAsync(organisation.Population);
        emulator.Forget();
        emulator.Script = request =>
        {
            if (request.Number is 8 or 20 or 33)
            {
                emulator.ExpireTokens();
            }

            return null;
        };

        var result = await new EngagementRun(emulator) { Settings = { ["mailboxesAtOnce"] = 1 } }.ToTheEndAsync(organisation.Population);

        Assert.Equal(usual.Digest(), result.Digest());
        Assert.Contains(emulator.Journal, entry => entry.Status == 401);
    }

    [Fact]
    public async Task Mailboxes_without_exchange_or_closed_by_a_policy_are_left_out_and_counted()
    {
        var (emulator, organisation) = await StartAsync();
        await using var _ = emulator;
        emulator.Tenant.Find("u2")!.IsDenied = true;
        emulator.Tenant.Add(new EmulatedUser("u3", "u3@contoso.example", "u3@contoso.example") { HasExchange = false });

        var run = await new EngagementRun(emulator).OnceAsync(organisation.Population);

        Assert.Equal((4, 1, 1), (run.Metric("Mailboxes read"), run.Metric("Mailboxes closed by a policy"), run.Metric("Users without Exchange Online")));
        Assert.Equal(["1 mailboxes are closed to the application by a policy, and left out.", "1 mailboxes are not in Exchange Online, and left out."], run.Report.Warnings);
        Assert.Contains(run.Results.Values, result => result.Outcome == EnrichmentOutcome.Enriched);
    }

    [Fact]
    public async Task Where_no_mailbox_at_all_can_be_read_the_run_fails_and_what_was_said_before_stays()
    {
        var (emulator, organisation) = await StartAsync();
        await using var _ = emulator;
        foreach (var user in emulator.Tenant.Users)
        {
            user.IsDenied = true;
        }

        var error = await Assert.ThrowsAsync<PluginException>(() => new EngagementRun(emulator).OnceAsync(organisation.Population));

        Assert.Equal((FailureKind.Authentication, "None of the 6 mailboxes can be read: 6 are closed to the application by a policy, 0 are not in Exchange Online, 0 are gone."), (error.Kind, error.Message));
    }

    [Fact]
    public async Task A_run_that_breaks_at_any_request_and_comes_again_gives_the_same_answer_and_reads_no_page_twice()
    {
        var organisation = new Organisation(11, 3, 6, 60);
        await using var emulator = await FilledAsync(organisation, new EmulatorOptions { LargestPage = 2 });
        var usual = await new EngagementRun(emulator).OnceAsync(organisation.Population);
        var requests = emulator.Journal.Count;
        Assert.True(requests > 30);
        for (var at = 1; at <= requests; at++)
        {
            emulator.Forget();

            // The whole of the plugin ends: what comes after is refused for longer than it waits.
            var broken = at;
            emulator.Script = request => request.Number == broken ? new EmulatedFault(FaultKind.TooManyRequests, "4000") : null;
            var run = new EngagementRun(emulator) { Settings = { ["mailboxesAtOnce"] = 2 } };

            var result = await run.ToTheEndAsync(organisation.Population);

            Assert.True(usual.Digest() == result.Digest(), $"Broken at request {at}, the answer is another.");
            Assert.True(run.Breaks <= 1);
            var pages = emulator.Journal.Where(entry => entry.Request.MailboxOf is not null && entry.Status == 200).Select(entry => entry.Request.Whole).GroupBy(whole => whole, StringComparer.Ordinal);

            // A page that was under way when another failed may come twice, four of each of two mailboxes at most.
            Assert.True(pages.Count(page => page.Count() > 1) <= 7, $"Broken at request {at}, pages were read again that had been kept.");
        }
    }

    [Fact]
    public async Task A_link_that_has_gone_stale_begins_its_slice_again()
    {
        var organisation = new Organisation(11, 2, 6, 60);
        await using var emulator = await FilledAsync(organisation, new EmulatorOptions { LargestPage = 5 });
        var usual = await new EngagementRun(emulator).OnceAsync(organisation.Population);
        var run = new EngagementRun(emulator);
        emulator.Script = request => request.Query.ContainsKey("$skiptoken") ? new EmulatedFault(FaultKind.TooManyRequests, "4000") : null;
        await Assert.ThrowsAsync<PluginException>(() => run.OnceAsync(organisation.Population));
        var first = true;
        emulator.Script = request => first && request.Query.ContainsKey("$skiptoken") && !(first = false) ? new EmulatedFault(FaultKind.Gone) : null;

        var result = await run.OnceAsync(organisation.Population);

        Assert.Equal(usual.Digest(), result.Digest());
    }

    [Theory]
    [InlineData(FaultKind.ForeignLink, "names a page of another server")]
    [InlineData(FaultKind.SameLink, "read already")]
    [InlineData(FaultKind.NotJson, "cannot be read as an answer of Graph")]
    public async Task Answers_that_lead_astray_end_the_run_and_say_so(FaultKind kind, string said)
    {
        var (emulator, organisation) = await StartAsync();
        await using var _ = emulator;
        emulator.Script = request => request.MailboxOf is null ? null : new EmulatedFault(kind);

        var error = await Assert.ThrowsAsync<PluginException>(() => new EngagementRun(emulator).OnceAsync(organisation.Population));

        Assert.Equal(FailureKind.Data, error.Kind);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_storage_ends_the_run_and_says_so()
    {
        var (emulator, organisation) = await StartAsync();
        await using var _ = emulator;
        var run = new EngagementRun(emulator);
        run.Context.Quota = 2000;

        var error = await Assert.ThrowsAsync<PluginException>(() => run.OnceAsync(organisation.Population));

        Assert.Equal(FailureKind.Permanent, error.Kind);
    }

    [Fact]
    public async Task Nobody_to_enrich_reads_no_mailbox()
    {
        var (emulator, _) = await StartAsync();
        await using var __ = emulator;

        var run = await new EngagementRun(emulator).OnceAsync(new TestPopulation(Organisation.Now, []));

        Assert.Empty(run.Results);
        Assert.All(emulator.Journal, entry => Assert.Null(entry.Request.MailboxOf));
    }

    internal static async Task<GraphEmulator> FilledAsync(Organisation organisation, EmulatorOptions? options = null)
    {
        var emulator = await GraphEmulator.StartAsync(options);
        organisation.Fill(emulator);
        return emulator;
    }

    private static async Task<(GraphEmulator Emulator, Organisation Organisation)> StartAsync()
    {
        var organisation = new Organisation(7, 6, 20, 600);
        return (await FilledAsync(organisation), organisation);
    }
}
