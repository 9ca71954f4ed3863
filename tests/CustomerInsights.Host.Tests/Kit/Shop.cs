using System.Text.Json.Nodes;

namespace CustomerInsights.Host.Tests.Kit;

/// <summary>A shop of a handful of people: a CRM with contacts and orders, and a club with members who have the same e-mail address.</summary>
internal static class Shop
{
    public const string Contacts = """
        Id,First,Last,Email,Phone,City
        C1,Ann,Miller,ann@example.com,+1 (555) 010-0001,Paris
        C2,Björn,Ångström,bjorn@example.com,0043 1 234567,Wien
        C3,Cem,Öz,cem@example.com,,Ankara
        C4,Dora,Miller,dora@example.com,,Paris

        """;

    public const string Members = """
        MemberId,Name,Email,Points
        M1,Ann Miller,ANN@example.com,10
        M2,Zoe Quist,zoe@example.com,20

        """;

    public const string Orders = """
        OrderId,ContactId,At,Amount
        O1,C1,2026-01-01,100.10
        O2,C1,2026-01-02,50.20
        O3,C2,2026-01-03,7.00
        O4,C9,2026-01-04,9.99

        """;

    /// <summary>The recipe as a tree that a test may change before it is applied.</summary>
    public static JsonObject Recipe() => JsonNode.Parse("""
        {
          "recipe": 1,
          "profileTypes": { "customer": { "attributes": {
            "first_name": { "type": "text", "semanticType": "person.first_name" },
            "last_name": { "type": "text", "semanticType": "person.last_name" },
            "full_name": { "type": "text", "semanticType": "person.full_name" },
            "email": { "type": "text", "semanticType": "contact.email" },
            "phone": { "type": "text", "semanticType": "contact.phone" },
            "city": { "type": "text" },
            "points": { "type": "integer" },
            "member_id": { "type": "text", "semanticType": "identity.member_id" }
          } } },
          "activityTypes": { "order": { "fields": { "amount": { "type": "decimal" } } } },
          "sources": {
            "crm": { "plugin": "customer-insights.csv-connector", "settings": { "streams": [
              { "name": "contacts", "path": "contacts.csv", "key": ["Id"], "columns": { "Id": { "type": "text" }, "Phone": { "type": "text" } } },
              { "name": "orders", "path": "orders.csv", "key": ["OrderId"], "columns": { "Amount": { "type": "decimal" }, "At": { "type": "date" } } }
            ] } },
            "club": { "plugin": "customer-insights.csv-connector", "settings": { "streams": [
              { "name": "members", "path": "members.csv", "key": ["MemberId"], "columns": { "Points": { "type": "integer" } } }
            ] } }
          },
          "mappings": {
            "crm.contacts": { "profile": { "type": "customer", "fields": {
              "first_name": "First", "last_name": "Last", "email": "lower(Email)", "phone": "Phone", "city": "City" } } },
            "club.members": { "profile": { "type": "customer", "fields": {
              "full_name": "Name", "email": "lower(Email)", "points": "Points", "member_id": "MemberId" } } },
            "crm.orders": { "activity": { "type": "order", "at": "At", "link": { "stream": "crm.contacts", "key": "ContactId" }, "fields": { "amount": "Amount" } } }
          },
          "unification": { "customer": {
            "streams": [{ "stream": "crm.contacts" }, { "stream": "club.members" }],
            "matching": [{ "stream": "club.members", "rules": [{ "name": "e-mail", "conditions": [{ "field": "email" }] }] }]
          } },
          "measures": {
            "spend": { "expression": "sum(order.amount)" },
            "orders": { "expression": "count(order)" },
            "revenue": { "business": true, "expression": "sum(order.amount)" }
          },
          "segments": {
            "buyers": { "rule": "orders >= 1" },
            "members": { "rule": "member_id is present" }
          },
          "exports": { "buyers": {
            "plugin": "customer-insights.csv-export", "settings": { "fileName": "buyers" }, "segment": "buyers",
            "fields": [{ "name": "profile_id" }, { "name": "email" }, { "name": "spend" }]
          } }
        }
        """)!.AsObject();

    /// <summary>A host with the shop's files; its recipe is applied and refreshed unless told otherwise.</summary>
    /// <param name="refresh">False leaves it without recipe.</param>
    /// <param name="change">Changes the recipe first.</param>
    public static async Task<RunningApp> OpenAsync(bool refresh = true, Action<JsonObject>? change = null, TimeProvider? clock = null, IReadOnlyList<string>? frames = null)
    {
        var app = await RunningApp.StartAsync(clock: clock, frames: frames);
        app.WriteFile("contacts.csv", Contacts);
        app.WriteFile("members.csv", Members);
        app.WriteFile("orders.csv", Orders);
        if (refresh)
        {
            var recipe = Recipe();
            change?.Invoke(recipe);
            await app.ApplyAsync(recipe.ToJsonString());
            await app.SucceedAsync();
        }

        return app;
    }

    /// <summary>Refreshes and fails the test if that fails.</summary>
    public static async Task<JsonNode> SucceedAsync(this RunningApp app)
    {
        var job = await app.RefreshAsync();
        Assert.True(job["state"]!.GetValue<string>() == "succeeded", job.ToJsonString());
        return job;
    }

    /// <summary>Computes the preview of the policy that was saved last, and makes it the active one.</summary>
    public static async Task<JsonNode> ActivateAsync(this RunningApp app, string type)
    {
        var preview = await app.PreviewAsync(type);
        var (status, body) = await app.SendAsync(HttpMethod.Post, $"/unification/policies/{type}/activation");
        Assert.True(status == System.Net.HttpStatusCode.OK, body?.ToJsonString());
        return preview;
    }

    /// <summary>Computes a preview; without a request that of the policy that was saved last.</summary>
    public static async Task<JsonNode> PreviewAsync(this RunningApp app, string type, JsonNode? request = null)
    {
        var (status, accepted) = await app.SendAsync(HttpMethod.Post, $"/unification/policies/{type}/previews", request);
        Assert.True(status == System.Net.HttpStatusCode.Accepted, accepted?.ToJsonString());
        var job = await app.EndOfAsync(accepted!.Text("jobId"));
        Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
        return await app.GetAsync($"/unification/previews/{job.Text("id")}");
    }

    /// <summary>The profile that a record belongs to, in full.</summary>
    public static async Task<JsonNode> ProfileOfAsync(this RunningApp app, string key)
    {
        var found = await app.GetAsync($"/profiles?by=id&search={Uri.EscapeDataString(key)}");
        var id = Assert.Single(found["items"]!.AsArray())!["id"]!.GetValue<string>();
        return await app.GetAsync($"/profiles/{id}");
    }

    public static string Id(this JsonNode profile) => profile["id"]!.GetValue<string>();

    /// <summary>An attribute of a profile given in full.</summary>
    public static JsonNode? Attribute(this JsonNode profile, string name) =>
        profile["attributes"]!.AsArray().SingleOrDefault(attribute => attribute!["name"]!.GetValue<string>() == name);

    public static string Text(this JsonNode node, string field) => node[field]!.GetValue<string>();
}

/// <summary>One shop for tests that only ask.</summary>
public sealed class ShopFixture : IAsyncLifetime
{
    private RunningApp? _app;

    internal RunningApp App => _app!;

    public async Task InitializeAsync() => _app = await Shop.OpenAsync();

    public async Task DisposeAsync() => await App.DisposeAsync();
}
