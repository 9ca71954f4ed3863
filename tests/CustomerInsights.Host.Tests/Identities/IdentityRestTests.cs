using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Identities;

public sealed class IdentityRestTests
{
    [Fact]
    public async Task A_running_host_follows_events_and_tells_identities_demotions_and_how_far_it_is()
    {
        await using var world = await IdentityWorld.OpenAsync();
        using var http = await world.StartAsync();
        await world.TrackAsync("web", "e1", null, "a", 1);
        await world.IdentifyAsync("web", "42", "a", 2, ("email", "family@x"));
        await world.IdentifyAsync("app", "43", null, 3, ("email", "family@x"));
        var status = await FollowedAsync(http);
        Assert.Empty(status["waiting"]!.AsArray());
        Assert.Equal(0, status["leftCount"]!.GetValue<int>());

        var id = (await world.ProfileAsync("web.identities", "user_id/42"))!.Id;
        var told = await http.GetJsonAsync($"/profiles/{id}/identities");
        Assert.True(told["known"]!.GetValue<bool>());
        Assert.Equal(["anonymous_id=a", "email=family@x", "user_id=42"], told["identifiers"]!.AsArray().Select(one => $"{one!["type"]}={one["value"]}"));
        Assert.Equal("user_id/42", told["identifiers"]![1]!["records"]![0]!["key"]!.GetValue<string>());
        var edge = Assert.Single(told["edges"]!.AsArray())!;
        Assert.Equal(("asserted", "identify:web", "2026-03-01T12:00:02Z"), (edge["kind"]!.GetValue<string>(), edge["rule"]!.GetValue<string>(), edge["at"]!.GetValue<string>()));
        var demotion = Assert.Single(told["demotions"]!.AsArray())!;
        Assert.Equal("Joined by it, one profile would have 2 values of user_id, and at most 1 are allowed.", demotion["reason"]!.GetValue<string>());

        var list = await http.GetJsonAsync("/unification/demotions?type=customer&limit=1");
        Assert.Equal(("email", "family@x", 2), (list["items"]![0]!["identifier"]!.GetValue<string>(), list["items"]![0]!["value"]!.GetValue<string>(), list["items"]![0]!["profiles"]!.GetValue<int>()));
        Assert.True((await http.GetJsonAsync($"/profiles/{id}"))["known"]!.GetValue<bool>());
        var policy = await http.GetJsonAsync("/unification/policies/customer");
        Assert.Equal("user_id", policy["definition"]!["identity"]!["types"]![0]!["type"]!.GetValue<string>());
        await http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/unification/demotions?type=custommer");
        await http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/profiles/00000000-0000-7000-8000-000000000000/identities");
    }

    [Theory]
    [InlineData("""{ "types": [{ "type": "email", "limit": 0 }] }""", "/identity/types/0/limit")]
    [InlineData("""{ "types": [{ "type": "email", "blocked": ["^(?<=a)b$"] }] }""", "/identity/types/0/blocked/0")]
    [InlineData("""{ "unknownExpireAfter": "a week" }""", "/identity/unknownExpireAfter")]
    public async Task A_policy_of_identities_that_cannot_be_is_refused_with_its_place(string identity, string place)
    {
        await using var world = await IdentityWorld.OpenAsync();
        using var http = await world.StartAsync();
        JsonObject policy = new()
        {
            ["streams"] = new JsonArray(new JsonObject { ["stream"] = "web.identities" }),
            ["identity"] = JsonNode.Parse(identity),
        };
        var problem = await http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/unification/policies/customer", policy.ToJsonString(), ifMatch: "*");
        Assert.Contains(place, problem.ToJsonString(), StringComparison.Ordinal);
    }

    private static async Task<JsonNode> FollowedAsync(HttpClient http)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            var status = await http.GetJsonAsync("/unification/live");
            if (status["behind"]!.GetValue<long>() == 0)
            {
                return status;
            }

            await Task.Delay(50, patience.Token);
        }
    }
}
