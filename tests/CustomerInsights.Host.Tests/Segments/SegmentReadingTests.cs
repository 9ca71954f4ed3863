using System.Net;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Segments;

/// <summary>What is read of segments: previews, members, files, sizes, overlap, uses.</summary>
public sealed class SegmentReadingTests(RefusingShop shop) : IClassFixture<RefusingShop>
{
    [Fact]
    public async Task A_preview_counts_operands_one_by_one_and_together()
    {
        await using var app = await Shop.OpenAsync();
        var preview = await app.PostAsync("/segments/preview", """{"rule":"city = \"Paris\" and segment(\"buyers\") and points = 10","inspect":true,"fields":["city","spend * 2","upper(last_name)"]}""");
        Assert.Equal((1, 5), (preview["count"]!.GetValue<int>(), preview["of"]!.GetValue<int>()));
        Assert.Equal(
            ["city = \"Paris\" 2 2", "segment(\"buyers\") 2 1", "points = 10 1 1"],
            preview["operands"]!.AsArray().Select(operand => $"{operand!.Text("rule")} {operand!["count"]} {operand!["cumulative"]}"));
        var fields = Assert.Single(preview["sample"]!.AsArray())!["fields"]!;
        Assert.Equal(("Paris", "300.60", "MILLER"), (fields.Text("city"), fields.Text("spend * 2"), fields.Text("upper(last_name)")));

        preview = await app.PostAsync("/segments/preview", """{"combine":[{"segment":"buyers"},{"do":"except","segment":"members"}],"inspect":true}""");
        Assert.Equal(1, preview["count"]!.GetValue<int>());
        Assert.Equal("not segment(\"members\") 3 1", preview["operands"]!.AsArray().Select(operand => $"{operand!.Text("rule")} {operand!["count"]} {operand!["cumulative"]}").Last());
        Assert.Null((await app.PostAsync("/segments/preview", """{"rule":"city = \"Paris\"","inspect":true}"""))["operands"]);
    }

    [Theory]
    [InlineData("""{}""", "/rule: Give a 'rule' or 'combine', one of them.")]
    [InlineData("""{"rule":"true","fields":["cty"]}""", "/fields: RUL012")]
    [InlineData("""{"combine":[{"segment":"nobody"}]}""", "/combine: RUL")]
    [InlineData("""{"combine":[]}""", "/combine: Set operations have 1 to 50 steps; these have 0.")]
    [InlineData("""{"combine":[{"do":"except","segment":"buyers"}]}""", "/combine/0/do: The first step")]
    public async Task A_preview_that_cannot_be_made_says_why(string body, string fault)
    {
        Assert.StartsWith(fault, (await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/preview", body)).Faults(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_come_with_what_the_segment_projects_in_lists_and_files()
    {
        await using var app = await Shop.OpenAsync();
        await app.PutSegmentAsync("paris", """{"rule":"city = \"Paris\"","project":[{"name":"email"},{"name":"double","expression":"points * 2"},{"name":"note","expression":"concat(city, \", \", last_name)"}]}""");
        await app.SucceedAsync();
        var members = (await app.GetAsync("/segments/paris/members?sort=name"))["items"]!.AsArray();
        Assert.Equal(("ann@example.com", 20L), (members[0]!["fields"]!.Text("email"), members[0]!["fields"]!["double"]!.GetValue<long>()));
        Assert.Equal("Paris", (await app.GetAsync("/segments/paris/members?fields=city,points"))["items"]![1]!["fields"]!.Text("city"));

        using var response = await app.Http.GetAsync("/api/v1/segments/paris/members.csv");
        Assert.Equal("text/csv; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var lines = (await response.Content.ReadAsStringAsync()).Split("\r\n");
        Assert.Equal("profile_id,since,email,double,note", lines[0]);
        Assert.EndsWith(",ann@example.com,20,\"Paris, Miller\"", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",dora@example.com,,\"Paris, Miller\"", lines[2], StringComparison.Ordinal);
        Assert.Equal(["", "profile_id,since"], [lines[3], (await app.Http.GetStringAsync("/api/v1/segments/buyers/members.csv")).Split("\r\n")[0]]);
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/segments/paris/members.csv?fields=cty");
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/segments/paris/members?sort=up");
        foreach (var path in new[] { "members", "members.csv" })
        {
            Assert.Contains("RUL030", (await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/segments/paris/{path}?fields=points*9223372036854775807")).Faults(), StringComparison.Ordinal);
        }

        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/segments/nobody/members.csv");
    }

    [Fact]
    public async Task Sizes_over_time_follow_the_members()
    {
        await using var app = await Shop.OpenAsync();
        var sizes = await app.GetAsync("/segments/buyers/sizes?bucket=day");
        Assert.Equal(2, sizes["now"]!.GetValue<int>());
        Assert.Equal(2, Assert.Single(sizes["items"]!.AsArray())!["size"]!.GetValue<int>());
        Assert.Empty((await app.GetAsync("/segments/buyers/sizes?to=2020-01-01T00:00:00Z"))["items"]!.AsArray());
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/segments/buyers/sizes?bucket=2");
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/segments/buyers/sizes?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z");
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/segments/nobody/sizes");
    }

    [Fact]
    public async Task An_overlap_counts_every_combination()
    {
        await using var app = await Shop.OpenAsync();
        await app.PutSegmentAsync("paris", """{"rule":"city = \"Paris\""}""");
        await app.SucceedAsync();
        var overlap = await app.PostAsync("/segments/overlap", """{"segments":["buyers","members","paris"],"by":"city"}""");
        Assert.Equal("[2,2,2] 4 1 [1,1,1]", $"{overlap["sizes"]!.ToJsonString()} {overlap["any"]} {overlap["common"]} {overlap["exclusive"]!.ToJsonString()}");
        Assert.Equal(
            ["buyers 1", "members 1", "paris 1", "buyers+members+paris 1"],
            overlap["combinations"]!.AsArray().Select(one => $"{string.Join('+', one!["segments"]!.AsArray().Select(name => name!.GetValue<string>()))} {one!["count"]}"));
        Assert.Equal(["Paris", "", "Wien"], overlap["by"]!.AsArray().Select(one => one!["value"]?.GetValue<string>() ?? ""));
        Assert.Contains("Did you mean 'buyers'", (await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/overlap", """{"segments":["buyer","members"]}""")).Faults(), StringComparison.Ordinal);
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/overlap", """{"segments":["buyers"]}""");
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/overlap", """{"segments":["buyers","members"],"by":"cty"}""");
    }

    [Fact]
    public async Task What_builds_on_a_segment_is_told_and_keeps_it_from_being_deleted()
    {
        await using var app = await Shop.OpenAsync();
        await app.PutSegmentAsync("loyal", """{"rule":"segment(\"buyers\") and points > 5"}""");
        await app.PutSegmentAsync("most-loyal", """{"rule":"segment(\"loyal\") and points > 9"}""");
        await app.GetAsync("/segments/buyers/members");
        var uses = await app.GetAsync("/segments/buyers/uses");
        Assert.Equal("""["buyers"] ["loyal"] ["segment:most-loyal"]""", $"{uses["exports"]!.ToJsonString()} {uses["segments"]!.ToJsonString()} {uses["indirect"]!.ToJsonString()}");
        Assert.NotNull(uses["lastLookedAt"]);
        Assert.False(uses.AsObject().ContainsKey("measures"));
        await app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Delete, "/segments/buyers");
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/segments/nobody/uses");
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/segments/nobody/status");
    }
}
