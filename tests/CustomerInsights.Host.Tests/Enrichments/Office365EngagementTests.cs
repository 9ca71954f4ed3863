using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Emulators.Graph;
using CustomerInsights.Host.Tests.Accounts;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Tests.Shared;

namespace CustomerInsights.Host.Tests.Enrichments;

/// <summary>Office 365 engagement in a host, as an admin uses it: granted, connected, run, shown on a card.</summary>
public sealed class Office365EngagementTests
{
    private const string Plugin = "customer-insights.office365-engagement";
    private const string Canary = "canary-of-a-subject";

    [Fact]
    public async Task A_contact_shows_the_engagement_of_its_account_on_the_card_that_the_plugin_ships_and_nothing_readable_is_kept()
    {
        await using var emulator = await StartAsync();
        await using var app = await Trade.OpenAsync();
        await SendAsync(app, HttpMethod.Patch, $"/plugins/{Plugin}", new JsonObject { ["settings"] = new JsonObject { ["network"] = new JsonObject { ["hosts"] = new JsonArray(emulator.Address.Authority) } } });
        await SendAsync(app, HttpMethod.Put, "/enrichments/engagement", new JsonObject { ["plugin"] = Plugin, ["settings"] = Settings(emulator) });
        await SendAsync(app, HttpMethod.Put, "/enrichments/engagement/secrets/clientSecret", new JsonObject { ["value"] = new EmulatorOptions().ClientSecret });
        var check = await SendAsync(app, HttpMethod.Post, "/enrichments/engagement/check");
        Assert.True(check["items"]!.AsArray().All(item => item!["ok"]!.GetValue<bool>()), check.ToJsonString());

        var job = await app.EndOfAsync((await SendAsync(app, HttpMethod.Post, "/enrichments/engagement/runs")).Text("jobId"));

        Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
        var ann = (await app.GetAsync("/profiles?type=contact&by=id&search=C2"))["items"]![0]!.Text("id");
        // The account is first in all but e-mails to it, of which there are none: 15 points less.
        var values = (await app.GetAsync($"/profiles/{ann}"))["enrichments"]!;
        Assert.Equal((85, 1, 1), (values["office365.engagement_score"]!.GetValue<int>(), values["office365.no_of_emails_from_account"]!.GetValue<int>(), values["office365.no_of_meetings_to_account"]!.GetValue<int>()));
        Assert.NotEmpty((await app.GetAsync($"/profiles/{ann}/enrichments/engagement/tables/engagement"))["items"]!.AsArray());

        await SendAsync(app, HttpMethod.Put, "/cards/engagement", JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Assets, "engagement-card.json")))!);
        var html = (await app.GetAsync($"/profiles/{ann}/card?card=engagement")).Text("html");
        Assert.Contains("<strong>85</strong> of 100", html, StringComparison.Ordinal);
        Assert.Contains("<dt>E-mails in the last year</dt><dd>1 ", html, StringComparison.Ordinal);
        await SendAsync(app, HttpMethod.Put, "/segments/quiet", new JsonObject { ["profileType"] = "contact", ["rule"] = "office365.days_since_last_email > 60 and office365.days_since_last_meeting > 60" });

        // The plugin's own libraries are not what is meant, and the lock is held by the host.
        foreach (var file in Directory.EnumerateFiles(app.Directory, "*", SearchOption.AllDirectories).Where(file => !file.Contains($"{Path.DirectorySeparatorChar}plugins{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !file.EndsWith("host.lock", StringComparison.Ordinal)))
        {
            var text = System.Text.Encoding.Latin1.GetString(await ReadAsync(file));
            Assert.False(text.Contains(Canary, StringComparison.OrdinalIgnoreCase) || text.Contains(new EmulatorOptions().ClientSecret, StringComparison.Ordinal), $"{Path.GetFileName(file)} holds what must not be kept.");
        }
    }

    [Fact]
    public async Task The_card_as_a_document_holds_the_template_that_lies_beside_it()
    {
        var card = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Assets, "engagement-card.json")))!;

        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Assets, "engagement-card.hbs")), card.Text("template"));
    }

    private static string Assets => Path.Combine(RepositoryRoot.Path, "plugins", "enrichments", "office365-engagement", "assets");

    private static async Task<GraphEmulator> StartAsync()
    {
        var emulator = await GraphEmulator.StartAsync();
        foreach (var id in new[] { "u1", "u2" })
        {
            emulator.Tenant.Add(new EmulatedUser(id, $"{id}@seller.example", $"{id}@seller.example"));
        }

        var at = DateTimeOffset.UnixEpoch.AddSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).AddDays(-90);
        emulator.Tenant.Find("u1")!.Mailbox.Add(new EmulatedMessage("m1", "<m1@mail.example>", "c1", at, "ann@example.com", ["u1@seller.example"]) { Subject = Canary, Body = Canary });
        emulator.Tenant.Find("u2")!.Mailbox.Add(new EmulatedEvent("e1", "e1", at, at.AddHours(1), "u2@seller.example", [new EmulatedAttendee("bob@example.com")]) { Subject = Canary, Body = Canary });
        return emulator;
    }

    private static JsonObject Settings(GraphEmulator emulator) => new()
    {
        ["tenant"] = new EmulatorOptions().Tenant,
        ["clientId"] = new EmulatorOptions().ClientId,
        ["clientSecret"] = new JsonObject { ["$secret"] = "clientSecret" },
        ["agree"] = true,
        ["mailboxes"] = new JsonArray("u1@seller.example", "u2@seller.example"),
        ["email"] = "primary_email",
        ["account"] = "account.account_id",
        ["graphAddress"] = emulator.Address.ToString(),
        ["signInAddress"] = emulator.Address.ToString(),
    };

    private static async Task<JsonNode> SendAsync(RunningApp app, HttpMethod method, string path, JsonNode? body = null)
    {
        var (status, answer) = await app.SendAsync(method, path, body);
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted or HttpStatusCode.NoContent, string.Create(CultureInfo.InvariantCulture, $"{method} {path}: {status} {answer?.ToJsonString()}"));
        return answer ?? new JsonObject();
    }

    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content);
        return content.ToArray();
    }
}
