using CustomerInsights.Emulators.Graph;

namespace CustomerInsights.Office365Plugins.Tests;

/// <summary>As many mailboxes as there may be, on a clock that leaps: the limits of the service are kept.</summary>
public sealed class PlanTests
{
    [Fact]
    public async Task As_many_mailboxes_as_there_may_be_are_read_within_the_limits_of_each()
    {
        var clock = new LeapingClock();
        await using var emulator = await GraphEmulator.StartAsync(new EmulatorOptions { Clock = clock, TokenLife = TimeSpan.FromMinutes(65) });
        var ids = Enumerable.Range(1, 2500).Select(i => $"u{i}").ToList();
        foreach (var (i, id) in ids.Index())
        {
            emulator.Tenant.Add(new EmulatedUser(id, $"{id}@contoso.example", $"{id}@contoso.example")).Mailbox
                .Add(new EmulatedMessage($"m{i}", $"<{i}@mail.example>", $"c{i}", Organisation.Now.AddDays(-(i % 360) - 1), $"{id}@contoso.example", ["ann@fabrikam.example"]));
        }

        emulator.Tenant.Add(new EmulatedGroup("g1", "everybody@contoso.example", ids));

        // Each answer takes a while, so that tokens run out many times, and the service asks for patience now and then.
        emulator.Script = request =>
        {
            _ = clock.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
            return request.MailboxOf is not null && request.Number % 97 == 0 ? new EmulatedFault(FaultKind.TooManyRequests, "11.25") : null;
        };
        var run = new EngagementRun(emulator, clock) { Settings = { ["mailboxes"] = Array.Empty<string>(), ["groups"] = new[] { "everybody@contoso.example" }, ["mailboxesAtOnce"] = 16 } };

        var result = await run.OnceAsync(new TestPopulation(Organisation.Now, [TestPopulation.Contact("p1", "ann@fabrikam.example", "A-1")]));

        Assert.Equal((2500, 2500, 2500), (result.Metric("Mailboxes read"), result.Value("p1", "no_of_emails_to_account").AsInteger(), result.Value("p1", "no_of_contacts_involved_emails").AsInteger()));
        Assert.True(emulator.Peak <= 4, $"{emulator.Peak} requests of one mailbox were open at once.");
        Assert.True(emulator.PeakMailboxes <= 16, $"{emulator.PeakMailboxes} mailboxes were read at once.");
        Assert.DoesNotContain(emulator.Journal, entry => entry.Status == 401);
        Assert.True(emulator.Journal.Count(entry => entry.Request.IsSignIn) > 3);
        Assert.All(emulator.Journal.Where(entry => entry.Status == 429), entry => Assert.Equal(0, entry.Request.Number % 97));
    }
}
