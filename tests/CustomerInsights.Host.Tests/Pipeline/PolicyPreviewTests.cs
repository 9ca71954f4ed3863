using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Pipeline;

/// <summary>What a policy would do is told before it does it.</summary>
public sealed class PolicyPreviewTests
{
    private const string Policy = "/unification/policies/customer";
    private const string Activation = Policy + "/activation";

    [Fact]
    public async Task The_first_policy_of_a_type_computes_its_preview_with_its_first_run_and_is_active()
    {
        await using var app = await MatchedPeople.OpenAsync();
        await app.SendAsync(HttpMethod.Put, Policy, await MatchedPeople.SuggestedAsync(app));
        Assert.Equal("first", (await app.GetAsync(Activation)).Text("state"));
        var run = await app.SucceedAsync();
        var activation = await app.GetAsync(Activation);
        Assert.Equal("active", activation.Text("state"));
        Assert.Equal(activation.Text("saved"), activation["active"]!.Text("hash"));
        var preview = await app.GetAsync($"/unification/previews/{activation["active"]!.Text("preview")}");
        Assert.Equal(0, preview["change"]!["profilesBefore"]!.GetValue<int>());
        Assert.Equal((await app.GetAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<int>(), preview["forecast"]!["profiles"]!.GetValue<int>());
        Assert.DoesNotContain("is not active", run.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_is_saved_later_waits_until_its_preview_is_computed_and_somebody_activates_it()
    {
        await using var app = await MatchedPeople.UnifiedAsync();
        var before = (await app.GetAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<int>();
        var cautious = await MatchedPeople.SuggestedAsync(app);
        cautious["matcher"]!["bits"] = 15;
        await PutAsync(app, cautious);
        Assert.Equal("waitingForPreview", (await app.GetAsync(Activation)).Text("state"));

        // A run goes by the active one and says so; a verdict does as well.
        var run = await app.SucceedAsync();
        Assert.Contains("is not active", run["result"]!["warnings"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(before, (await app.GetAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<int>());
        await app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, Activation);

        var preview = await app.PreviewAsync("customer");
        Assert.Equal("previewed", (await app.GetAsync(Activation)).Text("state"));
        Assert.Equal(before, preview["change"]!["profilesBefore"]!.GetValue<int>());
        var after = preview["change"]!["profilesAfter"]!.GetValue<int>();
        Assert.True(after > before, preview.Text("summary"));
        Assert.Equal(0, preview["change"]!["merges"]!.GetValue<int>());
        Assert.Equal(after - before, preview["change"]!["splits"]!.GetValue<int>());

        // A split that is shown: its records are one profile now.
        var split = preview["change"]!["largestSplits"]![0]!;
        var profile = await app.GetAsync($"/profiles/{split["before"]![0]!.Text("profile")}");
        Assert.Equal(split["records"]!.GetValue<int>(), profile["records"]!.AsArray().Count);
        Assert.Equal(2, split["after"]!.AsArray().Count);

        // Side by side with the active one, on the same records.
        Assert.Equal(before, preview["other"]!["forecast"]!["profiles"]!.GetValue<int>());
        Assert.Equal(preview["change"]!["splits"]!.ToString(), preview["other"]!["change"]!["splits"]!.ToString());
        foreach (var forecast in new[] { preview["forecast"]!, preview["other"]!["forecast"]! })
        {
            var recall = forecast["expected"]!["recall"]!;
            Assert.InRange(recall["value"]!.GetValue<double>(), recall["low"]!.GetValue<double>(), recall["high"]!.GetValue<double>());
        }

        Assert.True(preview["forecast"]!["expected"]!["recall"]!["value"]!.GetValue<double>() < preview["other"]!["forecast"]!["expected"]!["recall"]!["value"]!.GetValue<double>());

        // The curve tells the same of the other strictness.
        var balanced = preview["forecast"]!["curve"]!.AsArray().Single(point => point!["strictness"]!.GetValue<double>() == 0)!;
        Assert.Equal(before, balanced["clusters"]!.GetValue<int>());
        Assert.Equal(after - before, balanced["change"]!["merges"]!.GetValue<int>());

        var (status, body) = await app.SendAsync(HttpMethod.Post, Activation);
        Assert.True(status == HttpStatusCode.OK, body?.ToJsonString());
        Assert.Equal(preview.Text("id"), body!.Text("preview"));
        Assert.Equal("active", (await app.GetAsync(Activation)).Text("state"));
        await app.SucceedAsync();
        Assert.Equal(after, (await app.GetAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_draft_is_previewed_without_being_saved_and_compared_with_another()
    {
        await using var app = await MatchedPeople.UnifiedAsync();
        var (eager, cautious) = (await MatchedPeople.SuggestedAsync(app), await MatchedPeople.SuggestedAsync(app));
        eager["matcher"]!["strictness"] = "eager";
        cautious["matcher"]!["strictness"] = "cautious";
        var preview = await app.PreviewAsync("customer", new JsonObject { ["policy"] = eager, ["against"] = cautious });
        Assert.Equal("eager", preview["policy"]!["matcher"]!.Text("strictness"));
        Assert.Equal("cautious", preview["other"]!["policy"]!["matcher"]!.Text("strictness"));
        Assert.True(preview["forecast"]!["profiles"]!.GetValue<int>() <= preview["other"]!["forecast"]!["profiles"]!.GetValue<int>());
        Assert.Equal("active", (await app.GetAsync(Activation)).Text("state"));
        Assert.Equal([preview.Text("id")], (await app.AllAsync(Policy + "/previews")).Take(1).Select(item => item.Text("id")));

        // What was previewed is not what is saved: it cannot be made active by that.
        await PutAsync(app, cautious);
        await app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, Activation);
        await PutAsync(app, eager);
        var (status, body) = await app.SendAsync(HttpMethod.Post, Activation);
        Assert.True(status == HttpStatusCode.OK, body?.ToJsonString());
    }

    [Fact]
    public async Task A_draft_with_a_fault_is_refused_at_its_place()
    {
        await using var app = await MatchedPeople.UnifiedAsync();
        var draft = await MatchedPeople.SuggestedAsync(app);
        draft["matcher"]!["pairsPerRecord"] = 0;
        var problem = await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, Policy + "/previews", new JsonObject { ["against"] = draft }.ToJsonString());
        Assert.StartsWith("/against/matcher/pairsPerRecord", problem["errors"]![0]!.Text("pointer"), StringComparison.Ordinal);
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/unification/policies/nobody/previews");
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/unification/previews/none");
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/unification/policies/nobody/activation");
    }

    [Fact]
    public async Task Answers_about_the_pairs_of_a_preview_measure_precision_and_recall()
    {
        await using var app = await MatchedPeople.UnifiedAsync();
        var preview = await app.PreviewAsync("customer");
        var path = $"/unification/previews/{preview.Text("id")}";
        Assert.Null(preview["measured"]!["precision"]);
        var random = preview["random"]!.AsArray().SelectMany(stratum => stratum!["pairs"]!.AsArray()).Select(pair => pair!).ToList();
        var asked = random.Concat(preview["patterns"]!.AsArray().SelectMany(pattern => pattern!["examples"]!.AsArray()).Select(pair => pair!)).ToList();
        var (status, body) = await app.SendAsync(HttpMethod.Post, path + "/labels", new JsonObject { ["labels"] = new JsonArray([.. asked.Select(Answered)]) });
        Assert.True(status == HttpStatusCode.OK, body?.ToJsonString());

        // What is right is known: 400 contacts, every second a member of the same number.
        var precision = body!["measured"]!["precision"]!;
        Assert.Equal(1.0, precision["high"]!.GetValue<double>());
        Assert.InRange(precision["value"]!.GetValue<double>(), 0.95, 1);
        Assert.InRange(body["measured"]!["recall"]!["high"]!.GetValue<double>(), 0.95, 1);

        var read = await app.GetAsync(path);
        Assert.Equal(body["measured"]!.ToJsonString(), read["measured"]!.ToJsonString());
        Assert.All(read["random"]!.AsArray().SelectMany(stratum => stratum!["pairs"]!.AsArray()), pair => Assert.NotNull(pair!["verdict"]));
        Assert.All(read["patterns"]!.AsArray(), pattern => Assert.Equal(pattern!["examples"]!.AsArray().Count, pattern["same"]!.GetValue<int>() + pattern["different"]!.GetValue<int>()));

        // They measure and hold nothing: no verdict came of them.
        Assert.Empty(await app.AllAsync("/unification/verdicts"));

        var wrong = Answered(random[0]);
        wrong["verdict"] = "maybe";
        var problem = await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, path + "/labels", new JsonObject { ["labels"] = new JsonArray(wrong) }.ToJsonString());
        Assert.Equal("/labels/0/verdict", problem["errors"]![0]!.Text("pointer"));
        var strange = Answered(random[0]);
        strange["left"]!["key"] = "nobody";
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, path + "/labels", new JsonObject { ["labels"] = new JsonArray(strange) }.ToJsonString());
    }

    [Fact]
    public async Task A_deleted_policy_does_not_come_back_unseen()
    {
        await using var app = await MatchedPeople.UnifiedAsync();
        var policy = await MatchedPeople.SuggestedAsync(app);
        await app.SendAsync(HttpMethod.Delete, Policy);
        await app.SendAsync(HttpMethod.Put, Policy, policy);
        Assert.Equal("waitingForPreview", (await app.GetAsync(Activation)).Text("state"));
        var job = await app.RefreshAsync();
        Assert.Contains("no active policy", job.ToJsonString(), StringComparison.Ordinal);
        await app.ActivateAsync("customer");
        await app.SucceedAsync();
    }

    private static JsonObject Answered(JsonNode pair) => new()
    {
        ["left"] = pair["left"]!.DeepClone(),
        ["right"] = pair["right"]!.DeepClone(),
        ["verdict"] = MatchedPeople.AreSame(pair["left"]!.Text("key"), pair["right"]!.Text("key")) ? "same" : "different",
    };

    private static async Task PutAsync(RunningApp app, JsonNode policy)
    {
        var (status, body) = await app.SendAsync(HttpMethod.Put, Policy, policy.DeepClone(), (await app.GetAsync(Policy)).Text("etag"));
        Assert.True(status == HttpStatusCode.OK, body?.ToJsonString());
    }
}
