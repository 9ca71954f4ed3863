using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Recipes;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Host.Tests.Pipeline;

/// <summary>A policy with a matcher and no rules, over REST and through a refresh.</summary>
public sealed class MatcherPolicyTests
{
    private const int People = MatchedPeople.Count;

    [Fact]
    public async Task The_suggested_policy_can_be_stored_as_it_stands_and_unifies()
    {
        await using var app = await MatchedPeople.OpenAsync();
        var suggestion = await app.GetAsync("/unification/policies/customer/suggestion");
        Assert.All(suggestion["fields"]!.AsArray(), field => Assert.Contains($"'{field!.Text("field")}'", field!.Text("why"), StringComparison.Ordinal));
        var compared = suggestion["policy"]!["matcher"]!["fields"]!.AsArray().Select(field => field!.Text("field")).ToList();
        Assert.Contains("email", compared);
        Assert.DoesNotContain("member_id", compared);
        var (status, body) = await app.SendAsync(HttpMethod.Put, "/unification/policies/customer", suggestion["policy"]!.DeepClone());
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created, body?.ToJsonString());

        await app.SucceedAsync();
        var run = (await app.GetAsync("/unification/runs"))["items"]!.AsArray()[0]!;
        var matcher = run["result"]!["report"]!["matcher"];
        Assert.True(matcher is not null, run.ToJsonString());
        Assert.InRange(matcher["joins"]!.GetValue<int>(), People / 2 * 9 / 10, People / 2);

        // Every second one is a member as well.
        var ids = new List<string>();
        for (var i = 0; i < 20; i += 2)
        {
            ids.Add((await app.ProfileOfAsync($"C{i:000}X")).Id());
            Assert.Equal(ids[^1], (await app.ProfileOfAsync($"M{i:000}X")).Id());
        }

        Assert.Equal(10, ids.Distinct().Count());

        // What is in doubt is asked about, most worthwhile first; what somebody answered is settled.
        var doubts = await app.AllAsync("/unification/reviews?type=customer");
        Assert.InRange(doubts.Count, 1, People / 5);
        Assert.Equal(doubts.OrderByDescending(doubt => doubt["worth"]!.GetValue<double>()).Select(doubt => doubt["id"]!.ToString()), doubts.Select(doubt => doubt["id"]!.ToString()));
        Assert.All(doubts, doubt => Assert.Contains("bits", doubt.Text("sentence"), StringComparison.Ordinal));
        var (one, other) = (doubts[0]["records"]![0]!.Text("key"), doubts[0]["records"]![1]!.Text("key"));
        Assert.Equal((await app.ProfileOfAsync(one)).Id(), (await app.ProfileOfAsync(other)).Id());
        (status, body) = await app.SendAsync(HttpMethod.Post, $"/unification/reviews/{doubts[0]["id"]}/verdict", new JsonObject { ["verdict"] = "different" });
        Assert.True(status == HttpStatusCode.OK, body?.ToJsonString());
        Assert.NotEqual((await app.ProfileOfAsync(one)).Id(), (await app.ProfileOfAsync(other)).Id());
        await app.SucceedAsync();
        Assert.NotEqual((await app.ProfileOfAsync(one)).Id(), (await app.ProfileOfAsync(other)).Id());
        Assert.DoesNotContain(await app.AllAsync("/unification/reviews?type=customer"), doubt => doubt["records"]!.AsArray().Select(record => record!.Text("key")).Order().SequenceEqual(new[] { one, other }.Order()));
    }

    [Fact]
    public async Task An_expert_gets_levels_written_out_with_what_else_can_be_written_and_can_store_them()
    {
        await using var app = await Shop.OpenAsync(refresh: true);
        var suggestion = await app.GetAsync("/unification/policies/customer/suggestion?detail=expert");
        var fields = suggestion["policy"]!["matcher"]!["fields"]!.AsArray();
        var email = Assert.Single(fields, field => field!.Text("field") == "email")!;
        Assert.Equal(["same local part", "similar local part"], email["levels"]!.AsArray().Select(level => level!.Text("name")));
        var choices = Assert.Single(suggestion["expert"]!["fields"]!.AsArray(), field => field!.Text("field") == "email")!;
        Assert.Equal(["value", "local part", "first five letters"], choices["parts"]!.AsArray().Select(part => part!.ToString()));
        Assert.Contains("jaroWinkler", choices["tests"]!.AsArray().Select(test => test!.ToString()));
        Assert.All(suggestion["expert"]!["keys"]!.AsArray(), key => Assert.Equal(key!.Text("name"), string.Join(" + ", key!["parts"]!.AsArray().Select(part => $"{part!.Text("field")}: {part!.Text("part")}"))));
        var (status, body) = await app.SendAsync(HttpMethod.Put, "/unification/policies/customer", suggestion["policy"]!.DeepClone(), "*");
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created, body?.ToJsonString());
        Assert.Null((await app.GetAsync("/unification/policies/customer/suggestion"))["expert"]);
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/unification/policies/customer/suggestion?detail=all");
    }

    [Fact]
    public async Task A_recipe_holds_all_of_a_matcher_and_applied_again_changes_nothing()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        var recipe = Shop.Recipe();
        var matcher = JsonNode.Parse("""
            {
              "fields": [
                { "field": "email", "type": "email", "levels": [{ "name": "same before the @", "when": [{ "test": "sameLocalPart" }] }, { "name": "", "when": [{ "test": "jaroWinkler", "atLeast": 0.95 }, { "test": "editDistance", "atMost": 1 }] }], "use": true },
                { "field": "phone", "type": "phone", "levels": [], "use": true },
                { "field": "full_name", "use": true }
              ],
              "strictness": "cautious",
              "bits": 2.5,
              "duplicateFree": ["crm.contacts"],
              "mustAgree": ["phone"],
              "pairsPerRecord": 20,
              "keys": [{ "parts": [{ "field": "email", "part": "local part" }] }, { "parts": [{ "field": "phone", "part": "last four digits" }, { "field": "full_name", "part": "word 1" }] }],
              "keyUse": "add"
            }
            """)!;
        recipe["unification"]!["customer"]!["matcher"] = matcher.DeepClone();
        Assert.Empty(JsonSchema.Load(GetRecipeSchema.Text()).Validate(recipe.ToJsonString()));
        await app.ApplyAsync(recipe.ToJsonString());
        var stored = (await app.GetAsync("/unification/policies/customer"))["definition"]!;
        Assert.True(JsonNode.DeepEquals(matcher, stored["matcher"]), stored.ToJsonString());
        var again = await app.ApplyAsync(recipe.ToJsonString());
        Assert.Equal((0, 0), (again["created"]!.GetValue<int>(), again["changed"]!.GetValue<int>()));
        await app.RefreshAsync();

        matcher["fields"]![0]!["levels"]![0]!["when"]![0]!["test"] = "sameYear";
        recipe["unification"]!["customer"]!["matcher"] = matcher.DeepClone();
        var (status, problem) = await app.SendAsync(HttpMethod.Post, "/recipes/apply", recipe);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("not one of the allowed ones: nickname, jaroWinkler", problem!.ToJsonString(), StringComparison.Ordinal);
        matcher["fields"]![0]!["levels"]![0]!["when"]![0]!["test"] = "nickname";
        recipe["unification"]!["customer"]!["matcher"] = matcher.DeepClone();
        (status, problem) = await app.SendAsync(HttpMethod.Post, "/recipes/apply", recipe);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("Use one of jaroWinkler", problem!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_no_suggestion_for_a_type_that_is_not_there()
    {
        await using var app = await Shop.OpenAsync();
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/unification/policies/nobody/suggestion");
    }
}
