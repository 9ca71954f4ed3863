using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Exports;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Exports;

/// <summary>When exports run: after refreshes, by the clock, or when they are asked.</summary>
public sealed class ExportScheduleTests
{
    [Fact]
    public async Task An_export_with_a_schedule_of_its_own_waits_for_it()
    {
        await using var app = await Shop.OpenAsync(change: recipe =>
        {
            var asked = recipe["exports"]!["buyers"]!.DeepClone();
            recipe["exports"]!["buyers"]!["schedule"] = new JsonObject { ["cron"] = "30 6 * * MON", ["timeZone"] = "Europe/Berlin" };
            asked["schedule"] = new JsonObject { ["run"] = "manual" };
            asked["settings"] = new JsonObject { ["fileName"] = "asked" };
            recipe["exports"]!["asked"] = asked;
        });
        Assert.DoesNotContain(await app.AllAsync("/jobs"), job => job.Text("kind") == "export");

        var model = await app.Services.GetRequiredService<MetadataService>().ModelAsync(CancellationToken.None);
        var schedules = app.Services.GetRequiredService<ExportSchedules>();
        Assert.Null(model.Exports["asked"].Cron);
        var next = (await schedules.NextRunAsync(new("buyers", model.Exports["buyers"].Cron!, null), CancellationToken.None))!.Value;
        var local = TimeZoneInfo.ConvertTime(next, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        Assert.Equal((DayOfWeek.Monday, 6, 30), (local.DayOfWeek, local.Hour, local.Minute));
        await schedules.RunDueAsync(next.AddSeconds(-1), CancellationToken.None);
        Assert.DoesNotContain(await app.AllAsync("/jobs"), job => job.Text("kind") == "export");
        await schedules.RunDueAsync(next, CancellationToken.None);
        await schedules.RunDueAsync(next.AddSeconds(1), CancellationToken.None);
        var added = Assert.Single(await app.AllAsync("/jobs"), job => job.Text("kind") == "export");
        Assert.Equal(("buyers", "succeeded"), (added.Text("subject"), (await app.EndOfAsync(added.Id())).Text("state")));
        Assert.Single((await app.GetAsync("/exports/buyers/runs"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_schedule_that_cannot_be_is_refused_with_its_place()
    {
        await using var app = await Shop.OpenAsync();
        foreach (var (schedule, fault) in new[]
        {
            ("""{"cron":"99 * * * *"}""", "/schedule/cron: "),
            ("""{"cron":"0 6 * * *","timeZone":"Europe/Nowhere"}""", "/schedule/timeZone: "),
            ("""{"run":"cron"}""", "/schedule/cron: Give a cron expression"),
        })
        {
            var document = Shop.Recipe()["exports"]!["buyers"]!.DeepClone();
            document["schedule"] = JsonNode.Parse(schedule);
            Assert.StartsWith(fault, (await app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/exports/more", document.ToJsonString())).Faults(), StringComparison.Ordinal);
        }
    }
}
