using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Profiles;

/// <summary>What the page of a profile is made of, over HTTP: attributes with their sources, timeline, orders, avatar.</summary>
public sealed class ProfilePageTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public async Task An_attribute_tells_its_record_the_rule_that_chose_it_and_the_values_that_lost()
    {
        var ann = (await shop.App.ProfileOfAsync("C1")).Id();
        var all = await shop.App.GetAsync($"/profiles/{ann}/attributes?view=all");
        var items = all["items"]!.AsArray().ToDictionary(item => item!.Text("name"), item => item!);
        Assert.Equal(["first_name", "last_name", "full_name", "email", "phone", "city", "points", "member_id"], all["items"]!.AsArray().Select(item => item!.Text("name")));

        var email = items["email"];
        Assert.Equal(("ann@example.com", "contact.email", "importance", "email"), (email.Text("value"), email.Text("semanticType"), email.Text("rule"), email.Text("field")));
        Assert.Equal(("crm.contacts", "C1"), (email["from"]!.Text("stream"), email["from"]!.Text("key")));
        Assert.NotNull(email["changedAt"]);
        var other = Assert.Single(email["others"]!.AsArray())!;
        Assert.Equal(("ann@example.com", "club.members", "M1"), (other.Text("value"), other["from"]!.Text("stream"), other["from"]!.Text("key")));

        Assert.Equal((10, "club.members"), (items["points"]["value"]!.GetValue<int>(), items["points"]["from"]!.Text("stream")));
        Assert.Equal("full_name", items["full_name"].Text("field"));
    }

    [Fact]
    public async Task The_common_view_shows_what_most_have_and_the_known_view_what_this_one_has()
    {
        var cem = (await shop.App.ProfileOfAsync("C3")).Id();
        Assert.Equal(["first_name", "last_name", "email", "city"], await NamesAsync(cem, ""));
        Assert.Equal(["first_name", "last_name", "email", "city"], await NamesAsync(cem, "?view=known"));
        var zoe = (await shop.App.ProfileOfAsync("M2")).Id();
        Assert.Equal(["full_name", "email", "points", "member_id"], await NamesAsync(zoe, "?view=known"));
        Assert.Equal(["first_name", "last_name", "email", "city"], await NamesAsync(zoe, "?view=common"));
        Assert.Equal(["email"], await NamesAsync(zoe, "?view=all&search=EXAMPLE"));
        Assert.Equal(["first_name", "last_name", "full_name"], await NamesAsync(zoe, "?view=all&search=name"));
        await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/profiles/{zoe}/attributes?search={new string('x', 201)}", null);
        await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/profiles/{zoe}/attributes?view=some", null);
    }

    [Fact]
    public async Task A_timeline_is_asked_for_by_stretch_and_by_day()
    {
        var ann = (await shop.App.ProfileOfAsync("C1")).Id();
        Assert.Equal(["O2", "O1"], await KeysAsync(ann, ""));
        Assert.Equal(["O1"], await KeysAsync(ann, "?day=2026-01-01"));
        Assert.Equal(["O2", "O1"], await KeysAsync(ann, "?day=2026-01-05&from=2026-01-01"));
        Assert.Equal(["O2"], await KeysAsync(ann, "?from=2026-01-01T00:00:01Z&to=2026-01-03"));
        Assert.Equal([], await KeysAsync(ann, "?type=visit"));
        var days = await shop.App.GetAsync($"/profiles/{ann}/activities/days");
        Assert.Equal("""[{"date":"2026-01-02","count":1,"types":{"order":1}},{"date":"2026-01-01","count":1,"types":{"order":1}}]""", days["days"]!.ToJsonString());
        Assert.Single((await shop.App.GetAsync($"/profiles/{ann}/activities/days?day=2026-01-01"))["days"]!.AsArray());
    }

    [Theory]
    [InlineData("day=yesterday", "day: day=yesterday is no day")]
    [InlineData("from=1/2/2026", "from: from=1/2/2026 is no time")]
    [InlineData("day=2026-01-01&to=2026-01-01", "day: Give 'day' or 'to'")]
    [InlineData("from=2026-01-02&to=2026-01-02", "from: The beginning must come before the end")]
    public async Task A_stretch_that_is_none_is_refused(string query, string fault)
    {
        var ann = (await shop.App.ProfileOfAsync("C1")).Id();
        foreach (var list in new[] { "activities", "activities/days" })
        {
            Assert.StartsWith(fault, (await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/profiles/{ann}/{list}?{query}", null)).Faults(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_activity_opens_to_all_that_is_known_of_it()
    {
        var ann = (await shop.App.ProfileOfAsync("C1")).Id();
        var first = (await shop.App.GetAsync($"/profiles/{ann}/activities"))["items"]![0]!;
        var detail = await shop.App.GetAsync($"/profiles/{ann}/activities/{first.Text("id")}");
        Assert.Equal(("order", "O2", "crm.orders"), (detail.Text("type"), detail.Text("key"), detail.Text("stream")));
        Assert.Equal("50.20", Assert.Single(detail["fields"]!.AsArray())!.Text("value"));
        Assert.Equal("C1", detail["record"]!.Text("ContactId"));
        var bjorn = (await shop.App.ProfileOfAsync("C2")).Id();
        await shop.App.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/profiles/{bjorn}/activities/{first.Text("id")}", null);
        await shop.App.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/profiles/{bjorn}/activities/x", null);
    }

    [Fact]
    public async Task Orders_are_summed_by_currency_without_those_that_were_undone()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        app.WriteFile("orders.csv", """
            OrderId,ContactId,At,Amount,Cur,State
            O1,C1,2026-01-01,100.10,EUR,paid
            O2,C1,2026-01-02,50.20,EUR,paid
            O3,C1,2026-01-03,9.99,USD,
            O4,C1,2026-01-04,77,EUR,Cancelled
            O5,C1,2026-01-05,,EUR,paid

            """);
        var recipe = Shop.Recipe();
        recipe["activityTypes"]!["order"] = JsonNode.Parse("""
            {"fields":{"amount":{"type":"decimal","semanticType":"order.amount"},"currency":{"type":"text","semanticType":"order.currency"},"status":{"type":"text","semanticType":"order.status"}}}
            """);
        recipe["mappings"]!["crm.orders"]!["activity"]!["fields"] = JsonNode.Parse("""{"amount":"Amount","currency":"Cur","status":"State"}""");
        await app.ApplyAsync(recipe.ToJsonString());
        await app.SucceedAsync();
        var orders = await app.GetAsync($"/profiles/{(await app.ProfileOfAsync("C1")).Id()}/orders");
        Assert.Equal(1, orders["undone"]!.GetValue<int>());
        Assert.Equal(
            """[{"currency":"EUR","lifetimeValue":"150.30","averageValue":"75.15","orders":2,"first":"2026-01-01T00:00:00Z","last":"2026-01-02T00:00:00Z"},{"currency":"USD","lifetimeValue":"9.99","averageValue":"9.99","orders":1,"first":"2026-01-03T00:00:00Z","last":"2026-01-03T00:00:00Z"}]""",
            orders["currencies"]!.ToJsonString());
        Assert.Empty((await app.GetAsync($"/profiles/{(await app.ProfileOfAsync("C3")).Id()}/orders"))["currencies"]!.AsArray());
    }

    [Fact]
    public async Task An_avatar_is_a_drawing_of_the_profiles_own()
    {
        var (ann, bjorn) = ((await shop.App.ProfileOfAsync("C1")).Id(), (await shop.App.ProfileOfAsync("C2")).Id());
        using var response = await shop.App.Http.GetAsync($"/api/v1/profiles/{ann}/avatar");
        var drawing = await response.Content.ReadAsStringAsync();
        Assert.Equal("image/svg+xml", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("svg", System.Xml.Linq.XElement.Parse(drawing).Name.LocalName);
        Assert.Equal(drawing, await shop.App.Http.GetStringAsync($"/api/v1/profiles/{ann}/avatar"));
        Assert.NotEqual(drawing, await shop.App.Http.GetStringAsync($"/api/v1/profiles/{bjorn}/avatar"));
    }

    private async Task<IEnumerable<string>> NamesAsync(string id, string query) =>
        (await shop.App.GetAsync($"/profiles/{id}/attributes{query}"))["items"]!.AsArray().Select(item => item!.Text("name"));

    private async Task<IEnumerable<string>> KeysAsync(string id, string query) =>
        (await shop.App.GetAsync($"/profiles/{id}/activities{query}"))["items"]!.AsArray().Select(item => item!.Text("key"));
}
