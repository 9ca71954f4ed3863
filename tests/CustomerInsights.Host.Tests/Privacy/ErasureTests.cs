using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Events;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Privacy;

public sealed class ErasureTests
{
    [Fact]
    public async Task An_erased_person_is_in_no_file_any_more_and_does_not_come_again()
    {
        await using var app = await PrivacyKit.OpenAsync();
        Assert.NotEmpty(PrivacyKit.Found(app.Directory));
        var profile = await app.ProfileOfAsync("C77");
        var others = (await app.GetAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<long>() - 1;
        await app.DoneAsync(PrivacyKit.Request("export"));

        var erased = await app.DoneAsync(PrivacyKit.Request("erase"));
        Assert.Equal([], PrivacyKit.Found(app.Directory));
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/profiles/{profile.Id()}");
        Assert.Equal(others, (await app.GetAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<long>());
        Assert.Equal(0, await app.CountAsync(PrivacyKit.Email));
        Assert.Null(erased["requester"]);

        var receipt = JsonNode.Parse(erased.Text("receipt"))!;
        var totals = receipt["totals"]!;
        Assert.Equal((1L, 2L, 4L), (totals["profile"]!.GetValue<long>(), totals["activity"]!.GetValue<long>(), totals["record"]!.GetValue<long>()));
        Assert.Equal((1L, 2L), (totals["segmentMove"]!.GetValue<long>() > 0 ? 1L : 0L, totals["exportFile"]!.GetValue<long>()));
        var target = Assert.Single(receipt["exports"]!.AsArray())!;
        Assert.Equal(("buyers", true), (target.Text("export"), target["told"]!.GetValue<bool>()));
        Assert.Equal(1, (await app.GetAsync("/exports/buyers/runs"))["items"]![0]!["removed"]!.GetValue<long>());
        await app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/privacy/requests/{erased.Id()}/runs");

        // The sources have the person still, and the site sends more: nothing comes in.
        app.WriteFile("contacts.csv", PrivacyKit.Contacts + "C78,Other,Name,zebedora@quillmail.example,,Rome\nC79,New,Person,new@example.com,,Rome\n");
        app.WriteFile("orders.csv", PrivacyKit.Orders + "O78,C77,2026-02-05,1.00\n");
        await app.SucceedAsync();
        await app.AcceptAsync("identify", PrivacyKit.Identify("id-2"));
        var fate = await app.FateAsync("id-2");
        Assert.Equal("erased", fate.Text("rule"));
        Assert.Equal(1, await app.CountAsync("new@example.com"));
        Assert.Equal(others + 1, (await app.GetAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<long>());
        var blocked = (await app.GetAsync("/privacy/blocked"))["days"]!.AsArray().ToDictionary(day => day!.Text("what"), day => day!["count"]!.GetValue<long>());
        Assert.Equal((2L, 1L), (blocked["crm.contacts"], blocked["web.events"]));
        Assert.True(blocked["crm.orders"] >= 2, $"{blocked["crm.orders"]}");

        // A second request finds nothing, and is done all the same.
        var again = JsonNode.Parse((await app.DoneAsync(PrivacyKit.Request("erase"))).Text("receipt"))!;
        Assert.False(again["totals"]!.AsObject().ContainsKey("profile"));
        Assert.Equal([], PrivacyKit.Found(app.Directory));
    }

    [Fact]
    public async Task Nothing_that_is_told_of_an_erased_identifier_is_kept()
    {
        await using var app = await PrivacyKit.OpenAsync();
        await app.DoneAsync(PrivacyKit.Request("erase"));
        foreach (var (method, path, body) in new (HttpMethod, string, JsonNode)[]
        {
            (HttpMethod.Put, $"/identifiers/email/{PrivacyKit.Email}/consent", new JsonObject { ["status"] = false }),
            (HttpMethod.Put, $"/identifiers/email/{PrivacyKit.Email}/deliverability", new JsonObject { ["reachable"] = true }),
            (HttpMethod.Post, "/opt-outs", new JsonObject { ["identifierType"] = "email", ["value"] = PrivacyKit.Email.ToUpperInvariant() }),
        })
        {
            Assert.Contains("lifts the block", (await app.Http.RefusedAsync(HttpStatusCode.Conflict, method, path, body.ToJsonString())).Text("detail"), StringComparison.Ordinal);
        }

        var many = new JsonArray(
            new JsonObject { ["identifierType"] = "email", ["value"] = "one@example.com", ["status"] = true },
            new JsonObject { ["identifierType"] = "email", ["value"] = PrivacyKit.Email, ["status"] = true },
            new JsonObject { ["identifierType"] = "email", ["value"] = "two@example.com", ["status"] = true });
        var (_, told) = await app.SendAsync(HttpMethod.Post, "/consents", many);
        Assert.Equal(["applied", "refused", "applied"], told!["items"]!.AsArray().Select(item => item!.Text("result")));
        Assert.Equal(("/1/value", "erased"), (told["items"]![1]!["fault"]!.Text("pointer"), told["items"]![1]!["fault"]!.Text("code")));
        Assert.Equal([], PrivacyKit.Found(app.Directory));
        var blocked = (await app.GetAsync("/privacy/blocked"))["days"]!.AsArray().Single(day => day!.Text("what") == "consents")!;
        Assert.Equal(4, blocked["count"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_receipt_is_signed_names_nobody_and_can_be_verified_here_and_elsewhere()
    {
        await using var app = await PrivacyKit.OpenAsync();
        var profile = (await app.ProfileOfAsync("C77")).Id();
        var erased = await app.DoneAsync(PrivacyKit.Request("erase"));
        var (receipt, signature) = (erased.Text("receipt"), erased.Text("signature"));
        Assert.DoesNotContain(profile, receipt, StringComparison.Ordinal);
        Assert.All(PrivacyKit.Values, value => Assert.DoesNotContain(value, receipt, StringComparison.OrdinalIgnoreCase));

        Assert.True(await VerifyAsync(app, receipt, signature));
        Assert.False(await VerifyAsync(app, receipt.Replace("\"erase\"", "\"export\"", StringComparison.Ordinal), signature));
        Assert.False(await VerifyAsync(app, receipt, "no base64"));
        using var key = ECDsa.Create();
        key.ImportFromPem((await app.GetAsync("/privacy/receipts/key")).Text("publicKey"));
        Assert.True(key.VerifyData(Encoding.UTF8.GetBytes(receipt), Convert.FromBase64String(signature), HashAlgorithmName.SHA256));

        // The keys outlive the process.
        await app.RestartAsync();
        Assert.True(await VerifyAsync(app, receipt, signature));
    }

    [Fact]
    public async Task Who_gives_consent_anew_is_let_in_again()
    {
        await using var app = await PrivacyKit.OpenAsync();
        await app.DoneAsync(PrivacyKit.Request("erase"));
        await app.RestartAsync();
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/privacy/blocked/lift", """{"reason":"new consent"}""");
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/privacy/blocked/lift", """{"reason":"new consent","type":"email","value":"ann@example.com"}""");
        foreach (var what in new[]
                 {
                     $$"""{"reason":"new consent","type":"email","value":"{{PrivacyKit.Email}}"}""", """{"reason":"new consent","type":"phone","value":"+1 555 0199887"}""",
                     """{"reason":"new consent","stream":"crm.contacts","key":"C77"}""",
                 })
        {
            var (status, body) = await app.SendTextAsync(HttpMethod.Post, "/privacy/blocked/lift", what);
            Assert.True(status == HttpStatusCode.NoContent, body?.ToJsonString());
        }

        app.WriteFile("contacts.csv", PrivacyKit.Contacts + "\n");
        await app.SucceedAsync();
        Assert.Equal(1, await app.CountAsync(PrivacyKit.Email));
        var audit = (await app.GetAsync("/audit")).ToJsonString();
        Assert.Contains("privacy.lift", audit, StringComparison.Ordinal);
        Assert.DoesNotContain("quillmail", audit, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_request_that_is_not_valid_is_told_what_is_wrong_with_it()
    {
        await using var app = await Shop.OpenAsync();
        async Task<string> FaultsAsync(string body) => (await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/privacy/requests", body)).Faults();
        Assert.StartsWith("/law: 'x' is none of gdpr, ccpa, lgpd, other.", await FaultsAsync("""{"kind":"erase","requester":"r","law":"x","profiles":["a"]}"""), StringComparison.Ordinal);
        Assert.Contains("Name 1 to 5,000 people", await FaultsAsync("""{"kind":"erase","requester":"r","law":"gdpr"}"""), StringComparison.Ordinal);
        Assert.StartsWith("/profiles/0: There is no profile 'a'.", await FaultsAsync("""{"kind":"erase","requester":"r","law":"gdpr","profiles":["a"]}"""), StringComparison.Ordinal);
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/privacy/requests", """{"kind":"vanish","requester":"r","law":"gdpr","profiles":["a"]}""");
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/privacy/requests", """{"kind":"erase","requester":"r","law":"gdpr","profiles":["a"],"more":1}""");
        Assert.Empty((await app.GetAsync("/privacy/requests"))["items"]!.AsArray());

        using var viewer = app.ClientWith((await app.SendAsync(HttpMethod.Post, "/keys", new JsonObject { ["name"] = "v", ["role"] = "contributor" })).Body!.Text("key"));
        await viewer.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Get, "/privacy/requests");
        await viewer.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Post, "/privacy/requests", "{}");
    }

    private static async Task<bool> VerifyAsync(RunningApp app, string receipt, string signature)
    {
        var (status, body) = await app.SendAsync(HttpMethod.Post, "/privacy/receipts/verify", new JsonObject { ["receipt"] = receipt, ["signature"] = signature });
        Assert.Equal(HttpStatusCode.OK, status);
        return body!["valid"]!.GetValue<bool>();
    }
}
