using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Enrichments;

/// <summary>Enrichments over REST, with the healthy test plugin: one that greets profile by profile, one that ranks everybody by spend.</summary>
public sealed class EnrichmentTests : IAsyncLifetime
{
    private const string Plugin = "test.healthy";

    private readonly string _plugins = Directory.CreateTempSubdirectory("ci-plugins-").FullName;
    private RunningApp _app = null!;

    public async Task InitializeAsync()
    {
        TestPlugins.CopyTo(_plugins, Plugin);
        _app = await RunningApp.StartAsync(development: _plugins);
        await EnableAsync(true);
        _app.WriteFile("contacts.csv", Shop.Contacts);
        _app.WriteFile("members.csv", Shop.Members);
        _app.WriteFile("orders.csv", Shop.Orders);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_plugins, recursive: true);
    }

    [Fact]
    public async Task What_a_plugin_says_is_on_the_profile_after_a_refresh_and_drives_a_segment_and_an_export()
    {
        var recipe = Recipe();
        recipe["segments"]!["top"] = new JsonObject { ["rule"] = "rank.position <= 1" };
        recipe["segments"]!["greeted"] = new JsonObject { ["rule"] = "greeting.text contains \"Hello\"" };
        recipe["exports"]!["buyers"]!["fields"]!.AsArray().Add(new JsonObject { ["name"] = "position", ["expression"] = "rank.position" });
        await _app.ApplyAsync(recipe.ToJsonString());
        var job = await _app.RefreshAsync();
        Assert.True(job.Text("state") == "succeeded", job.ToJsonString());

        var top = Assert.Single(await _app.AllAsync("/segments/top/members"));
        var ann = await _app.GetAsync($"/profiles/{top.Text("profileId")}");
        Assert.Equal(("Ann Miller", 1, "Hello Ann Miller"), (ann.Text("displayName"), ann["enrichments"]!["rank.position"]!.GetValue<int>(), ann["enrichments"]!.Text("greeting.text")));
        Assert.Equal(2, (await _app.AllAsync("/segments/greeted/members")).Count);
        Assert.Contains(",1", await File.ReadAllTextAsync(Directory.GetFiles(_app.Directory, "buyers.csv", SearchOption.AllDirectories).Single()), StringComparison.Ordinal);

        var said = (await _app.GetAsync($"/profiles/{top.Text("profileId")}/enrichments"))["items"]!.AsArray();
        Assert.Equal(["greeting", "rank"], said.Select(one => one!.Text("enrichment")));
        Assert.Equal(("enriched", "monthly"), (said[1]!.Text("outcome"), said[1]!["tables"]![0]!.GetValue<string>()));
        var row = Assert.Single((await _app.GetAsync($"/profiles/{top.Text("profileId")}/enrichments/rank/tables/monthly"))["items"]!.AsArray());
        Assert.Equal(("2026-01-01", 150.3), (row!.Text("periodStart"), row!["values"]!["spend"]!.GetValue<double>()));
    }

    [Fact]
    public async Task Runs_tell_how_many_were_enriched_what_is_covered_and_what_the_plugin_reports()
    {
        await _app.ApplyAsync(Recipe().ToJsonString());
        await _app.RefreshAsync();
        var status = await _app.GetAsync("/enrichments/greeting/status");
        Assert.Equal(("customer", "greeting.text"), (status.Text("profileType"), status["writes"]![0]!.Text("name")));
        var counts = status["lastRun"]!["counts"]!;
        Assert.Equal((5, 2, 3, 0), (counts["population"]!.GetValue<int>(), counts["enriched"]!.GetValue<int>(), counts["skipped"]!.GetValue<int>(), counts["failed"]!.GetValue<int>()));
        Assert.Equal(2, status["lastRun"]!["coverage"]!["greeting.text"]!.GetValue<int>());

        var again = await RunAsync("rank");
        Assert.Equal(0, again["result"]!["changed"]!.GetValue<int>());
        var runs = await _app.AllAsync("/enrichments/rank/runs?limit=1");
        Assert.Equal(2, runs.Count);
        var report = (await _app.GetAsync($"/enrichments/rank/runs/{runs[0].Text("jobId")}"))["report"]!;
        Assert.Equal(("Ranked 5.", 5), (report.Text("summary"), report["metrics"]![0]!["value"]!.GetValue<int>()));

        // Nobody interrupted the run before, whose last message is a checkpoint.
        Assert.Equal(("Resumed", 0), (report["metrics"]![1]!.Text("name"), report["metrics"]![1]!["value"]!.GetValue<int>()));
        Assert.True((await _app.SendAsync(HttpMethod.Post, "/enrichments/rank/check")).Body!["items"]![0]!["ok"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Only_members_of_its_segment_and_those_who_consented_to_its_purpose_are_handed_over()
    {
        var recipe = Recipe();
        recipe["enrichments"]!["rank"]!["segment"] = "buyers";
        recipe["enrichments"]!["greeting"]!["purpose"] = "marketing";
        recipe["enrichments"]!["greeting"]!["channel"] = "email";
        await _app.ApplyAsync(recipe.ToJsonString());
        await _app.RefreshAsync();
        await _app.SendAsync(HttpMethod.Put, "/identifiers/email/ann@example.com/consent", new JsonObject { ["status"] = "true", ["source"] = "form" });
        var ranked = await RunAsync("rank");
        Assert.Equal(2, ranked["result"]!["details"]!["enriched"]!.GetValue<int>());
        var greeted = (await RunAsync("greeting"))["result"]!["details"]!;
        Assert.Equal((1, 1, 4), (greeted["population"]!.GetValue<int>(), greeted["enriched"]!.GetValue<int>(), greeted["leftOut.consentUnknown"]!.GetValue<int>()));
    }

    [Fact]
    public async Task An_enrichment_that_is_deleted_takes_its_values_along_but_not_while_a_rule_names_them()
    {
        var recipe = Recipe();
        recipe["segments"]!["top"] = new JsonObject { ["rule"] = "rank.position <= 1" };
        await _app.ApplyAsync(recipe.ToJsonString());
        await _app.RefreshAsync();
        var problem = await _app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Delete, "/enrichments/rank");
        Assert.Contains("segment 'top'", problem.Faults(), StringComparison.Ordinal);
        await _app.SendAsync(HttpMethod.Delete, "/segments/top");
        Assert.Equal(HttpStatusCode.NoContent, (await _app.SendAsync(HttpMethod.Delete, "/enrichments/rank")).Status);
        Assert.All(await _app.AllAsync("/profiles"), profile => Assert.Null(profile["enrichments"]?["rank.position"]));
        problem = await _app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/segments/top", """{"rule":"rank.position <= 1"}""");
        Assert.Contains("rank.position", problem.Faults(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_an_enrichment_is_told_with_its_place()
    {
        await _app.ApplyAsync(Recipe().ToJsonString());
        foreach (var (body, fault) in new[]
        {
            ("""{"plugin":"test.nobody"}""", "/plugin"),
            ("""{"plugin":"test.healthy"}""", "/plugin"),
            ("""{"plugin":"test.healthy","contribution":"rank","settings":{"x":1}}""", "/settings/x"),
            ("""{"plugin":"test.healthy","contribution":"greeting"}""", "/settings: The enrichment 'greeting' writes to greeting.… of 'customer' already"),
            ("""{"plugin":"test.healthy","contribution":"rank","segment":"nobody"}""", "/segment"),
            ("""{"plugin":"test.healthy","contribution":"rank","purpose":"marketing"}""", "/channel"),
            ("""{"plugin":"test.healthy","contribution":"rank","schedule":{"cron":"often"}}""", "/schedule/cron"),
        })
        {
            var name = body.Contains("greeting", StringComparison.Ordinal) || body.Contains("nobody\"}", StringComparison.Ordinal) ? "other" : "rank";
            var etag = name == "rank" ? (await _app.GetAsync("/enrichments/rank")).Text("etag") : null;
            var (status, problem) = await _app.SendTextAsync(HttpMethod.Put, $"/enrichments/{name}", body, etag);
            Assert.True(status == HttpStatusCode.BadRequest && problem!["errors"]!.ToJsonString().Contains(fault.Split(':')[0], StringComparison.Ordinal), $"{body}: {status} {problem?.ToJsonString()}");
        }

        await _app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/enrichments/none/runs");
        await _app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/enrichments/none/status");
        using var viewer = _app.ClientWith((await _app.SendAsync(HttpMethod.Post, "/keys", new JsonObject { ["name"] = "v", ["role"] = "viewer" })).Body!.Text("key"));
        await viewer.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Post, "/enrichments/rank/runs");
    }

    [Fact]
    public async Task A_plugin_that_is_switched_off_fails_its_step_and_the_refresh_goes_on_with_what_it_said_before()
    {
        var recipe = Recipe();
        recipe["segments"]!["top"] = new JsonObject { ["rule"] = "rank.position <= 1" };
        await _app.ApplyAsync(recipe.ToJsonString());
        await _app.RefreshAsync();
        await EnableAsync(false);
        _app.WriteFile("orders.csv", Shop.Orders + "O9,C2,2026-01-09,900.00\n");
        var job = await _app.RefreshAsync();
        Assert.Equal("succeeded", job.Text("state"));
        Assert.Contains("'rank' failed, and what it said before stays", job["result"]!["warnings"]!.ToJsonString().Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Single(await _app.AllAsync("/segments/top/members"));
        Assert.False((await _app.GetAsync("/enrichments/rank/status"))["lastRun"]!["succeeded"]!.GetValue<bool>());

        await EnableAsync(true);
        await _app.RefreshAsync();
        var top = Assert.Single(await _app.AllAsync("/segments/top/members"));
        Assert.Equal("bjorn@example.com", (await _app.GetAsync($"/profiles/{top.Text("profileId")}"))["attributes"]!.AsArray().Single(one => one!.Text("name") == "email")!.Text("value"));
    }

    private static JsonObject Recipe()
    {
        var recipe = Shop.Recipe();
        var attributes = recipe["profileTypes"]!["customer"]!["attributes"]!;
        attributes["name"] = new JsonObject { ["type"] = "text" };
        recipe["mappings"]!["club.members"]!["profile"]!["fields"]!["name"] = "Name";

        // The plugin wants a number, and sums of decimals are decimals.
        recipe["activityTypes"]!["order"]!["fields"]!["amount"]!["type"] = "number";
        recipe["sources"]!["crm"]!["settings"]!["streams"]![1]!["columns"]!["Amount"]!["type"] = "number";
        recipe["enrichments"] = new JsonObject
        {
            ["greeting"] = new JsonObject { ["plugin"] = Plugin, ["contribution"] = "greeting" },
            ["rank"] = new JsonObject { ["plugin"] = Plugin, ["contribution"] = "rank" },
        };
        return recipe;
    }

    private async Task EnableAsync(bool enabled)
    {
        var (status, body) = await _app.SendAsync(HttpMethod.Patch, $"/plugins/{Plugin}", new JsonObject { ["enabled"] = enabled });
        Assert.True(status == HttpStatusCode.OK, body?.ToJsonString());
    }

    private async Task<JsonNode> RunAsync(string name)
    {
        var (_, accepted) = await _app.SendAsync(HttpMethod.Post, $"/enrichments/{name}/runs");
        var job = await _app.EndOfAsync(accepted!["jobId"]!.GetValue<string>());
        Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
        return job;
    }
}
