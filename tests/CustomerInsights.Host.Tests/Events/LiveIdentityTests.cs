using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Events;

/// <summary>From an event posted to the profile that it changes, without a refresh.</summary>
public sealed class LiveIdentityTests
{
    [Fact]
    public async Task Who_signs_in_is_found_at_once_with_what_they_did_before_and_enters_segments()
    {
        await using var app = await EventSite.OpenAsync(change: WithIdentity);
        await app.AcceptAsync("page", """{"anonymousId":"v-9","messageId":"l1","name":"Home"}""");
        await app.FateAsync("l1");
        Assert.Null((await app.FateAsync("l1"))["profileId"]);
        await app.AcceptAsync("batch", """
            {"batch":[{"type":"identify","anonymousId":"v-9","userId":"900","messageId":"l2","traits":{"email":"nina@example.com","firstName":"Nina","lastName":"New"}},
                      {"type":"track","userId":"900","messageId":"l3","event":"Order Completed","properties":{"total":5}}]}
            """);
        var id = await ProfileOfAsync(app, "l1");
        var nina = await app.GetAsync($"/profiles/{id}");
        Assert.Equal("Nina New", nina.Text("displayName"));
        Assert.Equal(["order", "page"], (await app.GetAsync($"/profiles/{id}/activities"))["items"]!.AsArray().Select(item => item!.Text("type")).Order(StringComparer.Ordinal));
        await EventuallyAsync(async () => (await app.GetAsync($"/profiles/{id}"))["segments"]!.AsObject().ContainsKey("buyers"));

        // A refresh finds nothing to change of what events made: ids, nodes and values stay.
        await app.SucceedAsync();
        Assert.Equal(id, await ProfileOfAsync(app, "l3"));
        Assert.Equal("Nina New", (await app.GetAsync($"/profiles/{id}")).Text("displayName"));
        Assert.Equal(2, (await app.GetAsync($"/profiles/{id}"))["records"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_visitor_of_whom_the_file_knows_the_address_becomes_that_person_and_an_undone_merge_takes_its_events_along()
    {
        await using var app = await EventSite.OpenAsync(change: WithIdentity);
        var before = await app.ProfileOfAsync("C2");
        await app.AcceptAsync("identify", """{"userId":"b","messageId":"u1","traits":{"email":"BJORN@example.com"}}""");
        await app.AcceptAsync("track", """{"userId":"b","messageId":"u2","event":"Order Completed","properties":{"total":5}}""");
        Assert.Equal(before.Id(), await ProfileOfAsync(app, "u2"));
        Assert.Equal(2, (await app.GetAsync($"/profiles/{before.Id()}/activities"))["items"]!.AsArray().Count);

        await app.SendAsync(HttpMethod.Post, "/unification/verdicts", JsonNode.Parse("""
            {"verdict":"different","left":{"stream":"crm.contacts","key":"C2"},"right":{"stream":"web.identities","key":"user_id/b"}}
            """));
        await EventuallyAsync(async () => (await app.FateAsync("u2"))["profileId"]?.GetValue<string>() != before.Id());
        var after = await app.ProfileOfAsync("C2");
        Assert.Equal(Whole(before), Whole(after));
        Assert.Single((await app.GetAsync($"/profiles/{before.Id()}/activities"))["items"]!.AsArray());
    }

    [Fact]
    public async Task One_family_address_chains_no_strangers()
    {
        await using var app = await EventSite.OpenAsync(change: WithIdentity);
        foreach (var user in new[] { "x1", "x2", "x3" })
        {
            await app.AcceptAsync("identify", $$$"""{"userId":"{{{user}}}","messageId":"{{{user}}}","traits":{"email":"family@example.com","firstName":"{{{user}}}"}}""");
        }

        var ids = new HashSet<string>();
        foreach (var user in new[] { "x1", "x2", "x3" })
        {
            ids.Add(await ProfileOfAsync(app, user));
        }

        Assert.Equal(3, ids.Count);
        Assert.Contains((await app.GetAsync("/unification/demotions?type=customer"))["items"]!.AsArray(), item => item!.ToJsonString().Contains("family@example.com", StringComparison.Ordinal));
    }

    private static void WithIdentity(JsonObject recipe)
    {
        recipe["unification"]!["customer"]!["identity"] = new JsonObject();
        recipe["eventSources"]!["web"]!["events"]!.AsObject().Remove("Rated");
    }

    private static string Whole(JsonNode profile)
    {
        var copy = profile.DeepClone().AsObject();
        foreach (var name in new[] { "changedAt", "measures", "segments", "edges" })
        {
            copy.Remove(name);
        }

        return copy.ToJsonString();
    }

    private static async Task<string> ProfileOfAsync(RunningApp app, string messageId)
    {
        await EventuallyAsync(async () => (await app.FateAsync(messageId))["profileId"] is not null);
        return (await app.FateAsync(messageId)).Text("profileId");
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 2400; i++)
        {
            if (await holds())
            {
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail("It did not come about.");
    }
}
