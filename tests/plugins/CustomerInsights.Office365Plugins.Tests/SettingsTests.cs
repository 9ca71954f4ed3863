using System.Text.Json;
using CustomerInsights.Emulators.Graph;
using CustomerInsights.Enrichments.Office365Engagement;
using CustomerInsights.Sdk;

namespace CustomerInsights.Office365Plugins.Tests;

/// <summary>What is refused before anything is read: settings, counts of mailboxes, permissions.</summary>
public sealed class SettingsTests
{
    private static readonly TestPopulation s_nobody = new(Organisation.Now, [TestPopulation.Contact("p1", "ann@fabrikam.example", "A-1")]);

    [Fact]
    public async Task One_mailbox_is_refused_before_anything_is_read()
    {
        await using var emulator = await WithMailboxes(1);

        var error = await Assert.ThrowsAsync<PluginException>(() => new EngagementRun(emulator).OnceAsync(s_nobody));

        Assert.Equal((FailureKind.Configuration, "/mailboxes", "The mailboxes to be read are 1; 2 to 2,500 are allowed. They are 1 named one by one. Nothing was read. Add mailboxes."), (error.Kind, error.ConfigurationPath, error.Message));
        AssertNothingRead(emulator);
    }

    [Fact]
    public async Task Groups_of_2501_are_refused_before_anything_is_read_and_each_is_named_with_its_count()
    {
        await using var emulator = await WithMailboxes(2501);
        emulator.Tenant.Add(new EmulatedGroup("g1", "sales@contoso.example", [.. Enumerable.Range(1, 1500).Select(i => $"u{i}"), "g3"]));
        emulator.Tenant.Add(new EmulatedGroup("g2", "service@contoso.example", [.. Enumerable.Range(1490, 1012).Select(i => $"u{i}")]));
        emulator.Tenant.Add(new EmulatedGroup("g3", "inner@contoso.example", ["u1", "u1501"]));
        var run = new EngagementRun(emulator) { Settings = { ["mailboxes"] = Array.Empty<string>(), ["groups"] = new[] { "sales@contoso.example", "service@contoso.example" } } };

        var error = await Assert.ThrowsAsync<PluginException>(() => run.OnceAsync(s_nobody));

        Assert.Equal(
            (FailureKind.Configuration, "/groups", "The mailboxes to be read are 2,501; 2 to 2,500 are allowed. They are 1,501 by the group sales@contoso.example, 1,012 by the group service@contoso.example; 12 of them come twice. Nothing was read. Leave some out."),
            (error.Kind, error.ConfigurationPath, error.Message));
        AssertNothingRead(emulator);
    }

    [Theory]
    [InlineData("mailboxes", "/mailboxes/1")]
    [InlineData("groups", "/groups/1")]
    public async Task An_address_that_the_tenant_does_not_know_is_told_by_its_place(string setting, string path)
    {
        await using var emulator = await WithMailboxes(3);
        emulator.Tenant.Add(new EmulatedGroup("g1", "u1@contoso.example", ["u1", "u2"]));
        var run = new EngagementRun(emulator) { Settings = { [setting] = new[] { "u1@contoso.example", "o'hara@contoso.example" } } };

        var error = await Assert.ThrowsAsync<PluginException>(() => run.OnceAsync(s_nobody));

        Assert.Equal((FailureKind.Configuration, path), (error.Kind, error.ConfigurationPath));
        AssertNothingRead(emulator);
    }

    [Fact]
    public async Task Mailboxes_are_found_by_further_addresses_and_names_too_and_each_is_one()
    {
        await using var emulator = await WithMailboxes(1);
        emulator.Tenant.Add(new EmulatedUser("u2", "u2@contoso.example", "second@contoso.example") { Proxies = ["alias@contoso.example"] });
        var run = new EngagementRun(emulator) { Settings = { ["mailboxes"] = new[] { "U1@contoso.example", "second@contoso.example", "ALIAS@contoso.example", "u2@contoso.example" } } };

        var result = await run.OnceAsync(s_nobody);

        Assert.Equal(2, result.Metric("Mailboxes read"));
    }

    [Theory]
    [InlineData("Mail.ReadBasic.All")]
    [InlineData("Calendars.Read")]
    [InlineData("User.Read.All")]
    [InlineData("GroupMember.Read.All")]
    public async Task A_missing_permission_is_named_with_the_consent_address_before_anything_is_read(string missing)
    {
        await using var emulator = await WithMailboxes(2);
        emulator.Tenant.Add(new EmulatedGroup("g1", "sales@contoso.example", ["u1", "u2"]));
        emulator.Roles = [.. emulator.Roles.Where(role => role != missing)];
        var run = new EngagementRun(emulator) { Settings = { ["groups"] = new[] { "sales@contoso.example" } } };

        var error = await Assert.ThrowsAsync<PluginException>(() => run.OnceAsync(s_nobody));
        var check = await run.CheckAsync();

        Assert.Equal(FailureKind.Authentication, error.Kind);
        Assert.Contains($"missing for {missing}.", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{emulator.Address}contoso.example/adminconsent?client_id=00000000-aaaa-bbbb-cccc-000000000001", error.Message, StringComparison.Ordinal);
        Assert.Equal(("Consent", error.Message), (check.Items[^1].Name, check.Items[^1].Message));
        Assert.All(emulator.Journal, entry => Assert.True(entry.Request.IsSignIn));
    }

    [Fact]
    public async Task Consent_is_noted_with_the_moment_when_it_was_first_seen_and_too_much_of_it_is_told()
    {
        await using var emulator = await WithMailboxes(2);
        var clock = new LeapingClock();
        var run = new EngagementRun(emulator, clock);
        var first = await run.OnceAsync(s_nobody);
        await Task.Delay(TimeSpan.FromDays(3), clock);
        var second = await run.OnceAsync(s_nobody);
        emulator.Roles = [.. emulator.Roles, "Mail.Read"];
        emulator.ExpireTokens();
        var third = await run.OnceAsync(s_nobody);

        Assert.Equal("Calendars.Read GroupMember.Read.All Mail.ReadBasic.All User.Read.All, since 2026-11-22T09:00:00Z", ConsentOf(first));
        Assert.Equal(ConsentOf(first), ConsentOf(second));
        Assert.EndsWith("since 2026-11-25T09:00:00Z", ConsentOf(third), StringComparison.Ordinal);
        Assert.Equal("The application may do more than it needs: Mail.Read. Mail.ReadBasic.All and Calendars.Read are enough.", Assert.Single(third.Report.Warnings));
    }

    [Theory]
    [InlineData("agree", "false", "/agree")]
    [InlineData("region", "\"atlantis\"", "/region")]
    [InlineData("tenant", "\"a/b\"", "/tenant")]
    [InlineData("clientId", "\"\"", "/clientId")]
    [InlineData("email", "\"\"", "/email")]
    [InlineData("mailboxes", "[]", "/mailboxes")]
    [InlineData("mailboxes", "[\"a@b.example\", \"nobody\"]", "/mailboxes/1")]
    [InlineData("groups", "[\"two words@contoso.example\"]", "/groups/0")]
    [InlineData("excludedDomains", "[\"a@b.example\"]", "/excludedDomains/0")]
    [InlineData("contactActivity", "\"person\"", "/contactActivity")]
    [InlineData("windowDays", "29", "/windowDays")]
    [InlineData("windowDays", "367", "/windowDays")]
    [InlineData("mailboxesAtOnce", "17", "/mailboxesAtOnce")]
    [InlineData("aggregation", "\"day\"", "/aggregation")]
    [InlineData("weights", "{\"emailsFrom\": -1}", "/weights")]
    [InlineData("weights", "{\"emailsFrom\": 0, \"emailsTo\": 0, \"meetings\": 0, \"people\": 0, \"recency\": 0}", "/weights")]
    [InlineData("graphAddress", "\"https://graph.stranger.example\"", "/graphAddress")]
    [InlineData("signInAddress", "\"ftp://127.0.0.1\"", "/signInAddress")]
    public async Task A_wrong_setting_is_told_by_its_place(string setting, string value, string path)
    {
        await using var emulator = await WithMailboxes(2);
        var run = new EngagementRun(emulator) { Settings = { [setting] = JsonSerializer.Deserialize<JsonElement>(value) } };
        await using var plugin = new EngagementEnrichment();

        var error = Assert.Throws<PluginException>(() => plugin.Describe(run.Configuration));

        Assert.Equal((FailureKind.Configuration, path), (error.Kind, error.ConfigurationPath));
    }

    [Theory]
    [InlineData("europe", "https://graph.microsoft.com/", "https://login.microsoftonline.com/")]
    [InlineData("unitedKingdom", "https://graph.microsoft.com/", "https://login.microsoftonline.com/")]
    [InlineData("usGovL4", "https://graph.microsoft.us/", "https://login.microsoftonline.us/")]
    [InlineData("usGovL5", "https://dod-graph.microsoft.us/", "https://login.microsoftonline.us/")]
    [InlineData("china", "https://microsoftgraph.chinacloudapi.cn/", "https://login.chinacloudapi.cn/")]
    public void Each_region_has_its_graph_and_its_sign_in(string region, string graph, string signIn)
    {
        var cloud = Cloud.Find(region)!;

        Assert.Equal((graph, signIn, graph + ".default"), (cloud.Graph.AbsoluteUri, cloud.SignIn.AbsoluteUri, cloud.Scope));
    }

    [Fact]
    public async Task A_wrong_secret_is_told_without_it()
    {
        await using var emulator = await WithMailboxes(2);
        var run = new EngagementRun(emulator);
        run.Context.Secret = "a-secret-that-is-wrong";

        var check = await run.CheckAsync();

        Assert.Equal((FailureKind.Authentication, "/clientSecret"), (check.Items[^1].Kind, check.Items[^1].ConfigurationPath));
        Assert.DoesNotContain("a-secret", check.Items[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_tells_how_many_mailboxes_there_are_and_tries_one()
    {
        await using var emulator = await WithMailboxes(3);
        emulator.Tenant.Find("u1")!.IsDenied = true;

        var check = await new EngagementRun(emulator).CheckAsync();

        Assert.True(check.Ok);
        Assert.Equal(["Settings", "Sign-in", "Consent", "Mailboxes", "Messages and meetings can be read"], check.Items.Select(item => item.Name));
        Assert.Equal("3 mailboxes: 3 named.", check.Items[3].Message);
    }

    private static string ConsentOf(RunResult run) => run.Report.Metrics.Single(metric => metric.Name == "Consent").Value.AsText();

    private static void AssertNothingRead(GraphEmulator emulator) => Assert.All(emulator.Journal, entry => Assert.Null(entry.Request.MailboxOf));

    private static async Task<GraphEmulator> WithMailboxes(int count)
    {
        var emulator = await GraphEmulator.StartAsync();
        for (var i = 1; i <= count; i++)
        {
            emulator.Tenant.Add(new EmulatedUser($"u{i}", $"u{i}@contoso.example", $"u{i}@contoso.example"));
        }

        return emulator;
    }
}
