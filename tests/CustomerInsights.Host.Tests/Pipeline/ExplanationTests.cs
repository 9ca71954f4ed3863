using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Pipeline;

/// <summary>Why records are one person, or are not.</summary>
public sealed class ExplanationTests(RefusingShop shop) : IClassFixture<RefusingShop>
{
    [Fact]
    public async Task Two_records_that_the_matcher_joined_are_explained_field_by_field_and_the_bits_sum()
    {
        await using var app = await MatchedPeople.UnifiedAsync();
        var pair = await PairAsync(app, "crm.contacts/C000X", "club.members/M000X");
        Assert.True(pair["together"]!.GetValue<bool>());
        Assert.Equal("matcher", Assert.Single(pair["path"]!.AsArray())!.Text("rule"));
        Assert.Contains("One profile: the matcher (probability", pair.Text("sentence"), StringComparison.Ordinal);
        var evidence = pair["evidence"]!;
        Assert.Equal("together", evidence.Text("verdict"));
        double Bits(JsonNode? node) => node!.GetValue<double>();
        Assert.Equal(Bits(evidence["bits"]), Bits(evidence["prior"]) + Bits(evidence["classBits"]) + evidence["fields"]!.AsArray().Sum(field => Bits(field!["bits"])), 1e-9);
        var mail = evidence["fields"]!.AsArray().Single(field => field!.Text("field") == "email")!;
        Assert.StartsWith("equal", mail.Text("level"), StringComparison.Ordinal);
        Assert.Equal(2, mail["leftRecords"]!.GetValue<int>());
        Assert.True(Bits(mail["bits"]) > 0);
        Assert.NotEmpty(evidence["keys"]!.AsArray());

        // After a restart the run is made again, and says the same.
        await app.RestartAsync();
        Assert.Equal(evidence.ToJsonString(), (await PairAsync(app, "crm.contacts/C000X", "club.members/M000X"))["evidence"]!.ToJsonString());

        var id = pair.Text("leftProfile");
        var whole = await app.GetAsync($"/profiles/{id}/explanation");
        Assert.Equal(2, whole["records"]!.AsArray().Count);
        var edge = Assert.Single(whole["matcher"]!["edges"]!.AsArray())!;
        Assert.Equal(Bits(evidence["bits"]), Bits(edge["bits"]), 1e-9);
        Assert.True(edge["isBridge"]!.GetValue<bool>());
        Assert.Equal(1, whole["matcher"]!["weakestCut"]!["partRecords"]!.GetValue<int>());
        Assert.False(whole["differs"]!.GetValue<bool>());
        Assert.Contains("The weakest cut parts 1 from 1", whole.Text("sentence"), StringComparison.Ordinal);
        Assert.Empty((await app.GetAsync($"/profiles/{id}/explanation?edges=0"))["matcher"]!["edges"]!.AsArray());
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/profiles/{id}/explanation?edges=201");
    }

    [Fact]
    public async Task Two_records_with_nothing_in_common_were_never_compared()
    {
        await using var app = await MatchedPeople.UnifiedAsync();
        var pair = await PairAsync(app, "crm.contacts/C000X", "crm.contacts/C007X");
        Assert.False(pair["together"]!.GetValue<bool>());
        Assert.Equal("noKeyInCommon", pair["evidence"]!.Text("verdict"));
        Assert.Contains("Never compared: no key in common", pair.Text("sentence"), StringComparison.Ordinal);
        Assert.Empty(pair["path"]!.AsArray());
    }

    [Fact]
    public async Task A_verdict_that_keeps_two_apart_is_named_whatever_the_evidence()
    {
        await using var app = await MatchedPeople.UnifiedAsync();
        var (status, verdict) = await app.SendAsync(HttpMethod.Post, "/unification/verdicts", new JsonObject
        {
            ["verdict"] = "different",
            ["left"] = new JsonObject { ["stream"] = "crm.contacts", ["key"] = "C000X" },
            ["right"] = new JsonObject { ["stream"] = "club.members", ["key"] = "M000X" },
        });
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created, verdict?.ToJsonString());

        // Before the next run the run that is explained had them together; after it there is no contradiction.
        var pair = await PairAsync(app, "crm.contacts/C000X", "club.members/M000X");
        Assert.Contains(verdict!.Text("id"), Assert.Single(pair["heldApart"]!.AsArray())!.Text("rule"), StringComparison.Ordinal);
        Assert.Contains("had them together; a verdict", pair.Text("sentence"), StringComparison.Ordinal);
        var left = await app.GetAsync($"/profiles/{pair.Text("leftProfile")}/explanation");
        Assert.True(left["differs"]!.GetValue<bool>());
        await app.SucceedAsync();
        pair = await PairAsync(app, pair.Text("leftProfile"), pair.Text("rightProfile"));
        Assert.Equal("apartThroughOthers", pair["evidence"]!.Text("verdict"));
        Assert.Contains($"Held apart, whatever the evidence, by the verdict {verdict!.Text("id")}", pair.Text("sentence"), StringComparison.Ordinal);
        Assert.DoesNotContain("had them together", pair.Text("sentence"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_matcher_the_rules_are_named()
    {
        await using var app = await Shop.OpenAsync();
        var pair = await PairAsync(app, "crm.contacts/C1", "club.members/M1");
        Assert.Equal("e-mail", Assert.Single(pair["path"]!.AsArray())!.Text("rule"));
        Assert.Null(pair["evidence"]);
        Assert.Equal("One profile: the rule 'e-mail' joined the two. The active policy has no matcher; rules and people alone decide.", pair.Text("sentence"));
        var whole = await app.GetAsync($"/profiles/{pair.Text("leftProfile")}/explanation");
        Assert.Equal("2 records. Joined by the rule 'e-mail'. The active policy has no matcher; rules and people alone decide.", whole.Text("sentence"));
        Assert.Equal("Two profiles. The active policy has no matcher; rules and people alone decide.", (await PairAsync(app, "crm.contacts/C1", "crm.contacts/C2")).Text("sentence"));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, "left=crm.contacts/C1")]
    [InlineData(HttpStatusCode.NotFound, "left=crm.contacts/C1&right=crm.contacts/none")]
    [InlineData(HttpStatusCode.NotFound, "left=crm.contacts/C1&right=crm.nothing/C1")]
    [InlineData(HttpStatusCode.NotFound, "left=crm.contacts/C1&right=nobody")]
    [InlineData(HttpStatusCode.BadRequest, "left=crm.contacts/C1&right=crm.contacts/C1")]
    public async Task What_cannot_be_explained_is_refused_with_a_remedy(HttpStatusCode status, string query)
    {
        await shop.App.Http.RefusedAsync(status, HttpMethod.Get, $"/unification/explanations?{query}");
    }

    private static Task<JsonNode> PairAsync(RunningApp app, string left, string right) =>
        app.GetAsync($"/unification/explanations?left={Uri.EscapeDataString(left)}&right={Uri.EscapeDataString(right)}");
}
