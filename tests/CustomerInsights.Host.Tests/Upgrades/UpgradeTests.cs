using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Catalog;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Upgrades;

/// <summary>An upgrade is tried before, watched after, and taken back when it does badly, by itself and for good.</summary>
public sealed class UpgradeTests
{
    [Fact]
    public async Task A_good_upgrade_is_on_probation_and_after_three_runs_it_is_not()
    {
        await using var host = await MoodyHost.StartAsync(Settings(), "1.0.0");
        await host.OfferAsync("2.0.0");
        var job = await host.UpgradeAsync("2.0.0");
        Assert.Null(job["result"]!["warnings"]);
        var plugin = await host.PluginAsync();
        Assert.Equal(("probation", "2.0.0"), (plugin.Text("state"), plugin.Text("runningVersion")));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("succeeded", (await host.RunAsync()).Text("state"));
        }

        // The older bookmark came to the newer version in the newer form.
        plugin = await host.UntilAsync(one => one.Text("state") == "active");
        Assert.Equal("probation-over", plugin.Text("code"));
        Assert.Equal(("2.0.0", "2: by 2.0.0"), await host.RecordAsync("5"));
        Assert.Equal("command line", (await host.EventAsync(step => step.Text("to") == "probation")).Text("actor"));
    }

    [Theory]
    [InlineData("zero", "moody.rows gave no records; the 1 runs before gave 40 in the middle.", 1)]
    [InlineData("reject", "moody.rows: 50.0 % of its records were rejected; before it were 0.0 %.", 1)]
    [InlineData("throw", "2 of 2 runs failed; before it were 0 %.", 2)]
    public async Task A_bad_upgrade_is_taken_back_by_itself_with_its_state_and_does_not_come_again(string fault, string why, int runs)
    {
        await using var host = await MoodyHost.StartAsync(Settings(("2.0.0", fault)), "1.0.0");
        await host.OfferAsync("2.0.0");
        await host.UpgradeAsync("2.0.0");
        for (var i = 0; i < runs; i++)
        {
            await host.RunAsync();
        }

        var plugin = await host.UntilAsync(one => one["runningVersion"]?.GetValue<string>() == "1.0.0");
        Assert.Equal("active", plugin.Text("state"));
        var avoided = Assert.Single((await host.App.GetAsync($"/plugins/{MoodyHost.Id}/versions"))["rolledBack"]!.AsArray())!;
        Assert.Equal(("2.0.0", why, "host"), (avoided.Text("version"), avoided.Text("reason"), avoided.Text("by")));
        var step = await host.EventAsync(one => one.Text("to") == "rolledBack");
        Assert.Equal(("2.0.0", "host", $"2.0.0 is rolled back to 1.0.0. {why}"), (step.Text("version"), step.Text("actor"), step.Text("reason")));

        // The older version goes on from the bookmark that it wrote.
        Assert.Equal("succeeded", (await host.RunAsync()).Text("state"));
        Assert.Equal(("1.0.0", "1: by 1.0.0"), await host.RecordAsync("5"));

        // Neither an upgrade that names no version, nor "latest", nor a restart takes it; who names it does.
        var refused = await host.App.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/plugins/{MoodyHost.Id}/upgrade", "{}");
        Assert.Contains("1.0.0", refused.Text("detail"), StringComparison.Ordinal);
        await host.App.SendAsync(HttpMethod.Patch, $"/plugins/{MoodyHost.Id}", new JsonObject { ["version"] = "latest" });
        await host.App.RestartAsync();
        Assert.Equal("1.0.0", await host.RunningAsync());
        await host.UpgradeAsync("2.0.0");
        Assert.Empty((await host.App.GetAsync($"/plugins/{MoodyHost.Id}/versions"))["rolledBack"]!.AsArray());
    }

    [Fact]
    public async Task A_check_that_passed_before_and_fails_after_takes_the_upgrade_back()
    {
        await using var host = await MoodyHost.StartAsync(Settings(("1.1.0", "check")), "1.0.0");
        await host.OfferAsync("1.1.0");
        await host.SucceedAsync("upgrade", new JsonObject { ["version"] = "1.1.0", ["isolation"] = "inProcess", ["acceptInProcess"] = true });
        await host.UntilAsync(one => one["runningVersion"]?.GetValue<string>() == "1.0.0");
        Assert.Contains("Not today.", (await host.App.GetAsync($"/plugins/{MoodyHost.Id}/versions"))["rolledBack"]![0]!.Text("reason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fails_when_it_is_tried_is_not_taken_and_nothing_of_the_try_is_kept()
    {
        await using var host = await MoodyHost.StartAsync(Settings(("1.1.0", "tryout")), "1.0.0");
        await host.OfferAsync("1.1.0");
        var job = await host.EndOfAsync("upgrade", new JsonObject { ["version"] = "1.1.0" });
        Assert.Equal("failed", job.Text("state"));
        Assert.StartsWith("acme.moody 1.1.0 is not taken, for it does worse than 1.0.0, which goes on running. source 'moody' with 1.1.0: ReadAsync threw InvalidOperationException: 1.1.0 is in no mood to read.", job["error"]!.Text("message"), StringComparison.Ordinal);
        var plugin = await host.PluginAsync();
        Assert.Equal(("active", "1.0.0"), (plugin.Text("state"), plugin.Text("runningVersion")));
        await host.RunAsync();
        Assert.Equal(("1.0.0", "1: by 1.0.0"), await host.RecordAsync("5"));
    }

    [Fact]
    public async Task Settings_that_do_not_fit_the_new_schema_are_listed_and_may_be_accepted()
    {
        await using var host = await MoodyHost.StartAsync(Settings(), "1.0.0");
        await host.OfferAsync("1.1.0", schema =>
        {
            schema["required"] = new JsonArray("account");
            schema["properties"]!["account"] = new JsonObject { ["type"] = "string" };
            return schema;
        });
        var refused = await host.EndOfAsync("upgrade", new JsonObject { ["version"] = "1.1.0" });
        Assert.Contains("source 'moody' at /settings", refused["error"]!.Text("message"), StringComparison.Ordinal);
        Assert.Contains("account", refused["error"]!.Text("message"), StringComparison.Ordinal);
        Assert.Equal("1.0.0", await host.RunningAsync());

        var accepted = await host.SucceedAsync("upgrade", new JsonObject { ["version"] = "1.1.0", ["acceptConfigProblems"] = true });
        Assert.Contains("account", accepted["result"]!["warnings"]![0]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("1.1.0", await host.RunningAsync());
    }

    [Fact]
    public async Task A_read_that_runs_finishes_on_the_version_it_began_with()
    {
        var gate = Path.Combine(Path.GetTempPath(), $"ci-gate-{Guid.NewGuid():N}");
        try
        {
            var settings = Settings();
            settings["gate"] = gate;
            await File.WriteAllTextAsync(gate, "");
            await using var host = await MoodyHost.StartAsync(settings, "1.0.0");
            await host.OfferAsync("1.1.0");
            File.Delete(gate);
            var run = await host.BeginRunAsync();
            await host.UntilAsync(one => one["runningCalls"]!.GetValue<int>() > 0);
            await host.UpgradeAsync("1.1.0");
            var versions = await host.App.GetAsync($"/plugins/{MoodyHost.Id}/versions");
            Assert.Equal(("1.1.0", """["1.0.0"]"""), (versions.Text("running"), versions["finishing"]!.ToJsonString()));

            await File.WriteAllTextAsync(gate, "");
            Assert.Equal("succeeded", (await host.App.EndOfAsync(run)).Text("state"));
            Assert.Equal("1.0.0", (await host.RecordAsync("39")).Version);
            await host.RunAsync();
            Assert.Equal("1.1.0", (await host.RecordAsync("39")).Version);
        }
        finally
        {
            File.Delete(gate);
        }
    }

    [Fact]
    public async Task A_person_goes_back_with_the_state_that_the_older_version_knew()
    {
        await using var host = await MoodyHost.StartAsync(Settings(), "1.0.0");
        await host.OfferAsync("2.0.0");
        await host.UpgradeAsync("2.0.0");
        await host.RunAsync();
        await host.SucceedAsync("rollback", new JsonObject { ["reason"] = "slow on Mondays" });
        Assert.Equal("slow on Mondays", (await host.App.GetAsync($"/plugins/{MoodyHost.Id}/versions"))["rolledBack"]![0]!.Text("reason"));
        await host.RunAsync();
        Assert.Equal(("1.0.0", "1: by 1.0.0"), await host.RecordAsync("5"));
    }

    [Fact]
    public async Task A_pin_stands_over_restarts_and_newer_versions_until_a_person_lets_go()
    {
        await using var host = await MoodyHost.StartAsync(Settings(), "1.0.0");
        await host.App.SendAsync(HttpMethod.Patch, $"/plugins/{MoodyHost.Id}", new JsonObject { ["version"] = "latest" });
        await host.App.SendAsync(HttpMethod.Post, $"/plugins/{MoodyHost.Id}/pin", new JsonObject { ["reason"] = "before the fair" });
        await host.OfferAsync("1.1.0");
        await host.App.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/plugins/{MoodyHost.Id}/upgrade", "{}");
        await host.App.RestartAsync();
        Assert.Equal("1.0.0", await host.RunningAsync());
        Assert.Equal("before the fair", (await host.App.GetAsync($"/plugins/{MoodyHost.Id}/versions"))["pin"]!.Text("reason"));
    }

    [Theory]
    [InlineData(nameof(OperationStep.SnapshotTaken))]
    [InlineData(nameof(OperationStep.Flipped))]
    public async Task A_host_that_dies_during_an_upgrade_goes_it_to_its_end(string step)
    {
        await using var host = await MoodyHost.StartAsync(Settings(), "1.0.0");
        await host.OfferAsync("2.0.0");
        string? job = null;
        await host.DieAtAsync(Enum.Parse<OperationStep>(step), async () =>
        {
            var (_, body) = await host.App.SendAsync(HttpMethod.Post, $"/plugins/{MoodyHost.Id}/upgrade", new JsonObject { ["version"] = "2.0.0" });
            job = body!.Text("jobId");
        });
        var ended = await host.App.EndOfAsync(job!);
        Assert.True(ended.Text("state") == "succeeded", ended.ToJsonString());
        var plugin = await host.PluginAsync();
        Assert.Equal(("probation", "2.0.0"), (plugin.Text("state"), plugin.Text("runningVersion")));
        Assert.Equal("""["1.0.0"]""", (await host.App.GetAsync($"/plugins/{MoodyHost.Id}/versions"))["previous"]!.ToJsonString());

        // And the way back is there.
        await host.RunAsync();
        await host.SucceedAsync("rollback", []);
        await host.RunAsync();
        Assert.Equal(("1.0.0", "1: by 1.0.0"), await host.RecordAsync("5"));
    }

    [Theory]
    [InlineData(nameof(OperationStep.Held))]
    [InlineData(nameof(OperationStep.Restored))]
    [InlineData(nameof(OperationStep.Flipped))]
    public async Task A_host_that_dies_on_the_way_back_goes_it_to_its_end(string step)
    {
        await using var host = await MoodyHost.StartAsync(Settings(("2.0.0", "zero")), "1.0.0");
        await host.OfferAsync("2.0.0");
        await host.UpgradeAsync("2.0.0");
        await host.DieAtAsync(Enum.Parse<OperationStep>(step), () => host.RunAsync());
        await host.UntilAsync(one => one["runningVersion"]?.GetValue<string>() == "1.0.0" && one.Text("state") == "active");
        Assert.Equal("2.0.0", Assert.Single((await host.App.GetAsync($"/plugins/{MoodyHost.Id}/versions"))["rolledBack"]!.AsArray())!.Text("version"));
        await host.RunAsync();
        Assert.Equal(("1.0.0", "1: by 1.0.0"), await host.RecordAsync("5"));
    }

    private static JsonObject Settings(params (string Version, string Fault)[] faults)
    {
        var settings = new JsonObject { ["rows"] = 40 };
        if (faults.Length > 0)
        {
            settings["faults"] = new JsonObject(faults.Select(one => new KeyValuePair<string, JsonNode?>(one.Version, one.Fault)));
        }

        return settings;
    }
}
