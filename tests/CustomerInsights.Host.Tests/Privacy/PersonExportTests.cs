using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Privacy.Reads;
using CustomerInsights.Host.Tests.Kit;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Privacy;

public sealed class PersonExportTests
{
    [Fact]
    public async Task An_export_has_all_that_is_held_as_json_and_as_a_page()
    {
        await using var app = await PrivacyKit.OpenAsync();
        app.WriteFile("members.csv", PrivacyKit.Members.Replace("M77,Zebedora Quillfeather", "M77,<script>alert(1)</script>{{x}}", StringComparison.Ordinal));
        await app.SucceedAsync();
        var profile = await app.ProfileOfAsync("C77");
        var request = await app.DoneAsync(PrivacyKit.Request("export"));

        var person = Assert.Single((await app.GetAsync($"/privacy/requests/{request.Id()}/export.json"))["people"]!.AsArray())!;
        Assert.Equal(profile.Id(), person["profile"]![0]!.Text("id"));
        Assert.Equal(["C77", "M77", "user_id/zebuser77"], person["record"]!.AsArray().Select(record => record!.Text("key")).Order(StringComparer.Ordinal));
        Assert.Equal(["order", "order"], person["activity"]!.AsArray().Select(activity => activity!.Text("type")));
        Assert.Contains(person["provenance"]!.AsArray(), one => one!.Text("attribute") == "first_name" && one!.Text("stream").Length > 0);
        Assert.Contains(person["segment"]!.AsArray(), one => one!.Text("segment") == "buyers");
        Assert.Contains(person["segmentMove"]!.AsArray(), one => one!["entered"]!.GetValue<bool>());
        Assert.Contains(person["identifier"]!.AsArray(), one => one!.Text("value") == PrivacyKit.Email);
        Assert.Equal(["buyers"], person["exported"]!.AsArray().Select(one => one!.Text("export")));
        Assert.Equal(2, person["event"]!.AsArray().Count);
        Assert.NotEmpty(person["measures"]!.AsArray());
        Assert.NotEmpty(person["read"]!.AsArray());

        using var page = await app.Http.GetAsync($"/api/v1/privacy/requests/{request.Id()}/export.html");
        var html = await page.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("sandbox", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("quillmail.example", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anonymous_people_keep_their_orders_and_nothing_that_says_who_they_were()
    {
        await using var app = await PrivacyKit.OpenAsync();
        var old = await app.ProfileOfAsync("C77");
        var people = (await app.GetAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<long>();
        var revenue = await RevenueAsync(app);
        var done = await app.DoneAsync(PrivacyKit.Request("anonymise"));
        Assert.Equal([], PrivacyKit.Found(app.Directory));
        Assert.Equal(2, JsonNode.Parse(done.Text("receipt"))!["totals"]!["activityKept"]!.GetValue<long>());
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/profiles/{old.Id()}");

        // Files in full again, with the person in them, and everything unified anew.
        app.WriteFile("contacts.csv", PrivacyKit.Contacts + "\n");
        app.WriteFile("orders.csv", PrivacyKit.Orders + "\n");
        await app.SucceedAsync();
        await app.SucceedAsync();
        Assert.Equal(people, (await app.GetAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<long>());
        Assert.Equal(revenue, await RevenueAsync(app));
        Assert.Equal(0, await app.CountAsync(PrivacyKit.Email));
        var all = await app.AllAsync("/profiles?limit=1000");
        var anonymous = Assert.Single(all, one => one["identifiers"]!.AsArray().Count == 0 && one["measures"]!["orders"]?.GetValue<long>() == 2);
        Assert.Equal(("", "Paris"), (anonymous.Text("displayName"), anonymous["attributes"]!.Text("city")));
        Assert.Equal(["city"], anonymous["attributes"]!.AsObject().Select(attribute => attribute.Key));
        Assert.DoesNotContain(old.Id(), (await app.GetAsync($"/profiles/{anonymous.Id()}/history")).ToJsonString(), StringComparison.Ordinal);
        Assert.Equal([], PrivacyKit.Found(app.Directory));
    }

    [Fact]
    public async Task Whoever_reads_a_profile_stands_in_the_audit_before_the_answer_leaves()
    {
        await using var app = await Shop.OpenAsync();
        var (_, made) = await app.SendAsync(HttpMethod.Post, "/keys", new JsonObject { ["name"] = "reader", ["role"] = "viewer" });
        using var reader = app.ClientWith(made!.Text("key"));
        var profile = (await app.ProfileOfAsync("C1")).Id();
        await reader.GetJsonAsync($"/profiles/{profile}");
        await reader.GetJsonAsync("/profiles?search=ann");
        await reader.GetJsonAsync("/segments/buyers/members");
        using (await reader.GetAsync(new Uri("/api/v1/segments/buyers/members.csv", UriKind.Relative)))
        {
        }

        await reader.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/profiles/00000000-0000-0000-0000-000000000000");
        var rows = await app.AllAsync("/audit/reads?principal=reader&limit=2");
        Assert.Equal(
            ["GET /api/v1/segments/{name}/members.csv", "GET /api/v1/segments/{name}/members", "GET /api/v1/profiles", "GET /api/v1/profiles/{id}"],
            rows.Select(row => row.Text("route").TrimEnd('/')));
        Assert.Equal((profile, 1L), (rows[3].Text("profile"), rows[3]["count"]!.GetValue<long>()));
        Assert.Equal((1L, 64), (rows[2]["count"]!.GetValue<long>(), rows[2].Text("queryHash").Length));
        Assert.Equal((2L, false), (rows[1]["count"]!.GetValue<long>(), rows[0].AsObject().ContainsKey("count")));
        Assert.Single(await app.AllAsync($"/audit/reads?principal=reader&profile={profile}"));
        await reader.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Get, "/audit/reads");
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/audit/reads?profile=x");
    }

    [Fact]
    public async Task Routes_with_data_of_people_are_audited_and_those_without_are_not()
    {
        await using var app = await RunningApp.StartAsync();
        var endpoints = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1", StringComparison.Ordinal)).ToList();
        string[] Patterns(bool covered) => [.. endpoints.Where(endpoint => ReadAudit.Covers(endpoint) == covered).Select(endpoint => endpoint.RoutePattern.RawText!)];
        Assert.All(ReadRoutes.Parts.Concat(ReadRoutes.Streamed), part => Assert.Contains(Patterns(true), pattern => pattern.Contains(part, StringComparison.Ordinal)));
        Assert.All(ReadRoutes.OfNobody, end => Assert.Contains(Patterns(false), pattern => pattern.TrimEnd('/').EndsWith(end, StringComparison.Ordinal)));

        // Numbers of people, and nobody's own.
        Assert.Equal(["/api/v1/profiles/counts", "/api/v1/trends/profiles"], Patterns(false).Where(pattern => pattern.Contains("/profiles", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    private static async Task<string> RevenueAsync(RunningApp app) => (await app.GetAsync("/measures/revenue/values"))["rows"]!.ToJsonString();
}
