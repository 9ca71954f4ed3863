using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Segments;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Tests.Segments;

/// <summary>The whole life of a segment, from the first look to its end; and what it is made of.</summary>
public sealed class SegmentLifeTests
{
    [Fact]
    public async Task A_segment_is_looked_at_tried_saved_read_changed_put_aside_and_deleted()
    {
        await using var app = await Shop.OpenAsync();
        const string Rule = "city = \"Paris\" or segment(\"buyers\")";
        var definition = new JsonObject { ["rule"] = Rule, ["project"] = new JsonArray(new JsonObject { ["name"] = "email" }) };

        // Looked at, and tried.
        var preview = await app.PostAsync("/segments/preview", new JsonObject { ["rule"] = Rule, ["inspect"] = true }.ToJsonString());
        Assert.Equal([2, 3], preview["operands"]!.AsArray().Select(operand => operand!["cumulative"]!.GetValue<int>()));
        var draft = await app.PostAsync("/what-if", new JsonObject { ["segment"] = new JsonObject { ["name"] = "near", ["definition"] = definition.DeepClone() } }.ToJsonString());
        Assert.Equal(3, draft["segments"]![0]!["entered"]!.GetValue<int>());

        // Saved, computed and read.
        var saved = await app.PutSegmentAsync("near", definition.ToJsonString());
        await app.SucceedAsync();
        Assert.Equal(["Ann Miller", "Björn Ångström", "Dora Miller"], await app.MembersAsync("near"));
        Assert.Equal(4, (await app.Http.GetStringAsync("/api/v1/segments/near/members.csv")).Trim().Split("\r\n").Length);
        Assert.Equal(3, (await app.GetAsync("/segments/near/sizes"))["items"]![0]!["size"]!.GetValue<int>());
        Assert.Contains("near", (await app.ProfileOfAsync("C4"))["segments"]!.AsObject().Select(pair => pair.Key));

        // Applying a recipe of old changes nothing of it, and a second refresh writes nothing.
        var report = await app.ApplyAsync(Shop.Recipe().ToJsonString());
        Assert.Equal((0, 0), (report["created"]!.GetValue<int>(), report["changed"]!.GetValue<int>()));
        Assert.Equal(0, (await app.SucceedAsync())["result"]!["changed"]!.GetValue<int>());

        // Changed with the ETag that was read; built upon; kept from deletion.
        await app.Http.RefusedAsync(HttpStatusCode.PreconditionRequired, HttpMethod.Put, "/segments/near", """{"rule":"true"}""");
        await app.PutSegmentAsync("near", """{"rule":"city = \"Paris\""}""", saved.Text("etag"));
        await app.PutSegmentAsync("far", """{"combine":[{"segment":"members"},{"do":"except","segment":"near"}]}""");
        await app.SucceedAsync();
        Assert.Equal(["Zoe Quist"], await app.MembersAsync("far"));
        Assert.Contains("segment 'far'", (await app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Delete, "/segments/near")).Faults(), StringComparison.Ordinal);
        Assert.False((await app.GetAsync("/segments/near/history"))["items"]![0]!["entered"]!.GetValue<bool>());

        // Put aside, and deleted with all that was kept of it.
        await app.PutSegmentAsync("near", """{"rule":"true","active":false}""", "*");
        await app.SucceedAsync();
        Assert.Equal(2, (await app.MembersAsync("near")).Count);
        Assert.Equal(HttpStatusCode.NoContent, (await app.SendAsync(HttpMethod.Delete, "/segments/far")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await app.SendAsync(HttpMethod.Delete, "/segments/near")).Status);
        foreach (var part in new[] { "", "/members", "/members.csv", "/history", "/sizes", "/uses", "/status" })
        {
            await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/segments/near" + part);
        }

        await app.PutSegmentAsync("near", """{"kind":"static"}""");
        Assert.Empty((await app.GetAsync("/segments/near/sizes"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_viewer_reads_and_tries_but_does_not_change()
    {
        await using var app = await Shop.OpenAsync();
        var (_, key) = await app.SendTextAsync(HttpMethod.Post, "/keys", """{"name":"looks","role":"viewer"}""");
        using var viewer = app.ClientWith(key!.Text("key"));
        Assert.Equal(2, (await viewer.GetJsonAsync("/segments/buyers/members"))["count"]!.GetValue<int>());
        using var draft = new StringContent("""{"segment":{"name":"x","definition":{"rule":"true"}}}""", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.OK, (await viewer.PostAsync("/api/v1/what-if", draft)).StatusCode);
        await viewer.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Post, "/segments/buyers/run");
        await viewer.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Post, "/segments/expire", """{"afterDays":1}""");
        await viewer.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Put, "/segments/buyers/list", "x", mediaType: "text/plain");
    }

    [Theory]
    [InlineData("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T00:30:00Z")] // 02:30 does not exist on 29 March: when the clocks have gone forward.
    [InlineData("30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z")] // 02:30 is there twice on 25 October.
    [InlineData("0 6 * * 1", "2026-01-01T00:00:00Z", "2026-01-05T05:00:00Z 2026-01-12T05:00:00Z")]
    [InlineData("0 6 * * 7", "2026-01-01T00:00:00Z", "2026-01-04T05:00:00Z 2026-01-11T05:00:00Z")]
    [InlineData("0 0 6 ? * MON", "2026-01-01T00:00:00Z", "2026-01-05T05:00:00Z 2026-01-12T05:00:00Z")]
    public void A_cron_expression_is_due_by_the_clock_of_its_zone(string text, string from, string expected)
    {
        Assert.True(CronSchedule.TryParse(text, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), out var schedule, out _));
        var first = schedule.NextAfter(DateTimeOffset.Parse(from, CultureInfo.InvariantCulture))!.Value;
        var second = schedule.NextAfter(first)!.Value;
        Assert.Equal(expected, $"{first.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} {second.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}");
    }

    [Fact]
    public void Fifty_set_operations_fold_into_one_rule_that_can_be_read_back()
    {
        SetStepDocument[] steps = [.. Enumerable.Range(0, 50).Select(i => new SetStepDocument { Segment = $"s{i}", Do = i == 0 ? SetOperation.Union : (SetOperation)(i % 3) })];
        var rule = SegmentBinding.Combine(steps);
        Assert.Equal(rule, Core.Rules.RuleText.Parse(Core.Rules.RuleText.Format(rule)).Expression);
        Assert.Equal("(segment(\"a\") or segment(\"b\")) and not segment(\"c\")", SegmentBinding.Combine(
            [new() { Segment = "a" }, new() { Segment = "b" }, new() { Segment = "c", Do = SetOperation.Except }]).ToString());
    }

    [Fact]
    public void The_last_size_of_each_bucket_stays()
    {
        var monday = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
        SegmentSize[] points = [.. new[] { 0.0, 0.5, 1, 23, 24, 24 * 6.5, 24 * 7 }.Select((hours, i) => new SegmentSize(monday.AddHours(hours), i))];
        Assert.Equal([1L, 2, 3, 4, 5, 6], SegmentSizes.Last(points, SegmentSizes.Bucket.Hour).Select(point => point.Size));
        Assert.Equal([3L, 4, 5, 6], SegmentSizes.Last(points, SegmentSizes.Bucket.Day).Select(point => point.Size));
        Assert.Equal([5L, 6], SegmentSizes.Last(points, SegmentSizes.Bucket.Week).Select(point => point.Size));
        Assert.Equal(7, SegmentSizes.Last(points, SegmentSizes.Bucket.None).Count);
    }

    [Fact]
    public async Task A_list_is_read_whatever_its_line_ends_and_refused_when_it_is_no_text()
    {
        static async Task<IReadOnlyList<string>> ReadAsync(byte[] bytes, bool csv = false, string? column = null) =>
            await ListReading.KeysAsync(new MemoryStream(bytes), csv, column, CancellationToken.None);

        Assert.Equal(["a", "b", "c"], await ReadAsync(Encoding.UTF8.GetBytes("\uFEFFa\r\nb\n\n a \rc")));
        Assert.Equal(["x,y", "z"], await ReadAsync(Encoding.UTF8.GetBytes("k,v\n\"x,y\",1\nz,2\n"), csv: true));
        Assert.Equal(["1", "2"], await ReadAsync(Encoding.UTF8.GetBytes("k,v\nx,1\ny,2\nz\n"), csv: true, "v"));
        Assert.Empty(await ReadAsync([]));
        Assert.Empty(await ReadAsync([], csv: true));
        Assert.Contains("UTF-8", (await Assert.ThrowsAsync<ListFaultException>(() => ReadAsync([0x61, 0xFF, 0xFE, 0x0A]))).Message, StringComparison.Ordinal);
        var many = string.Concat(Enumerable.Range(0, ListReading.MostKeys + 1).Select(i => i.ToString("x", CultureInfo.InvariantCulture) + "\n"));
        Assert.Contains("at most 1,000,000 keys", (await Assert.ThrowsAsync<ListFaultException>(() => ReadAsync(Encoding.UTF8.GetBytes(many)))).Message, StringComparison.Ordinal);
    }
}
