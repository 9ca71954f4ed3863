using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Segments;

/// <summary>What a draft would do before it is saved.</summary>
public sealed class WhatIfTests
{
    [Fact]
    public async Task A_draft_of_a_segment_shows_who_enters_and_leaves_it_and_what_builds_on_it()
    {
        await using var app = await Shop.OpenAsync();
        await app.PutSegmentAsync("others", """{"rule":"not segment(\"buyers\")"}""");
        await app.PutSegmentAsync("fair", """{"kind":"static","rule":"segment(\"buyers\")"}""");
        await app.SucceedAsync();
        var before = await app.GetAsync("/segments/buyers");
        var answer = await app.PostAsync("/what-if", """{"segment":{"name":"buyers","definition":{"rule":"orders >= 2 or city = \"Ankara\""}}}""");
        Assert.Equal(before.Text("etag"), answer.Text("etag"));
        Assert.Equal(["buyers: 2 2 +Cem Öz -Björn Ångström", "fair: It is static.", "others: 3 3 +Björn Ångström -Cem Öz"], Effects(answer));
        Assert.Equal("""["buyers"]""", answer["exports"]!.ToJsonString());
        Assert.Equal(before.ToJsonString(), (await app.GetAsync("/segments/buyers")).ToJsonString());
        Assert.Equal(["Ann Miller", "Björn Ångström"], await app.MembersAsync("buyers"));

        answer = await app.PostAsync("/what-if", """{"segment":{"name":"new","definition":{"combine":[{"segment":"buyers"},{"do":"except","segment":"members"}]}}}""");
        Assert.Null(answer["etag"]);
        Assert.Equal(["new: 0 1 +Björn Ångström -"], Effects(answer));
        Assert.Equal(["new: It is not active."], Effects(await app.PostAsync("/what-if", """{"segment":{"name":"new","definition":{"rule":"true","active":false}}}""")));
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/segments/new");
    }

    [Fact]
    public async Task A_draft_of_a_measure_reaches_segments_through_other_measures()
    {
        await using var app = await Shop.OpenAsync();
        await app.SendTextAsync(HttpMethod.Put, "/measures/average", """{"expression":"spend / orders"}""");
        await app.PutSegmentAsync("rich", """{"rule":"average > 50 and spend > 100"}""");
        await app.PutSegmentAsync("rich-members", """{"rule":"segment(\"rich\") and segment(\"members\")"}""");
        await app.SucceedAsync();
        Assert.Equal(["Ann Miller"], await app.MembersAsync("rich"));
        var answer = await app.PostAsync("/what-if", """{"measure":{"name":"spend","definition":{"expression":"sum(order.amount where amount < 50) * 20"}}}""");
        Assert.Equal(["rich-members: 1 0 + -Ann Miller", "rich: 1 1 +Björn Ångström -Ann Miller"], Effects(answer));
        Assert.Equal(2, answer["changedProfiles"]!.GetValue<int>());
        Assert.Equal("""["average"] ["buyers"]""", $"{answer["measures"]!.ToJsonString()} {answer["exports"]!.ToJsonString()}");
        Assert.Equal(["Ann Miller"], await app.MembersAsync("rich"));

        // What is said is what saving it brings.
        await app.SendTextAsync(HttpMethod.Put, "/measures/spend", """{"expression":"sum(order.amount where amount < 50) * 20"}""", answer.Text("etag"));
        await app.SucceedAsync();
        Assert.Equal(["Björn Ångström"], await app.MembersAsync("rich"));
        Assert.Empty(await app.MembersAsync("rich-members"));
    }

    [Fact]
    public async Task A_changed_measure_within_an_aggregate_is_told_and_not_guessed()
    {
        await using var app = await Shop.OpenAsync();
        await app.PutSegmentAsync("above", """{"rule":"count(order where amount > points) >= 1"}""");
        await app.SendTextAsync(HttpMethod.Put, "/measures/limit", """{"expression":"points * 2"}""");
        await app.PutSegmentAsync("far-above", """{"rule":"count(order where amount > limit) >= 1"}""");
        await app.SucceedAsync();
        var answer = await app.PostAsync("/what-if", """{"measure":{"name":"limit","definition":{"expression":"points * 3"}}}""");
        Assert.StartsWith("far-above: It reads a changed measure within an aggregate", Assert.Single(Effects(answer)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draft_of_a_business_measure_shows_which_rows_would_differ()
    {
        await using var app = await Shop.OpenAsync();
        await app.SendTextAsync(HttpMethod.Put, "/measures/by_city", """{"business":true,"expression":"sum(order.amount) by city","total":true}""");
        await app.SucceedAsync();
        var answer = await app.PostAsync("/what-if", """{"measure":{"name":"by_city","definition":{"business":true,"expression":"sum(order.amount) by city","filter":"city = \"Paris\"","total":true}}}""");
        Assert.Equal("""{"before":2,"after":1,"changed":0,"added":0,"removed":1,"sample":[{"dimensions":["Wien"],"before":"7.00"}],"totalBefore":"157.30","totalAfter":"150.30"}""", answer["business"]!.ToJsonString());

        // With a bucket in a zone the first order is of the year before.
        answer = await app.PostAsync("/what-if", """{"measure":{"name":"yearly","definition":{"business":true,"expression":"sum(order.amount)","bucket":"year","timeZone":"America/New_York"}}}""");
        Assert.Equal((0, 2, 2), (answer["business"]!["before"]!.GetValue<int>(), answer["business"]!["after"]!.GetValue<int>(), answer["business"]!["added"]!.GetValue<int>()));
        Assert.Null(answer["changedProfiles"]);
        answer = await app.PostAsync("/what-if", """{"measure":{"name":"by_city","definition":{"business":true,"expression":"sum(order.amount) by city","active":false}}}""");
        Assert.StartsWith("It is not active", answer["business"]!.Text("note"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draft_of_a_policy_is_pointed_to_its_preview()
    {
        await using var app = await Shop.OpenAsync();
        var answer = await app.PostAsync("/what-if", """{"policy":{"profileType":"customer"}}""");
        Assert.Equal("/api/v1/unification/policies/customer/previews", answer.Text("preview"));
        Assert.Contains("spend", answer["measures"]!.AsArray().Select(name => name!.GetValue<string>()));
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/what-if", """{"policy":{"profileType":"custmer"}}""");
    }

    [Theory]
    [InlineData("""{}""", ": Give one draft: 'segment', 'measure' or 'policy'.")]
    [InlineData("""{"segment":{"name":"a b","definition":{"rule":"true"}}}""", "/segment/name: 'a b' is not a name")]
    [InlineData("""{"segment":{"name":"new","definition":{"rule":"citty = 1"}}}""", "/segment/definition/rule: RUL012")]
    [InlineData("""{"segment":{"name":"buyers","definition":{"rule":"segment(\"buyers\")"}}}""", "/segment/definition/rule: Segments may not name each other in a circle")]
    [InlineData("""{"measure":{"name":"city","definition":{"expression":"1"}}}""", "/measure/definition: 'city' is an attribute")]
    [InlineData("""{"measure":{"name":"orders","definition":{"expression":"city"}}}""", "/rule: segment 'buyers'")]
    public async Task What_saving_would_refuse_is_refused(string body, string fault)
    {
        await using var app = await Shop.OpenAsync(refresh: false);
        await app.ApplyAsync(Shop.Recipe().ToJsonString());
        Assert.StartsWith(fault, (await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/what-if", body)).Faults(), StringComparison.Ordinal);
    }

    private static List<string> Effects(JsonNode answer) =>
    [
        .. answer["segments"]!.AsArray().Select(effect => effect!["note"] is { } note
            ? $"{effect.Text("name")}: {note}"
            : $"{effect.Text("name")}: {effect["before"]} {effect["after"]} +{People(effect["enteredSample"])} -{People(effect["leftSample"])}")
            .Order(StringComparer.Ordinal),
    ];

    private static string People(JsonNode? sample) => string.Join(',', sample!.AsArray().Select(one => one!.Text("displayName")));
}
