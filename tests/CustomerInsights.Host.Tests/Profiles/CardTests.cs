using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Host.Tests.Segments;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Profiles;

/// <summary>Cards over HTTP: rows, all of a row, templates, and the page for a frame.</summary>
public sealed class CardTests(RefusingShop shop) : IClassFixture<RefusingShop>
{
    [Fact]
    public async Task A_type_without_a_card_has_one_by_what_its_attributes_mean()
    {
        await using var app = await OpenAsync();
        var ann = (await app.ProfileOfAsync("C1")).Id();
        var card = await app.GetAsync($"/profiles/{ann}/card");
        Assert.Equal("Ann Miller", card["values"]!.Text("name"));
        Assert.Equal(["city", "phone", "email", "engagement", "lifetime_spend", "active_cases"], Fields(card).Select(field => field.Text("name")));
        Assert.Equal(["Paris", "+1 (555) 010-0001", "ann@example.com", "75", "650.30", "1"], Fields(card).Select(field => field.Text("text")));
        Assert.Equal([null, "tel:+15550100001", "mailto:ann@example.com", null, null, null], Fields(card).Select(field => field["href"]?.GetValue<string>()));
        Assert.Contains("""<a href="tel:&#x2B;15550100001">""", card.Text("html"), StringComparison.Ordinal);
        Assert.Equal(["buyers", "members"], card["values"]!["segments"]!.AsArray().Select(segment => segment!.GetValue<string>()));
    }

    [Fact]
    public async Task Rows_show_the_first_by_their_sort_and_all_of_one_can_be_paged_filtered_and_sorted()
    {
        await using var app = await OpenAsync();
        var rows = (await app.GetAsync("/cards/customer/rows"))["rows"]!.AsArray();
        Assert.Equal(["top_paying", "most_engaged", "most_active_cases", "sample"], rows.Select(row => row!.Text("name")));
        Assert.Equal(["Ann Miller", "Björn Ångström"], Names(rows[0]!["cards"]!).Take(2));
        Assert.Equal("Ann Miller", Names(rows[2]!["cards"]!).First());
        Assert.Equal(5, rows[3]!["cards"]!.AsArray().Count);
        Assert.False(rows[3]!["more"]!.GetValue<bool>());

        var all = new List<string>();
        string? cursor = null;
        do
        {
            var page = await app.GetAsync($"/cards/customer/rows/top_paying?limit=2{(cursor is null ? "" : "&cursor=" + cursor)}");
            all.AddRange(Names(page["items"]!));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);
        Assert.Equal(["Ann Miller", "Björn Ångström"], all.Take(2));
        Assert.Equal(["Cem Öz", "Dora Miller", "Zoe Quist"], all.Skip(2).Order(StringComparer.Ordinal));

        Assert.Equal(["Cem Öz", "Ann Miller", "Dora Miller", "Björn Ångström"], Names((await app.GetAsync("/cards/customer/rows/top_paying?sort=city&descending=false"))["items"]!));
        Assert.Equal(["Ann Miller", "Dora Miller"], Names((await app.GetAsync($"/cards/customer/rows/top_paying?filter={Uri.EscapeDataString("city = \"Paris\"")}"))["items"]!));
        Assert.Equal(Names((await app.GetAsync("/cards/customer/rows/sample"))["items"]!), Names((await app.GetAsync("/cards/customer/rows/sample"))["items"]!));
    }

    [Fact]
    public async Task A_row_is_filtered_by_a_segment_as_well_with_columns_as_without()
    {
        Assert.Equal(["Ann Miller", "Björn Ångström"], Names((await shop.App.GetAsync("/cards/customer/rows/sample?filter=segment(%22buyers%22)"))["items"]!).Order(StringComparer.Ordinal));
        var streamed = shop.App.Services.GetRequiredService<StreamedAnswers>();
        var model = await shop.App.Services.GetRequiredService<MetadataService>().ModelAsync(default);
        var rule = RuleBinder.Bind("segment(\"buyers\")", model.Schemas["customer"], RuleUse.Condition).Rule!;
        var holds = 0;
        await foreach (var profile in streamed.ValuesAsync(new PopulationQuestion(model, "customer", DateTimeOffset.UnixEpoch), [rule], default))
        {
            holds += profile.Values[0].AsBoolean() ? 1 : 0;
        }

        Assert.Equal(2, holds);
    }

    [Fact]
    public async Task What_a_row_cannot_be_asked_for_is_refused_and_a_cursor_is_good_for_its_own_order_alone()
    {
        await using var app = await OpenAsync();
        foreach (var question in new[] { "sort=shoe", "filter=citty%20%3D%201", "cursor=abc", "limit=1001" })
        {
            await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/cards/customer/rows/top_paying?{question}", null);
        }

        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/cards/customer/rows/none", null);
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/cards/none/rows", null);
        var page = await app.GetAsync("/cards/customer/rows/top_paying?limit=1");
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/cards/customer/rows/top_paying?limit=1&descending=false&cursor={page.Text("next")}", null);
    }

    [Theory]
    [InlineData("""{"template":"{{{name}}}"}""", "/template: Output that is not encoded")]
    [InlineData("""{"template":"{{&name}}"}""", "/template: Output that is not encoded")]
    [InlineData("""{"template":"{{> other}}"}""", "/template: Partials")]
    [InlineData("""{"template":"<SCRIPT>x</SCRIPT>"}""", "/template: A card has no scripts")]
    [InlineData("""{"template":"{{#if a}}"}""", "/template: This is no Handlebars template")]
    [InlineData("""{"fields":[]}""", "/fields: A card has 1 to 50 fields")]
    [InlineData("""{"fields":[{"name":"x","expression":"citty"}]}""", "/fields/0/expression: RUL012")]
    [InlineData("""{"fields":[{"name":"city"},{"name":"city"}]}""", "/fields/1/name: 'city' is there twice")]
    [InlineData("""{"rows":{"r":{"title":"R","size":51}}}""", "/rows/r: A row is named")]
    [InlineData("""{"rows":{"r":{"title":"R","filter":"1"}}}""", "/rows/r/filter: RUL")]
    [InlineData("""{"profileType":"person"}""", "/profileType: There is no profile type 'person'.")]
    public async Task What_is_wrong_with_a_card_is_said_with_its_place(string document, string fault)
    {
        Assert.Contains(fault, (await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/cards/mine", document)).Faults(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_for_a_frame_needs_a_token_of_its_profile_that_is_not_over()
    {
        var clock = new SettableClock();
        await using var app = await OpenAsync(clock);
        var (ann, bjorn) = ((await app.ProfileOfAsync("C1")).Id(), (await app.ProfileOfAsync("C2")).Id());
        var token = await app.PostAsync($"/profiles/{ann}/card-tokens", """{"minutes":2}""");
        using var client = app.ClientWith(null);
        using var page = await client.GetAsync(token.Text("url"));
        var html = await page.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("Ann Miller", html, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", Header(page, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.EndsWith("frame-ancestors 'none'", Header(page, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal(("no-referrer", "no-store"), (Header(page, "Referrer-Policy"), Header(page, "Cache-Control")));

        // Without a key, and noted all the same.
        Assert.Equal(["GET /embed/profiles/{id}/card", "POST /api/v1/profiles/{id}/card-tokens"], (await app.AllAsync($"/audit/reads?profile={ann}")).Select(row => row.Text("route")).Where(route => route.Contains("card", StringComparison.Ordinal)));

        var query = token.Text("url").Split('?')[1];
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync($"/embed/profiles/{bjorn}/card?{query}")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync($"/embed/profiles/{ann}/card?token=forged")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync($"/embed/profiles/{ann}/card")).StatusCode);
        clock.Now += TimeSpan.FromMinutes(2);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync(token.Text("url"))).StatusCode);
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, $"/profiles/{ann}/card-tokens", """{"minutes":61}""");
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, $"/profiles/{ann}/card-tokens", """{"card":"none"}""");
    }

    [Fact]
    public async Task Whatever_a_profile_holds_is_text_in_its_card()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        app.WriteFile("contacts.csv", "Id,First,Last,Email,Phone,City\n" + string.Join(',', "C1", "<script>alert(1)</script>", "\"\"\"><img src=x onerror=alert(2)>\"", "x@y?subject=<b>", "javascript:alert(3)", "{{constructor}} {{{raw}}} \u202Eevil") + "\n");
        var recipe = Shop.Recipe();
        recipe["cards"] = JsonNode.Parse("""
            {"mine":{"fields":[{"name":"first_name"},{"name":"phone","format":"phone"},{"name":"email","format":"email"},{"name":"web","expression":"phone","format":"link"},{"name":"city"}],
             "template":"<p title={{name}} class='{{fields.first_name.text}}'>{{fields.city.text}} <a href=\"{{fields.web.href}}\">{{fields.phone.text}}</a> {{fields.email.href}}</p>"}}
            """);
        await app.ApplyAsync(recipe.ToJsonString());
        await app.SucceedAsync();
        var id = (await app.ProfileOfAsync("C1")).Id();
        foreach (var html in new[] { (await app.GetAsync($"/profiles/{id}/card")).Text("html"), (await app.GetAsync($"/profiles/{id}/card?card=mine")).Text("html") })
        {
            Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img src=x", html, StringComparison.Ordinal);
            Assert.DoesNotContain("href=\"javascript", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("mailto:x@y?", html, StringComparison.Ordinal);
            Assert.DoesNotContain("\u202E", html, StringComparison.Ordinal);
        }

        Assert.Contains("{{constructor}} {{{raw}}}", WebUtility.HtmlDecode((await app.GetAsync($"/profiles/{id}/card?card=mine")).Text("html")), StringComparison.Ordinal);
    }

    private static async Task<RunningApp> OpenAsync(TimeProvider? clock = null)
    {
        var app = await RunningApp.StartAsync(clock: clock);
        app.WriteFile("contacts.csv", Shop.Contacts);
        app.WriteFile("members.csv", Shop.Members);
        app.WriteFile("orders.csv", Shop.Orders);
        app.WriteFile("cases.csv", "Id,Who,At,Status\nK1,C1,2026-01-01,open\nK2,C1,2026-01-02,Closed\nK3,C2,2026-01-02,closed\n");
        app.WriteFile("deals.csv", "Id,Who,At,Stage,Value\nD1,C1,2026-01-01,won,400\nD2,C1,2026-01-01,propose,100\nD3,C1,2026-01-01,Lost,9999\n");
        var recipe = Shop.Recipe();
        recipe["activityTypes"]!["order"] = JsonNode.Parse("""{"fields":{"amount":{"type":"decimal","semanticType":"order.amount"}}}""");
        recipe["activityTypes"]!["case"] = JsonNode.Parse("""{"fields":{"status":{"type":"text","semanticType":"case.status"}}}""");
        recipe["activityTypes"]!["deal"] = JsonNode.Parse("""{"fields":{"stage":{"type":"text","semanticType":"deal.stage"},"value":{"type":"decimal","semanticType":"deal.value"}}}""");
        recipe["profileTypes"]!["customer"]!["attributes"]!["city"] = JsonNode.Parse("""{"type":"text","semanticType":"address.city"}""");
        recipe["sources"]!["crm"]!["settings"]!["streams"]!.AsArray().Add(JsonNode.Parse("""{"name":"cases","path":"cases.csv","key":["Id"],"columns":{"At":{"type":"date"}}}"""));
        recipe["sources"]!["crm"]!["settings"]!["streams"]!.AsArray().Add(JsonNode.Parse("""{"name":"deals","path":"deals.csv","key":["Id"],"columns":{"At":{"type":"date"},"Value":{"type":"decimal"}}}"""));
        recipe["mappings"]!["crm.cases"] = JsonNode.Parse("""{"activity":{"type":"case","at":"At","link":{"stream":"crm.contacts","key":"Who"},"fields":{"status":"Status"}}}""");
        recipe["mappings"]!["crm.deals"] = JsonNode.Parse("""{"activity":{"type":"deal","at":"At","link":{"stream":"crm.contacts","key":"Who"},"fields":{"stage":"Stage","value":"Value"}}}""");
        recipe["measures"]!["engagement_score"] = JsonNode.Parse("""{"engagement":{"weights":{"case":{"weight":0},"deal":{"weight":0}}}}""");
        await app.ApplyAsync(recipe.ToJsonString());
        await app.SucceedAsync();
        return app;
    }

    private static IEnumerable<JsonNode> Fields(JsonNode card) => card["values"]!["fields"]!.AsArray().Select(field => field!);

    private static IEnumerable<string> Names(JsonNode cards) => [.. cards.AsArray().Select(card => card!.Text("name"))];

    private static string Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : "";

    private sealed class SettableClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
