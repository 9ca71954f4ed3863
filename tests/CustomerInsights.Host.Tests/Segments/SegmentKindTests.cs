using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Segments;
using CustomerInsights.Host.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Segments;

/// <summary>Where members come from: rules, set operations, lists; and when they are computed.</summary>
public sealed class SegmentKindTests(RefusingShop shop) : IClassFixture<RefusingShop>
{
    [Fact]
    public async Task Set_operations_become_a_rule_over_segments()
    {
        await using var app = await Shop.OpenAsync();
        await app.PutSegmentAsync("both", """{"combine":[{"segment":"buyers"},{"do":"intersect","segment":"members"}]}""");
        await app.PutSegmentAsync("either", """{"combine":[{"segment":"buyers"},{"do":"union","segment":"members"}]}""");
        await app.PutSegmentAsync("only", """{"combine":[{"segment":"either"},{"do":"except","segment":"members"}]}""");
        await app.SucceedAsync();
        Assert.Equal(["Ann Miller"], await app.MembersAsync("both"));
        Assert.Equal(["Ann Miller", "Björn Ångström", "Zoe Quist"], await app.MembersAsync("either"));
        Assert.Equal(["Björn Ångström"], await app.MembersAsync("only"));
        var status = await app.GetAsync("/segments/only/status");
        Assert.Equal("segment(\"either\") and not segment(\"members\")", status.Text("rule"));
        Assert.Equal(["either", "members"], status["buildsOn"]!.AsArray().Select(name => name!.GetValue<string>()));
    }

    [Theory]
    [InlineData("""{}""", "/rule: A dynamic segment needs a 'rule' or 'combine'; for a list that you send, make it static.")]
    [InlineData("""{"rule":"true","combine":[{"segment":"buyers"}]}""", "/combine: A segment has a rule or set operations, not both; take one away.")]
    [InlineData("""{"combine":[]}""", "/combine: Set operations have 1 to 50 steps; these have 0.")]
    [InlineData("""{"combine":[{"do":"except","segment":"buyers"}]}""", "/combine/0/do: The first step has nothing before it to do this with; leave 'do' out.")]
    [InlineData("""{"combine":[{"segment":"buyer"}]}""", "/combine/0/segment: There is no segment 'buyer'. Did you mean 'buyers'?")]
    [InlineData("""{"combine":[{"segment":"new"}]}""", "/combine: Segments may not name each other in a circle: new → new.")]
    [InlineData("""{"rule":"true","schedule":{"cron":"0 6 * *"}}""", "/schedule/cron: A cron expression has five fields (minute, hour, day of month, month, day of week), such as '0 6 * * MON'; this has 4.")]
    [InlineData("""{"rule":"true","schedule":{"cron":"61 6 * * *"}}""", "/schedule/cron: '61 6 * * *' is not a cron expression. An example: '0 6 * * MON', every Monday at six.")]
    [InlineData("""{"rule":"true","schedule":{"run":"manual","cron":"0 6 * * *"}}""", "/schedule/cron: A cron expression has a meaning for 'run': 'cron' alone; take one of the two away.")]
    [InlineData("""{"rule":"true","schedule":{"cron":"0 6 * * *","timeZone":"Europe/Berlln"}}""", "/schedule/timeZone: 'Europe/Berlln' is not a time zone; use an IANA name such as Europe/Berlin.")]
    [InlineData("""{"rule":"true","activateAt":"2026-02-01T00:00:00Z","deactivateAt":"2026-01-01T00:00:00Z"}""", "/deactivateAt: It is to become inactive before it becomes active; give a moment after 'activateAt'.")]
    [InlineData("""{"rule":"true","project":[{"name":"a","expression":"city"},{"name":"a","expression":"city"}]}""", "/project/1/name: 'a' is there twice, empty or longer than 200 characters.")]
    public async Task What_is_wrong_with_a_definition_is_said_with_its_place(string document, string fault)
    {
        Assert.Equal(fault, (await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/segments/new", document)).Faults());
    }

    [Fact]
    public async Task A_static_segment_keeps_who_it_took_until_somebody_asks()
    {
        await using var app = await Shop.OpenAsync();
        await app.PutSegmentAsync("fair", """{"kind":"static","rule":"city = \"Paris\""}""");
        await app.SucceedAsync();
        Assert.Equal(["Ann Miller", "Dora Miller"], await app.MembersAsync("fair"));
        app.WriteFile("contacts.csv", Shop.Contacts.Replace("Wien", "Paris", StringComparison.Ordinal));
        await app.PutSegmentAsync("parisians", """{"rule":"city = \"Paris\""}""");
        await app.PutSegmentAsync("others", """{"rule":"not segment(\"fair\")"}""");
        await app.SucceedAsync();
        Assert.Equal(["Ann Miller", "Dora Miller"], await app.MembersAsync("fair"));
        Assert.Equal(3, (await app.MembersAsync("parisians")).Count);
        Assert.Equal(3, (await app.MembersAsync("others")).Count);
        await app.RunSegmentAsync("fair");
        Assert.Equal(["Ann Miller", "Björn Ångström", "Dora Miller"], await app.MembersAsync("fair"));
    }

    [Fact]
    public async Task A_list_tells_who_was_found_and_outlives_refresh_and_restart()
    {
        await using var app = await Shop.OpenAsync();
        await app.PutSegmentAsync("invited", """{"kind":"static"}""");
        var answer = await app.PutListAsync("invited?by=email", "ann@example.com\nnobody@example.com\n\n zoe@example.com\nann@example.com\n");
        Assert.Equal((3, 2, 2), (answer["keys"]!.GetValue<int>(), answer["found"]!.GetValue<int>(), answer["members"]!.GetValue<int>()));
        Assert.Equal("nobody@example.com", Assert.Single(answer["notFoundKeys"]!.AsArray())!.GetValue<string>());
        await app.SucceedAsync();
        await app.RestartAsync();
        await app.SucceedAsync();
        Assert.Equal(["Ann Miller", "Zoe Quist"], await app.MembersAsync("invited"));

        answer = await app.PutListAsync("invited?by=last_name&column=Name", "Id,Name\n1,Miller\n2,\"Nob\"\"ody\"\n", "text/csv");
        Assert.Equal("Miller", Assert.Single(answer["severalKeys"]!.AsArray())!.GetValue<string>());
        Assert.Equal("Nob\"ody", Assert.Single(answer["notFoundKeys"]!.AsArray())!.GetValue<string>());
        Assert.Equal(["Ann Miller", "Dora Miller"], await app.MembersAsync("invited"));

        var cem = (await app.ProfileOfAsync("C3")).Id();
        Assert.Equal(1, (await app.PutListAsync("invited", cem.ToUpperInvariant())).AsObject()["found"]!.GetValue<int>());
        Assert.Equal(["Cem Öz"], await app.MembersAsync("invited"));
    }

    [Fact]
    public async Task A_list_that_cannot_be_taken_is_refused_and_changes_nothing()
    {
        await using var app = await Shop.OpenAsync();
        await app.PutSegmentAsync("invited", """{"kind":"static"}""");
        await app.PutListAsync("invited?by=email", "ann@example.com");
        Task<JsonNode> Refused(HttpStatusCode status, string path, string body, string media = "text/plain") =>
            app.Http.RefusedAsync(status, HttpMethod.Put, $"/segments/{path}", body, mediaType: media);

        Assert.Contains("takes no list", (await Refused(HttpStatusCode.Conflict, "buyers/list", "x")).Text("title"), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'email'", (await Refused(HttpStatusCode.BadRequest, "invited/list?by=emial", "x")).Faults(), StringComparison.Ordinal);
        Assert.Contains("Line 2: the key has 501 characters", (await Refused(HttpStatusCode.BadRequest, "invited/list", "a\n" + new string('x', 501))).Faults(), StringComparison.Ordinal);
        Assert.Contains("no column 'Mail'", (await Refused(HttpStatusCode.BadRequest, "invited/list?column=Mail", "Name\nx\n", "text/csv")).Faults(), StringComparison.Ordinal);
        Assert.Contains("this is not CSV", (await Refused(HttpStatusCode.BadRequest, "invited/list", "Name\n\"x\n", "text/csv")).Faults(), StringComparison.Ordinal);
        await Refused(HttpStatusCode.UnsupportedMediaType, "invited/list", "{}", "application/json");
        await Refused(HttpStatusCode.NotFound, "nobody/list", "x");
        Assert.Equal(["Ann Miller"], await app.MembersAsync("invited"));
    }

    [Fact]
    public async Task An_inactive_segment_keeps_its_members_and_is_marked()
    {
        await using var app = await Shop.OpenAsync();
        await app.PutSegmentAsync("buyers", """{"rule":"orders >= 1","active":false}""", "*");
        app.WriteFile("orders.csv", "OrderId,ContactId,At,Amount\nO1,C1,2026-01-01,100.10\n");
        await app.SucceedAsync();
        Assert.Equal(2, (await app.MembersAsync("buyers")).Count);
        Assert.False((await app.GetAsync("/segments/buyers/members"))["active"]!.GetValue<bool>());
        var job = await app.RunSegmentAsync("buyers", "failed");
        Assert.Contains("is not active", job["error"]!.Text("message"), StringComparison.Ordinal);
        await app.PutSegmentAsync("buyers", """{"rule":"orders >= 1","deactivateAt":"2020-01-01T00:00:00Z"}""", "*");
        Assert.False((await app.GetAsync("/segments/buyers/status"))["active"]!.GetValue<bool>());
        await app.PutSegmentAsync("buyers", """{"rule":"orders >= 1","activateAt":"2020-01-01T00:00:00Z"}""", "*");
        await app.SucceedAsync();
        Assert.Equal(["Ann Miller"], await app.MembersAsync("buyers"));
    }

    [Fact]
    public async Task A_segment_with_a_schedule_of_its_own_waits_for_it()
    {
        await using var app = await Shop.OpenAsync();
        await app.PutSegmentAsync("monday", """{"rule":"city = \"Paris\"","schedule":{"cron":"0 6 * * 1","timeZone":"Europe/Berlin"}}""");
        await app.PutSegmentAsync("asked", """{"rule":"city = \"Paris\"","schedule":{"run":"manual"}}""");
        await app.SucceedAsync();
        Assert.Empty(await app.MembersAsync("monday"));
        Assert.Empty(await app.MembersAsync("asked"));
        await app.RunSegmentAsync("asked");
        Assert.Equal(2, (await app.MembersAsync("asked")).Count);

        var next = (await app.GetAsync("/segments/monday/status"))["nextRun"]!.GetValue<DateTimeOffset>();
        var local = TimeZoneInfo.ConvertTime(next, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        Assert.Equal((DayOfWeek.Monday, 6, 0), (local.DayOfWeek, local.Hour, local.Minute));
        var schedules = app.Services.GetRequiredService<SegmentSchedules>();
        await schedules.RunDueAsync(next.AddSeconds(-1), CancellationToken.None);
        Assert.DoesNotContain(await app.AllAsync("/jobs"), job => job["subject"]?.GetValue<string>() == "monday");
        await schedules.RunDueAsync(next, CancellationToken.None);
        await schedules.RunDueAsync(next.AddSeconds(1), CancellationToken.None);
        var added = Assert.Single(await app.AllAsync("/jobs"), job => job["subject"]?.GetValue<string>() == "monday");
        await app.EndOfAsync(added.Id());
        Assert.Equal(2, (await app.MembersAsync("monday")).Count);
    }

    [Fact]
    public async Task Unused_segments_become_inactive_only_when_asked_for()
    {
        await using var app = await Shop.OpenAsync();
        await app.PutSegmentAsync("kept", """{"rule":"true","keep":true}""");
        async Task<JsonNode> ExpireAsync(int days)
        {
            var (_, accepted) = await app.SendTextAsync(HttpMethod.Post, "/segments/expire", $$"""{"afterDays":{{days}}}""");
            return await app.EndOfAsync(accepted!.Text("jobId"));
        }

        Assert.Equal(0, (await ExpireAsync(1))["result"]!["changed"]!.GetValue<int>());
        await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/expire", """{"afterDays":0}""");
        var job = new Features.Jobs.JobContext(
            new Storage.Jobs.Job { Id = "x", Kind = SegmentExpiryJob.JobKind, Parameters = """{"afterDays":45}""", CreatedBy = "test", CreatedAt = default },
            app.Services.GetRequiredService<Storage.Jobs.IJobStore>(), "test");
        var expiry = ActivatorUtilities.CreateInstance<SegmentExpiryJob>(app.Services, new LaterTime(TimeSpan.FromDays(46)));
        var result = await expiry.RunAsync(job, CancellationToken.None);
        Assert.Contains("'members' is inactive now: nothing builds on it", Assert.Single(result.Warnings!), StringComparison.Ordinal);
        Assert.False((await app.GetAsync("/segments/members"))["definition"]!["active"]!.GetValue<bool>());
        Assert.Equal("segment-expiry", (await app.GetAsync("/segments/members")).Text("changedBy"));
    }

    private sealed class LaterTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}

/// <summary>What tests do with segments over REST.</summary>
internal static class SegmentCalls
{
    public static async Task<JsonNode> PutSegmentAsync(this RunningApp app, string name, string document, string? ifMatch = null)
    {
        var (status, body) = await app.SendTextAsync(HttpMethod.Put, $"/segments/{name}", document, ifMatch);
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created, body?.ToJsonString());
        return body!;
    }

    public static async Task<JsonNode> PutListAsync(this RunningApp app, string nameAndQuery, string keys, string mediaType = "text/plain")
    {
        var parts = nameAndQuery.Split('?', 2);
        using var content = new StringContent(keys, Encoding.UTF8, mediaType);
        using var response = await app.Http.PutAsync($"/api/v1/segments/{parts[0]}/list{(parts.Length > 1 ? "?" + parts[1] : "")}", content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>The display names of all members, by name.</summary>
    public static async Task<List<string>> MembersAsync(this RunningApp app, string segment) =>
        [.. (await app.AllAsync($"/segments/{segment}/members?sort=name&limit=1")).Select(member => member.Text("displayName"))];

    public static async Task<JsonNode> RunSegmentAsync(this RunningApp app, string segment, string state = "succeeded")
    {
        var (status, accepted) = await app.SendAsync(HttpMethod.Post, $"/segments/{segment}/run");
        Assert.Equal(HttpStatusCode.Accepted, status);
        var job = await app.EndOfAsync(accepted!.Text("jobId"));
        Assert.True(job.Text("state") == state, job.ToJsonString());
        return job;
    }

    /// <summary>Posts, and fails the test with the problem if it is refused.</summary>
    public static async Task<JsonNode> PostAsync(this RunningApp app, string path, string body)
    {
        var (status, answer) = await app.SendTextAsync(HttpMethod.Post, path, body);
        Assert.True(status == HttpStatusCode.OK, answer?.ToJsonString());
        return answer!;
    }
}
