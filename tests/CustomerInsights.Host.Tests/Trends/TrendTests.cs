using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Trends;
using CustomerInsights.Host.Tests.Events;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Host.Tests.Live;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Trends;

/// <summary>Figures by day over HTTP, with a clock that goes through months.</summary>
public sealed class TrendTests(RefusingShop shop) : IClassFixture<RefusingShop>
{
    [Fact]
    public async Task Profiles_and_reach_are_counted_day_by_day_and_a_change_of_settings_is_marked()
    {
        var clock = new SetClock(Time("2026-01-30T09:00"));
        await using var app = await EventSite.OpenAsync(clock);
        clock.Now = Time("2026-02-01T09:00");
        await app.SendTextAsync(HttpMethod.Put, "/identifiers/email/ann@example.com/consent", """{"status":true}""");
        await RunAsync(app);
        clock.Now = Time("2026-02-03T09:00");
        await app.SendTextAsync(HttpMethod.Put, "/identifiers/email/cem@example.com/consent", """{"status":false}""");
        await app.SendTextAsync(HttpMethod.Put, "/consent-settings/default", """{"unknownIsReachable":true}""");
        await RunAsync(app);

        var trend = await app.GetAsync("/trends/profiles?channel=email");
        Assert.Equal("01-30:5 01-31:5 02-01:5 02-03:5", Points(trend, "total"));
        Assert.Equal("02-01:5 02-03:5", Points(trend, "known"));
        Assert.Equal("02-01:1 02-03:4", Points(trend, "reachable"));
        Assert.Equal("02-01:4 02-03:1", Points(trend, "unreachable"));
        Assert.Equal("02-01:0 02-03:2", Points(await app.GetAsync("/trends/profiles?channel=sms"), "reachable"));
        var mark = Assert.Single(trend["annotations"]!.AsArray())!;
        Assert.Equal(("2026-02-03", """["unknownIsReachable"]"""), (mark.Text("day"), mark["changed"]!.ToJsonString()));

        // The settings before the window count: the step shows on the first day of it.
        Assert.Single((await app.GetAsync("/trends/profiles?from=2026-02-02"))["annotations"]!.AsArray());
        Assert.Equal(
            """
            day,total,known,unknown,reachable,unreachable,settings_changed
            2026-01-31,5,,,,,
            2026-02-01,5,5,0,1,4,
            2026-02-03,5,5,0,4,1,unknownIsReachable

            """.ReplaceLineEndings("\r\n"),
            await TextAsync(app, "/trends/profiles?channel=email&from=2026-01-31&format=csv"));
    }

    [Fact]
    public async Task Monthly_active_users_of_random_events_are_those_of_a_slow_count()
    {
        var random = new Random(7);
        var clock = new SetClock(Time("2026-01-10T12:00"));
        await using var app = await EventSite.OpenAsync(clock, recipe =>
        {
            recipe["unification"]!["customer"]!["identity"] = new JsonObject();
            recipe["eventSources"]!["web"]!["events"] = JsonNode.Parse("""{"Email Sent":{"activity":"email_sent"},"Saw":{"activity":"saw"},"Ping":{"activity":"ping"}}""");
            foreach (var (type, document) in new[] { ("email_sent", """{"fields":{}}"""), ("saw", """{"fields":{}}"""), ("ping", """{"fields":{},"active":false}""") })
            {
                recipe["activityTypes"]![type] = JsonNode.Parse(document);
            }

            // The orders of the files are in no month that is counted below.
            recipe["mappings"]!.AsObject().Remove("crm.orders");
        });
        var user = new Dictionary<string, string>(StringComparer.Ordinal);
        var events = new List<(string Who, DateTimeOffset At)>();
        var number = 0;
        string Final(string who) => user.GetValueOrDefault(who, who);
        string Slow(DateOnly day) => Count(events.Where(one => one.At >= Start(new DateOnly(day.Year, day.Month, 1)) && one.At < Start(day.AddDays(1))).Select(one => Final(one.Who)));
        async Task TellAsync(string body, string kind = "track")
        {
            await app.AcceptAsync(kind, body);
            await app.FateAsync($"m{number}");
        }

        foreach (var month in new[] { "2026-01-28", "2026-02-15", "2026-03-20" })
        {
            clock.Now = Time(month + "T12:00");
            var first = Start(new DateOnly(clock.Now.Year, clock.Now.Month, 1));
            for (var i = 0; i < 40; i++)
            {
                var who = $"v{random.Next(25)}";
                var at = first.AddMinutes(random.Next((int)(clock.Now - first).TotalMinutes));
                var name = random.Next(4) switch { 0 => "Email Sent", 1 => "Ping", _ => "Saw" };
                number++;
                await TellAsync($$"""{"anonymousId":"{{who}}","messageId":"m{{number}}","event":"{{name}}","timestamp":"{{at:O}}"}""");
                if (name == "Saw")
                {
                    events.Add((who, at));
                }

                // Two browsers of one person now and then: they signed in before or after they were active.
                if (random.Next(5) == 0 && !user.ContainsKey(who))
                {
                    user[who] = $"u{random.Next(6)}";
                    number++;
                    await TellAsync($$$"""{"anonymousId":"{{{who}}}","userId":"{{{user[who]}}}","messageId":"m{{{number}}}","timestamp":"{{{at:O}}}","traits":{"firstName":"{{{user[who]}}}"}}""", "identify");
                }
            }

            await app.SucceedAsync();
            await RunAsync(app);
            var trend = await app.GetAsync($"/trends/monthly-active?from={first:yyyy-MM-dd}");
            var days = Enumerable.Range(1, clock.Now.Day - 1).Select(day => new DateOnly(clock.Now.Year, clock.Now.Month, day)).ToList();
            Assert.Equal(
                string.Join('\n', days.Select(day => $"{day:MM-dd}:{Slow(day)}")),
                string.Join('\n', trend["series"]![0]!["points"]!.AsArray().Select((point, i) => $"{point!.Text("day")[5..]}:{point!["value"]}={At(trend, 1, i)}+{At(trend, 2, i)}")));
            Assert.False(Assert.Single(trend["months"]!.AsArray())!["final"]!.GetValue<bool>());
        }

        // January was closed in February, by who was who then: merges since changed nothing. It stays until somebody asks for more.
        var january = await TextAsync(app, "/trends/monthly-active?from=2026-01-01&to=2026-01-31&format=csv");
        Assert.StartsWith("day,monthly_active,known,anonymous,final\r\n2026-01-01,", january, StringComparison.Ordinal);
        Assert.Equal(31, january.Split(",true\r\n").Length - 1);
        number++;
        await TellAsync($$"""{"anonymousId":"late","messageId":"m{{number}}","event":"Saw","timestamp":"2026-01-02T00:00:00Z"}""");
        events.Add(("late", Time("2026-01-02T00:00")));
        await RunAsync(app);
        Assert.Equal(january, await TextAsync(app, "/trends/monthly-active?from=2026-01-01&to=2026-01-31&format=csv"));
        await RunAsync(app, """{"rebuild":true}""");
        var rebuilt = await app.GetAsync("/trends/monthly-active?from=2026-01-01&to=2026-01-31");
        Assert.Equal(Slow(new DateOnly(2026, 1, 31)), $"{At(rebuilt, 0, 30)}={At(rebuilt, 1, 30)}+{At(rebuilt, 2, 30)}");

        static string Count(IEnumerable<string> people)
        {
            var distinct = people.Distinct(StringComparer.Ordinal).ToList();
            var known = distinct.Count(one => one[0] == 'u');
            return $"{distinct.Count}={known}+{distinct.Count - known}";
        }
    }

    [Fact]
    public async Task Past_months_are_filled_from_the_activities_that_there_are_and_reach_is_not_made_up()
    {
        var clock = new SetClock(Time("2026-04-02T09:00"));
        await using var app = await EventSite.OpenAsync(clock);
        await RunAsync(app);
        var trend = await app.GetAsync("/trends/monthly-active?from=2026-01-01&to=2026-04-30");
        Assert.Equal("01-01:1 01-02:1 01-03:2 01-04:2", string.Join(' ', Points(trend, "monthlyActive").Split(' ').Take(4)));
        Assert.EndsWith(" 03-31:0 04-01:0", Points(trend, "monthlyActive"), StringComparison.Ordinal);
        Assert.Equal("2026-01 True True,2026-02 True True,2026-03 True True,2026-04 False False", string.Join(',', trend["months"]!.AsArray().Select(month => $"{month!.Text("name")} {month!["final"]!.GetValue<bool>()} {month!["backfilled"]!.GetValue<bool>()}")));
        Assert.Equal("04-02:5", Points(await app.GetAsync("/trends/profiles"), "total"));
    }

    [Fact]
    public async Task The_figures_are_asked_for_once_a_day()
    {
        var clock = new SetClock(Time("2026-02-01T00:01"));
        await using var app = await EventSite.OpenAsync(clock);
        var schedule = app.Services.GetRequiredService<TrendSchedule>();
        Assert.True(await schedule.RunDueAsync(clock.Now, CancellationToken.None));
        Assert.False(await schedule.RunDueAsync(clock.Now.AddHours(23), CancellationToken.None));
        Assert.Equal("succeeded", (await app.EndOfAsync((await app.AllAsync("/jobs?kind=trends")).Single().Text("id"))).Text("state"));
        Assert.True(await schedule.RunDueAsync(clock.Now.AddHours(24), CancellationToken.None));
        await app.EndOfAsync((await app.AllAsync("/jobs?kind=trends"))[0].Text("id"));
    }

    [Fact]
    public async Task Who_only_reads_sees_figures_and_asks_for_none()
    {
        await using var app = await RunningApp.StartAsync();
        var (_, made) = await app.SendAsync(HttpMethod.Post, "/keys", new JsonObject { ["name"] = "reader", ["role"] = "viewer" });
        using var viewer = app.ClientWith(made!.Text("key"));
        using var read = await viewer.GetAsync(new Uri("/api/v1/trends/monthly-active", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        await viewer.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Post, "/trends/runs", "{}");
    }

    [Theory]
    [InlineData("profiles?channel=emial", "channel: There is no channel 'emial'. Did you mean 'email'?")]
    [InlineData("profiles?profileType=custmer", "profileType: There is no profile type 'custmer'. Did you mean 'customer'?")]
    [InlineData("profiles?from=yesterday", "from: Give a day such as 2026-03-31.")]
    [InlineData("monthly-active?to=2026-02-30", "to: Give a day such as 2026-03-31.")]
    [InlineData("monthly-active?from=2026-02-03&to=2026-02-01", "to: 'to' is before 'from'.")]
    [InlineData("monthly-active?from=0001-01-01", "from: Ask for at most 3,660 days.")]
    [InlineData("monthly-active?format=xml", "format: A format is csv, json or jsonl.")]
    public async Task What_cannot_be_asked_is_named(string path, string fault)
    {
        Assert.Equal(fault, (await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "/trends/" + path)).Faults());
    }

    [Theory]
    [InlineData("Marketing_Consent", false)]
    [InlineData("campaign-sent", false)]
    [InlineData("list.subscription", false)]
    [InlineData("order", true)]
    [InlineData("email_click", true)]
    public void What_systems_tell_of_people_is_not_activity_unless_it_is_said(string name, bool active)
    {
        var type = new ActivityTypeDocument { Fields = new Dictionary<string, FieldDocument>() };
        Assert.Equal(active, ActiveTypes.IsActive(name, type));
        Assert.True(ActiveTypes.IsActive(name, type with { Active = true }));
        Assert.False(ActiveTypes.IsActive(name, type with { Active = false }));
    }

    private static async Task RunAsync(RunningApp app, string body = "{}")
    {
        var (status, accepted) = await app.SendTextAsync(HttpMethod.Post, "/trends/runs", body);
        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal("succeeded", (await app.EndOfAsync(accepted!.Text("jobId"))).Text("state"));
    }

    private static async Task<string> TextAsync(RunningApp app, string path) => await app.Http.GetStringAsync(new Uri("/api/v1" + path, UriKind.Relative));

    private static string Points(JsonNode trend, string series) => string.Join(
        ' ', trend["series"]!.AsArray().Single(one => one!.Text("name") == series)!["points"]!.AsArray().Select(point => $"{point!.Text("day")[5..]}:{point!["value"]}"));

    private static long At(JsonNode trend, int series, int index) => trend["series"]![series]!["points"]![index]!["value"]!.GetValue<long>();

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text + ":00Z", CultureInfo.InvariantCulture);

    private static DateTimeOffset Start(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
