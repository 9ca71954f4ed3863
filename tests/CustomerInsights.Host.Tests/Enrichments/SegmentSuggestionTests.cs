using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Enrichments;

/// <summary>Segments that are offered of what an enrichment says, with plugins as they are shipped.</summary>
public sealed class SegmentSuggestionTests
{
    [Fact]
    public async Task What_a_plugin_suggests_in_its_report_can_be_saved_as_it_is_and_is_then_known_as_that_segment()
    {
        await using var app = await Shop.OpenAsync(change: WithPredictions);
        var offered = await OfferedAsync(app, "places");
        Assert.Equal(
            ["champions: rfm.label = \"champion\"", "cannot-lose: rfm.label = \"cannot_lose\"", "at-risk: rfm.label = \"at_risk\""],
            offered.Select(one => $"{one.Text("name")}: {one.Text("rule")}"));
        Assert.All(offered, one => Assert.Equal(("plugin", "customer", null), (one.Text("origin"), one.Text("profileType"), one["segment"])));

        foreach (var one in offered)
        {
            var segment = new JsonObject { ["displayName"] = one.Text("displayName"), ["rule"] = one.Text("rule"), ["profileType"] = one.Text("profileType") };
            var (status, saved) = await app.SendAsync(HttpMethod.Put, $"/segments/{one.Text("name")}", segment);
            Assert.True(status == HttpStatusCode.Created, saved?.ToJsonString());
        }

        offered = await OfferedAsync(app, "places");
        Assert.Equal(["champions", "cannot-lose", "at-risk"], offered.Select(one => one.Text("segment")));
        Assert.Equal("champions-2", offered[0].Text("name"));
    }

    [Fact]
    public async Task A_yes_or_no_attribute_that_no_suggestion_names_is_offered_too()
    {
        // Four customers are too few to predict from, so that the report suggests nothing.
        await using var app = await Shop.OpenAsync(change: WithPredictions);
        var offered = await OfferedAsync(app, "worth");
        Assert.Equal(["lifetime_value.is_high_value", "lifetime_value.is_active"], offered.Select(one => one.Text("rule")));
        Assert.Equal(["lifetime-value-is-high-value", "lifetime-value-is-active"], offered.Select(one => one.Text("name")));
        Assert.All(offered, one => Assert.Equal("attribute", one.Text("origin")));
    }

    [Fact]
    public async Task A_plugin_that_has_not_run_suggests_nothing_and_an_enrichment_that_is_not_there_is_not_found()
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        var recipe = Shop.Recipe();
        WithPredictions(recipe);
        await app.ApplyAsync(recipe.ToJsonString());
        Assert.Empty(await OfferedAsync(app, "places"));
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/enrichments/none/segment-suggestions");
        using var viewer = app.ClientWith((await app.SendAsync(HttpMethod.Post, "/keys", new JsonObject { ["name"] = "v", ["role"] = "viewer" })).Body!.Text("key"));
        Assert.Empty((await viewer.GetJsonAsync("/enrichments/places/segment-suggestions"))["items"]!.AsArray());
    }

    private static async Task<IReadOnlyList<JsonNode>> OfferedAsync(RunningApp app, string enrichment) =>
        [.. (await app.GetAsync($"/enrichments/{enrichment}/segment-suggestions"))["items"]!.AsArray().Select(item => item!)];

    private static void WithPredictions(JsonObject recipe) => recipe["enrichments"] = new JsonObject
    {
        ["places"] = Enrichment("customer-insights.rfm"),
        ["worth"] = Enrichment("customer-insights.lifetime-value"),
    };

    private static JsonObject Enrichment(string plugin) => new()
    {
        ["plugin"] = plugin,
        ["settings"] = new JsonObject { ["orders"] = new JsonArray(new JsonObject { ["activity"] = "order", ["amount"] = "amount" }) },
    };
}
