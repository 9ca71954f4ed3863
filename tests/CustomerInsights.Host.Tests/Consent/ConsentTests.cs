using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Columns;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Identifiers;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Consent;

/// <summary>What people agreed to, over HTTP, and what rules and exports make of it.</summary>
public sealed class ConsentTests
{
    private const string Ann = "/identifiers/email/ann@example.com";

    [Fact]
    public async Task Consent_deliverability_and_opt_out_decide_who_is_reachable_and_the_segment_follows_at_once()
    {
        await using var app = await Shop.OpenAsync();
        await SendAsync(app, HttpMethod.Put, "/segments/mailable", """{"rule":"reachable(\"email\")"}""");
        await MembersAsync(app, "mailable");
        await SendAsync(app, HttpMethod.Put, "/identifiers/email/ANN@Example.com/consent", """{"status":true,"reason":"form"}""");
        await MembersAsync(app, "mailable", "Ann Miller");
        await SendAsync(app, HttpMethod.Put, Ann + "/deliverability", """{"reachable":false,"updateType":"hard_bounce"}""");
        await MembersAsync(app, "mailable");
        await SendAsync(app, HttpMethod.Put, Ann + "/deliverability", """{"reachable":true}""");
        await MembersAsync(app, "mailable", "Ann Miller");

        // By another identifier of hers: it holds for the whole person.
        await SendAsync(app, HttpMethod.Post, "/opt-outs", """{"identifierType":"phone","value":"+1 (555) 010-0001"}""");
        await MembersAsync(app, "mailable");
        await SendAsync(app, HttpMethod.Put, "/consent-settings/default", """{"optedOutIsReachable":true}""");
        await MembersAsync(app, "mailable", "Ann Miller");
        await SendAsync(app, HttpMethod.Delete, "/consent-settings/default", null, "*");
        await MembersAsync(app, "mailable");
        await SendAsync(app, HttpMethod.Post, "/opt-outs/withdrawals", """{"identifierType":"phone","value":"15550100001"}""");
        await MembersAsync(app, "mailable", "Ann Miller");
        await SendAsync(app, HttpMethod.Put, "/identifiers/email/cem@example.com/consent", """{"status":false}""");
        await SendAsync(app, HttpMethod.Put, "/consent-settings/default", """{"unknownIsReachable":true}""");
        await MembersAsync(app, "mailable", "Ann Miller", "Björn Ångström", "Dora Miller", "Zoe Quist");

        var person = await app.GetAsync($"/profiles/{(await app.ProfileOfAsync("C1")).Id()}/identifiers");
        Assert.Equal(("reachable", "noIdentifier", false), (person["channels"]!.Text("email"), person["channels"]!.Text("push"), person["optedOut"]!.GetValue<bool>()));
        var email = person["items"]!.AsArray().Single(item => item!.Text("type") == "email")!;
        Assert.Equal(("true", "form", "api", true), (email["consent"]!.Text("status"), email["consent"]!.Text("reason"), email["consent"]!.Text("source"), email["mayBeMessaged"]!.GetValue<bool>()));
        var reach = (await app.GetAsync("/segments/buyers/reach"))["channels"]!["email"]!;
        Assert.Equal((2, 0), (reach["reachable"]!.GetValue<int>(), reach["noConsent"]!.GetValue<int>()));
        Assert.Equal(["deliverability", "deliverability", "consent"], (await app.AllAsync(Ann + "/history?limit=2")).Select(entry => entry.Text("about")));
    }

    [Fact]
    public async Task A_segment_with_a_purpose_and_a_channel_has_those_who_consented_and_counts_the_others_by_reason()
    {
        await using var app = await Shop.OpenAsync();
        await SendAsync(app, HttpMethod.Put, "/segments/mailing", """{"rule":"email is present","purpose":"marketing","channel":"email"}""");
        await SendAsync(app, HttpMethod.Put, Ann + "/consent", """{"status":true}""");
        await SendAsync(app, HttpMethod.Put, "/identifiers/email/cem@example.com/consent", """{"status":false}""");
        await MembersAsync(app, "mailing", "Ann Miller");
        var reach = (await app.GetAsync("/segments/mailing/reach"))["leftOut"]!;
        Assert.Equal((1, 3, 0), (reach["noConsent"]!.GetValue<int>(), reach["consentUnknown"]!.GetValue<int>(), reach["undeliverable"]!.GetValue<int>()));
        await SendAsync(app, HttpMethod.Put, Ann + "/consent", """{"status":false}""");
        await MembersAsync(app, "mailing");

        // Of a purpose that needs no consent everybody is a member.
        await SendAsync(app, HttpMethod.Put, "/segments/service", """{"rule":"email is present","purpose":"service","channel":"email"}""");
        await MembersAsync(app, "service", "Ann Miller", "Björn Ångström", "Cem Öz", "Dora Miller", "Zoe Quist");
        foreach (var (body, fault) in new[]
        {
            ("""{"rule":"email is present","channel":"email"}""", "/purpose: A channel has a meaning for a purpose"),
            ("""{"rule":"email is present","purpose":"marketing","channel":"letter"}""", "/channel: There is no channel 'letter'."),
            ("""{"kind":"static","purpose":"marketing","channel":"email"}""", "/channel: The members of a list are as you send them"),
        })
        {
            var problem = await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/segments/wrong", body);
            Assert.StartsWith(fault, problem.Faults(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Many_are_told_at_once_and_each_has_its_result()
    {
        await using var app = await RunningApp.StartAsync();
        var answer = await SendAsync(app, HttpMethod.Post, "/consents", """
            [{"identifierType":"email","value":" A@B.example ","status":false,"at":"2026-02-01T00:00:00Z"},
             {"identifierType":"email","value":"a@b.example","status":"true","at":"2026-01-01T00:00:00Z"},
             {"identifierType":"email","value":"a@b.example","status":"maybe"},
             {"identifierType":"e-mail","value":"a@b.example","status":null},
             {"identifierType":"phone","value":"none","status":null},
             {"identifierType":"email","value":"a@b.example","status":true,"at":"2199-01-01T00:00:00Z"}]
            """);
        Assert.Equal(["applied", "superseded", "refused", "refused", "refused", "refused"], answer["items"]!.AsArray().Select(item => item!.Text("result")));
        Assert.Equal(["/2/status", "/3/identifierType", "/4/value", "/5/at"], answer["items"]!.AsArray().Skip(2).Select(item => item!["fault"]!.Text("pointer")));
        Assert.Equal("false", (await app.GetAsync("/identifiers/email/a@b.example"))["consent"]!.Text("status"));
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/consents", "[]");
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/consents", $"[{string.Join(',', Enumerable.Repeat("""{"identifierType":"email","value":"a","status":true}""", 501))}]");
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/identifiers/email/nobody@b.example");
    }

    [Theory]
    [InlineData("""{"reachable":false}""", "/updateType: Say how it was learnt: hard_bounce, soft_bounce, spam_report, uninstall, invalid_identifier, returned_to_sender, unknown, expired, other.")]
    [InlineData("""{"reachable":true,"updateType":"expired"}""", "/updateType: What can be reached has no update type; leave it out.")]
    [InlineData("""{"reachable":false,"updateType":"hard_bonce"}""", "/updateType: There is no update type 'hard_bonce'. Did you mean 'hard_bounce'? Use one of hard_bounce, soft_bounce, spam_report, uninstall, invalid_identifier, returned_to_sender, unknown, expired, other.")]
    public async Task A_failure_says_how_it_was_learnt(string body, string fault)
    {
        await using var app = await RunningApp.StartAsync();
        Assert.Equal(fault, (await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, Ann + "/deliverability", body)).Faults());
    }

    [Fact]
    public async Task People_subscribe_to_lists_and_leave_them()
    {
        await using var app = await RunningApp.StartAsync();
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Put, "/lists/news" + Ann, """{"status":"subscribed"}""");
        await SendAsync(app, HttpMethod.Put, "/lists/news", """{"displayName":"News"}""");
        Assert.Equal("unknown", (await app.GetAsync("/lists/news" + Ann)).Text("status"));
        Assert.Equal("subscribed", (await SendAsync(app, HttpMethod.Put, "/lists/news" + Ann, """{"status":"subscribed"}""")).Text("status"));
        Assert.Equal(1, (await app.GetAsync("/lists"))["items"]![0]!["subscribed"]!.GetValue<int>());
        await SendAsync(app, HttpMethod.Put, "/lists/news" + Ann, """{"status":"unsubscribed"}""");
        Assert.Equal("unsubscribed", (await app.GetAsync(Ann))["lists"]![0]!.Text("status"));
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/lists/news" + Ann, """{"status":"on"}""");
        await SendAsync(app, HttpMethod.Delete, "/lists/news", null);
        Assert.Empty((await app.GetAsync("/lists"))["items"]!.AsArray());
    }

    [Fact]
    public async Task An_export_leaves_out_who_has_not_consented_and_removes_who_withdraws()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        var recipe = Shop.Recipe();
        recipe["exports"]!["buyers"]!["purpose"] = "marketing";
        recipe["exports"]!["buyers"]!["channel"] = "email";
        await app.ApplyAsync(recipe.ToJsonString());
        await SendAsync(app, HttpMethod.Put, Ann + "/consent", """{"status":true}""");
        await app.SucceedAsync();
        var first = (await app.GetAsync("/exports/buyers/runs"))["items"]![0]!;
        Assert.Equal((1, "1"), (first["added"]!.GetValue<int>(), first["details"]!.Text("leftOut.consentUnknown")));
        await SendAsync(app, HttpMethod.Put, Ann + "/consent", """{"status":false}""");
        var (_, accepted) = await app.SendAsync(HttpMethod.Post, "/exports/buyers/runs");
        var job = await app.EndOfAsync(accepted!.Text("jobId"));
        Assert.Equal("succeeded", job.Text("state"));
        var second = (await app.GetAsync("/exports/buyers/runs"))["items"]![0]!;
        Assert.Equal((0, 1, "1"), (second["added"]!.GetValue<int>(), second["removed"]!.GetValue<int>(), second["details"]!.Text("leftOut.noConsent")));

        // What needs no consent goes to both.
        recipe["exports"]!["buyers"]!["purpose"] = "service";
        await app.ApplyAsync(recipe.ToJsonString());
        await app.SucceedAsync();
        Assert.Equal(2, (await app.GetAsync("/exports/buyers/runs"))["items"]![0]!["added"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("marketing", null, "/exports/buyers/channel: The purpose 'marketing' needs consent for a channel; name the one over which the target messages people: email, sms, push, web.")]
    [InlineData("marketng", "email", "/exports/buyers/purpose: There is no purpose 'marketng'. Did you mean 'marketing'?")]
    [InlineData("marketing", "emial", "/exports/buyers/channel: There is no channel 'emial'. Did you mean 'email'?")]
    [InlineData(null, "email", "/exports/buyers/purpose: A channel has a meaning for a purpose; name one of marketing, service, or leave the channel out.")]
    public async Task A_purpose_of_an_export_is_checked(string? purpose, string? channel, string fault)
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        var recipe = Shop.Recipe();
        recipe["exports"]!["buyers"]!["purpose"] = purpose;
        recipe["exports"]!["buyers"]!["channel"] = channel;
        Assert.Equal(fault, (await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/recipes/apply", recipe.ToJsonString())).Faults());
    }

    [Fact]
    public async Task A_record_tells_consent_and_does_not_undo_what_the_person_said_since()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        var recipe = Shop.Recipe();
        recipe["profileTypes"]!["customer"]!["attributes"]!["opt_in"] = new JsonObject { ["type"] = "boolean", ["semanticType"] = "consent.marketing" };
        recipe["mappings"]!["crm.contacts"]!["profile"]!["fields"]!["opt_in"] = "City = \"Paris\"";
        await app.ApplyAsync(recipe.ToJsonString());
        await app.SucceedAsync();
        var told = (await app.GetAsync(Ann))["consent"]!;
        Assert.Equal(("true", "crm.contacts"), (told.Text("status"), told.Text("source")));
        Assert.Equal("false", (await app.GetAsync("/identifiers/email/cem@example.com"))["consent"]!.Text("status"));
        Assert.Equal("true", (await app.GetAsync("/identifiers/phone/15550100001"))["consent"]!.Text("status"));
        await SendAsync(app, HttpMethod.Put, Ann + "/consent", """{"status":false}""");
        app.WriteFile("contacts.csv", Shop.Contacts.Replace("Ann,Miller", "Anna,Miller", StringComparison.Ordinal).Replace("Ankara", "Paris", StringComparison.Ordinal));
        await app.SucceedAsync();
        Assert.Equal("false", (await app.GetAsync(Ann))["consent"]!.Text("status"));
        Assert.Equal("true", (await app.GetAsync("/identifiers/email/cem@example.com"))["consent"]!.Text("status"));
    }

    [Fact]
    public async Task A_channel_that_there_is_not_is_an_error_with_a_suggestion()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        await app.ApplyAsync(Shop.Recipe().ToJsonString());
        var problem = await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/segments/x", """{"rule":"reachable(\"emial\")"}""");
        Assert.Contains("did you mean 'email'?", problem.Faults(), StringComparison.Ordinal);
        Assert.Equal(
            "/: There is one document of consent settings; call it 'default'.".Replace("/:", ":", StringComparison.Ordinal),
            (await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/consent-settings/mine", "{}")).Faults());
    }

    [Fact]
    public async Task Columns_streaming_and_live_membership_agree_on_who_is_reachable()
    {
        await using var app = await Shop.OpenAsync();
        string[] rules = ["reachable(\\\"email\\\")", "not reachable(\\\"sms\\\") and city = \\\"Paris\\\"", "reachable(\\\"email\\\") or orders > 1"];
        for (var i = 0; i < rules.Length; i++)
        {
            await SendAsync(app, HttpMethod.Put, $"/segments/r{i}", $"{{\"rule\":\"{rules[i]}\"}}");
        }

        var store = app.Services.GetRequiredService<IInsightsStore>();
        var columns = Assert.IsType<ColumnAnswers>(app.Services.GetRequiredService<IPopulationAnswers>());
        var streamed = app.Services.GetRequiredService<StreamedAnswers>();
        var random = new Random(11);
        (string, string)[] identifiers = [.. new[] { "ann", "bjorn", "cem", "dora", "zoe" }.Select(name => ("email", name + "@example.com")), ("phone", "15550100001"), ("phone", "00431234567")];
        var reached = 0;
        for (var round = 0; round < 25; round++)
        {
            if (round % 8 == 7)
            {
                await SendAsync(app, HttpMethod.Put, "/consent-settings/default", "{\"unknownIsReachable\":" + (random.Next(2) == 0 ? "true" : "false") + ",\"sourceDefaults\":{\"web\":true}}", round == 7 ? null : "*");
            }

            var changes = Enumerable.Range(0, random.Next(1, 5)).Select(_ => identifiers[random.Next(identifiers.Length)])
                .Select(one => new IdentifierChange(one.Item1, one.Item2, (IdentifierAspect)random.Next(1, 4), (ConsentStatus)random.Next(1, 3), DateTimeOffset.UnixEpoch.AddDays(random.Next(300)), "test")).ToList();
            await store.Identifiers.ApplyAsync(changes, DateTimeOffset.UnixEpoch, default);
            var seen = identifiers[random.Next(identifiers.Length)];
            await store.Identifiers.SeeAsync([new(seen.Item1, seen.Item2, DateTimeOffset.UnixEpoch.AddDays(random.Next(300)), "web")], default);

            var model = await app.Services.GetRequiredService<MetadataService>().ModelAsync(default);
            var segments = model.Segments.Where(segment => segment.Name[0] == 'r').ToList();
            var question = new PopulationQuestion(model, "customer", DateTimeOffset.UnixEpoch.AddYears(60));
            var (left, right) = (await columns.MembersAsync(question, segments, new Dictionary<string, long[]>(), default), await streamed.MembersAsync(question, segments, new Dictionary<string, long[]>(), default));
            foreach (var (name, members) in right.Members)
            {
                Assert.Equal(members, left.Members[name]);
                await EventuallyAsync(members, () => store.Segments.MembersAsync(name, default));
            }

            reached += right.Members["r0"].Length;
        }

        Assert.InRange(reached, 10, 115);
    }

    private static async Task EventuallyAsync<T>(T[] expected, Func<ValueTask<T[]>> ask)
    {
        var found = await ask();
        for (var i = 0; i < 4800 && !found.SequenceEqual(expected); i++)
        {
            await Task.Delay(25);
            found = await ask();
        }

        Assert.Equal(expected, found);
    }

    private static Task MembersAsync(RunningApp app, string segment, params string[] names) => EventuallyAsync(
        names,
        async () => [.. (await app.AllAsync($"/segments/{segment}/members")).Select(member => member.Text("displayName")).Order(StringComparer.Ordinal)]);

    private static async Task<JsonNode> SendAsync(RunningApp app, HttpMethod method, string path, string? body, string? ifMatch = null)
    {
        var (status, answer) = await app.SendTextAsync(method, path, body, ifMatch);
        Assert.True((int)status is 200 or 201 or 204, $"{method} {path}: {(int)status} {answer?.ToJsonString()}");
        return answer ?? new JsonObject();
    }
}
