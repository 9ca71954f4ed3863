using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Pipeline;

/// <summary>Sources of several kinds and ways to read them.</summary>
public sealed class SourceTests
{
    [Fact]
    public async Task JSON_lines_with_nested_fields_become_profiles()
    {
        await using var app = await Shop.OpenAsync();
        app.WriteFile("leads.jsonl", """
            {"id": 7, "person": {"first": "Ann", "email": "Ann@Example.com"}, "score": 1.50, "tags": ["new", "hot"]}
            {"id": 8, "person": {"first": "Eve", "email": "eve@example.com"}, "score": 2}

            """);
        var recipe = Shop.Recipe();
        recipe["profileTypes"]!["customer"]!["attributes"]!["score"] = new JsonObject { ["type"] = "decimal" };
        recipe["sources"]!["web"] = JsonNode.Parse("""
            { "plugin": "customer-insights.json-connector", "settings": { "streams": [
              { "name": "leads", "path": "leads.jsonl", "key": ["id"], "fields": { "score": { "type": "decimal" } } } ] } }
            """);
        recipe["mappings"]!["web.leads"] = JsonNode.Parse("""
            { "profile": { "type": "customer", "fields": { "first_name": "`person.first`", "email": "lower(`person.email`)", "score": "score" } } }
            """);
        recipe["unification"]!["customer"]!["streams"]!.AsArray().Add(new JsonObject { ["stream"] = "web.leads" });
        recipe["unification"]!["customer"]!["matching"]!.AsArray().Add(JsonNode.Parse("""{ "stream": "web.leads", "rules": [{ "name": "e-mail", "conditions": [{ "field": "email" }] }] }"""));
        await app.ApplyAsync(recipe.ToJsonString());
        await app.RefreshAsync();
        await app.ActivateAsync("customer");
        await app.SucceedAsync();
        var ann = await app.ProfileOfAsync("C1");
        Assert.Equal(3, ann["records"]!.AsArray().Count);
        Assert.Equal("1.50", ann.Attribute("score")!.Text("value"));
        Assert.Equal("web.leads", ann.Attribute("score")!["from"]!.Text("stream"));
        Assert.Equal(6, (await app.GetAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<int>());
    }

    [Fact]
    public async Task An_incremental_stream_forgets_nothing_and_a_disabled_one_is_not_read()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        var recipe = Shop.Recipe();
        recipe["sources"]!["crm"]!["streams"] = JsonNode.Parse("""{ "contacts": { "mode": "incremental" }, "orders": { "enabled": false } }""");
        await app.ApplyAsync(recipe.ToJsonString());
        await app.SucceedAsync();
        Assert.Empty((await app.GetAsync("/streams/crm.orders/records"))["items"]!.AsArray());
        app.WriteFile("contacts.csv", "Id,First,Last,Email,Phone,City\nC3,Cem,Öz,cem@example.com,,Izmir\nC5,Eve,New,eve@example.com,,Oslo\n");
        await app.SucceedAsync();
        Assert.Equal(["C1", "C2", "C3", "C4", "C5"], (await app.AllAsync("/streams/crm.contacts/records")).Select(record => record.Text("key")));
        Assert.Equal("Izmir", (await app.ProfileOfAsync("C3")).Attribute("city")!.Text("value"));
    }

    [Fact]
    public async Task A_source_is_checked_and_discovered_before_it_is_used()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        await app.ApplyAsync(Shop.Recipe().ToJsonString());
        var (_, check) = await app.SendAsync(HttpMethod.Post, "/sources/crm/check");
        Assert.True(check!["ok"]!.GetValue<bool>(), check.ToJsonString());
        var (_, catalog) = await app.SendAsync(HttpMethod.Post, "/sources/crm/discover");
        Assert.Equal(["contacts", "orders"], catalog!["streams"]!.AsArray().Select(stream => stream!.Text("name")));
        Assert.Equal(
            ["Id text", "First text", "Last text", "Email text", "Phone text", "City text"],
            (await app.GetAsync("/streams"))["items"]!.AsArray().Single(stream => stream!.Text("name") == "crm.contacts")!["fields"]!.AsArray().Select(field => $"{field!["name"]} {field["type"]}"));
    }

    [Fact]
    public async Task A_rule_follows_a_relationship_to_another_profile()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        app.WriteFile("cities.csv", "Name,Country\nParis,FR\nWien,AT\n");
        var recipe = Shop.Recipe();
        recipe["profileTypes"]!["city"] = JsonNode.Parse("""{ "attributes": { "name": { "type": "text" }, "country": { "type": "text" } } }""");
        recipe["relationships"] = JsonNode.Parse("""{ "lives_in": { "from": "customer", "to": "city", "attribute": "city", "targetAttribute": "name", "as": "home" } }""");
        recipe["sources"]!["geo"] = JsonNode.Parse("""{ "plugin": "customer-insights.csv-connector", "settings": { "streams": [{ "name": "cities", "path": "cities.csv", "key": ["Name"] }] } }""");
        recipe["mappings"]!["geo.cities"] = JsonNode.Parse("""{ "profile": { "type": "city", "fields": { "name": "Name", "country": "Country" } } }""");
        recipe["unification"]!["city"] = JsonNode.Parse("""{ "streams": [{ "stream": "geo.cities" }] }""");
        recipe["segments"]!["french"] = new JsonObject { ["rule"] = "home.country = \"FR\"" };
        await app.ApplyAsync(recipe.ToJsonString());
        await app.SucceedAsync();
        Assert.Equal(["Ann Miller", "Dora Miller"], (await app.AllAsync("/segments/french/members")).Select(member => member.Text("displayName")).Order(StringComparer.Ordinal));

        app.WriteFile("cities.csv", "Name,Country\nParis,FR\nWien,FR\n");
        await app.SucceedAsync();
        Assert.Equal(3, (await app.GetAsync("/segments/french/members"))["count"]!.GetValue<int>());
    }
}
