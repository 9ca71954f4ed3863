using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Events;

/// <summary>The shop with a site that posts events.</summary>
internal static class EventSite
{
    public const string Key = "WebWriteKey00000001";

    public static JsonObject Recipe()
    {
        var recipe = Shop.Recipe();
        recipe["eventSources"] = JsonNode.Parse($$"""
            { "web": { "writeKey": "{{Key}}", "events": {
              "Order Completed": { "activity": "order", "fields": { "amount": "total" } },
              "Rated": { "schema": { "type": "object", "required": ["stars"], "properties": { "stars": { "type": "integer" } } }, "onViolation": "block" },
              "Shared": { "schema": { "type": "object", "properties": { "where": { "type": "string" } } }, "onViolation": "omit" },
              "Watched": { "schema": { "type": "object", "properties": { "seconds": { "type": "integer" } } } } } } }
            """);
        recipe["activityTypes"]!["page"] = JsonNode.Parse("""{"fields":{"url":{"type":"text"},"title":{"type":"text"},"name":{"type":"text"}}}""");
        recipe["mappings"]!["web.identities"] = JsonNode.Parse("""
            { "profile": { "type": "customer", "fields": { "first_name": "firstName", "last_name": "lastName", "email": "lower(email)", "city": "address_city" } } }
            """);
        recipe["unification"]!["customer"]!["streams"]!.AsArray().Add(JsonNode.Parse("""{"stream":"web.identities"}"""));
        recipe["unification"]!["customer"]!["matching"]!.AsArray().Add(JsonNode.Parse("""{"stream":"web.identities","rules":[{"name":"e-mail","conditions":[{"field":"email"}]}]}"""));
        return recipe;
    }

    public static async Task<RunningApp> OpenAsync(TimeProvider? clock = null, Action<JsonObject>? change = null)
    {
        var app = await RunningApp.StartAsync(clock: clock);
        app.WriteFile("contacts.csv", Shop.Contacts);
        app.WriteFile("members.csv", Shop.Members);
        app.WriteFile("orders.csv", Shop.Orders);
        var recipe = Recipe();
        change?.Invoke(recipe);
        await app.ApplyAsync(recipe.ToJsonString());
        await app.SucceedAsync();
        return app;
    }

    /// <summary>Posts as a program would, with the key as Basic credentials.</summary>
    public static async Task<(HttpStatusCode Status, JsonNode? Body)> PostEventAsync(this RunningApp app, string route, string body, string? key = Key, Action<HttpRequestMessage>? change = null)
    {
        using var client = app.ClientWith(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/{route}") { Content = new StringContent(body, Encoding.UTF8, "text/plain") };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
        }

        change?.Invoke(request);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text) : null);
    }

    /// <summary>Posts an event that must be answered with 200.</summary>
    public static async Task AcceptAsync(this RunningApp app, string route, string body)
    {
        var (status, answer) = await app.PostEventAsync(route, body);
        Assert.True(status == HttpStatusCode.OK, $"{status}: {answer?.ToJsonString()}");
        Assert.Equal("""{"success":true}""", answer!.ToJsonString());
    }

    /// <summary>What became of an event, as soon as it is known.</summary>
    public static async Task<JsonNode> FateAsync(this RunningApp app, string messageId)
    {
        for (var i = 0; i < 6000; i++)
        {
            var (status, body) = await app.SendAsync(HttpMethod.Get, $"/events/{messageId}/fate");
            if (status == HttpStatusCode.OK)
            {
                return Assert.Single(body!["fates"]!.AsArray())!;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"Nothing became of the event '{messageId}'.");
    }
}
