using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Host.Tests.Measures;
using CustomerInsights.Host.Tests.Segments;

namespace CustomerInsights.Host.Tests.Profiles;

/// <summary>The engagement score over HTTP: as a measure, taken apart for one profile, and edited.</summary>
public sealed class EngagementTests(RefusingShop shop) : IClassFixture<RefusingShop>
{
    [Fact]
    public async Task The_score_compares_people_and_is_an_attribute_like_any_measure()
    {
        await using var app = await OpenAsync("""{"engagement":{}}""");
        Assert.Equal((75, 25, 0), (await ScoreAsync(app, "C1"), await ScoreAsync(app, "C2"), await ScoreAsync(app, "C3")));
        Assert.Equal(1, (await app.PostAsync("/segments/preview", """{"rule":"engagement_score > 50"}"""))["count"]!.GetValue<int>());

        // Nothing happened: everybody is ranked anew, since time passes, and nothing is written.
        Assert.Equal(0, (await app.SucceedAsync())["result"]!["changed"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_profile_shows_what_each_type_of_activity_contributes()
    {
        await using var app = await OpenAsync("""{"engagement":{"weights":{"order":{"weight":4,"halfLifeDays":30}}}}""");
        var ann = (await app.ProfileOfAsync("C1")).Id();
        var score = Assert.Single((await app.GetAsync($"/profiles/{ann}/engagement"))["scores"]!.AsArray())!;
        Assert.Equal(("engagement_score", 75, 75, 20), (score.Text("measure"), score["value"]!.GetValue<int>(), score["stored"]!.GetValue<int>(), score["dailyCap"]!.GetValue<int>()));
        Assert.Equal(75, score["percentile"]!.GetValue<double>(), 1e-3);
        var part = Assert.Single(score["parts"]!.AsArray())!;
        Assert.Equal(("order", 2, 4.0, 30.0), (part.Text("type"), part["activities"]!.GetValue<int>(), part["weight"]!.GetValue<double>(), part["halfLifeDays"]!.GetValue<double>()));
        var recent = part["recent"]!.GetValue<double>();
        Assert.Equal(4 * Math.Log(1 + recent), part["points"]!.GetValue<double>(), 1e-9);
        Assert.Equal(score["points"]!.GetValue<double>(), part["points"]!.GetValue<double>(), 1e-9);

        var cem = (await app.ProfileOfAsync("C3")).Id();
        var none = (await app.GetAsync($"/profiles/{cem}/engagement"))["scores"]![0]!;
        Assert.Equal((0, 0), (none["value"]!.GetValue<int>(), none["parts"]!.AsArray().Count));
    }

    [Fact]
    public async Task Another_weight_is_another_definition_and_is_computed_anew()
    {
        await using var app = await OpenAsync("""{"engagement":{}}""");
        await app.PutMeasureAsync("engagement_score", """{"engagement":{"weights":{"order":{"weight":-1}}}}""", "*");
        await app.SucceedAsync();
        Assert.Equal((0, 0), (await ScoreAsync(app, "C1"), await ScoreAsync(app, "C2")));
    }

    [Theory]
    [InlineData("""{"engagement":{"dailyCap":0}}""", "/engagement/dailyCap: 0 is not possible")]
    [InlineData("""{"engagement":{"weights":{"ordr":{}}}}""", "/engagement/weights/ordr: There is no activity type 'ordr'. Did you mean 'order'?")]
    [InlineData("""{"engagement":{"weights":{"order":{"weight":1001}}}}""", "/engagement/weights/order/weight: A weight is")]
    [InlineData("""{"engagement":{"weights":{"order":{"halfLifeDays":0}}}}""", "/engagement/weights/order/halfLifeDays: A half life is")]
    [InlineData("""{"engagement":{"weights":{"order":{"weight":0}}}}""", "/engagement: No activity type counts")]
    [InlineData("""{"engagement":{},"business":true}""", "/engagement: An engagement score is of profiles")]
    [InlineData("""{"engagement":{},"expression":"count(order)"}""", "/engagement: An engagement score is of profiles")]
    [InlineData("{}", "/expression: Give an expression")]
    public async Task What_is_wrong_with_a_score_is_said_with_its_place(string document, string fault)
    {
        Assert.Contains(fault, (await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/measures/m", document)).Faults(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draft_of_a_score_says_that_it_must_be_tried_by_a_refresh()
    {
        var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/what-if", """{"measure":{"name":"m","definition":{"engagement":{}}}}""");
        Assert.StartsWith("/measure/definition/engagement: What an engagement score would change", problem.Faults(), StringComparison.Ordinal);
    }

    private static async Task<RunningApp> OpenAsync(string measure)
    {
        var app = await Shop.OpenAsync(refresh: false);
        var recipe = Shop.Recipe();
        recipe["measures"]!["engagement_score"] = JsonNode.Parse(measure);
        await app.ApplyAsync(recipe.ToJsonString());
        await app.SucceedAsync();
        return app;
    }

    private static async Task<int> ScoreAsync(RunningApp app, string key) => (await app.ProfileOfAsync(key))["measures"]!["engagement_score"]!.GetValue<int>();
}
