using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.BadInput;

/// <summary>plugins.json is edited by hand too; a mistake in it is told, and what runs goes on.</summary>
public sealed class PluginFileTests
{
    [Fact]
    public async Task A_broken_plugins_json_is_told_and_the_running_set_stays()
    {
        await using var app = await Shop.OpenAsync();
        var path = Path.Combine(app.Directory, "plugins.json");
        var good = await File.ReadAllTextAsync(path);

        await File.WriteAllTextAsync(path, good[..^5]);
        Assert.Contains("json", (await ProblemsAsync(app, some: true))[0]!.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.All((await app.GetAsync("/plugins"))["items"]!.AsArray(), plugin => Assert.Equal("active", plugin!.Text("state")));
        await app.SucceedAsync();

        var wrong = JsonNode.Parse(good)!;
        wrong["plugins"]![0]!["enabld"] = true;
        await File.WriteAllTextAsync(path, wrong.ToJsonString());
        for (var i = 0; i < 4800 && (await ProblemsAsync(app, some: true))[0]!.Text("pointer") != "/plugins/0/enabld"; i++)
        {
            await Task.Delay(25);
        }

        var problem = (await ProblemsAsync(app, some: true))[0]!;
        Assert.Equal("/plugins/0/enabld", problem.Text("pointer"));
        Whole.Equal("'enabld' is not known here; did you mean 'enabled'?", problem.Text("message"));
        Assert.All((await app.GetAsync("/plugins"))["items"]!.AsArray(), plugin => Assert.Equal("active", plugin!.Text("state")));

        await File.WriteAllTextAsync(path, good);
        Assert.Empty(await ProblemsAsync(app, some: false));
    }

    [Fact]
    public async Task A_plugin_that_is_switched_off_stops_and_says_why_its_source_does_not_run()
    {
        await using var app = await Shop.OpenAsync();
        var (status, _) = await app.SendAsync(HttpMethod.Patch, "/plugins/customer-insights.csv-connector", new JsonObject { ["enabled"] = false });
        Assert.Equal(System.Net.HttpStatusCode.OK, status);
        for (var i = 0; i < 4800 && (await app.GetAsync("/plugins/customer-insights.csv-connector")).Text("state") == "active"; i++)
        {
            await Task.Delay(25);
        }

        var refresh = await app.RefreshAsync();
        Assert.Equal("failed", refresh.Text("state"));
        Whole.Equal(
            "ingest of club: The plugin customer-insights.csv-connector is switched off in plugins.json. Enable it there, or by PATCH /api/v1/plugins/customer-insights.csv-connector. What comes after it was skipped.",
            refresh["error"]!.Text("message"));
        Assert.Equal(5, (await app.GetAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<int>());

        await app.SendAsync(HttpMethod.Patch, "/plugins/customer-insights.csv-connector", new JsonObject { ["enabled"] = true });
        for (var i = 0; i < 4800 && (await app.GetAsync("/plugins/customer-insights.csv-connector")).Text("state") != "active"; i++)
        {
            await Task.Delay(25);
        }

        await app.SucceedAsync();
    }

    [Fact]
    public async Task At_the_first_start_each_plugin_starts_once()
    {
        await using var app = await RunningApp.StartAsync();
        IReadOnlyList<JsonNode> events;
        do
        {
            events = await app.AllAsync("/plugins/customer-insights.csv-connector/events");
        }
        while (events.Count < 2);
        Assert.Equal(["starting active", "installed starting"], events.Select(change => $"{change["from"]} {change["to"]}"));
    }

    private static async Task<JsonArray> ProblemsAsync(RunningApp app, bool some)
    {
        for (var i = 0; i < 4800; i++)
        {
            var problems = (await app.GetAsync("/plugins"))["fileProblems"]!.AsArray();
            if (problems.Count > 0 == some)
            {
                return problems;
            }

            await Task.Delay(25);
        }

        throw new TimeoutException("plugins.json was not looked at.");
    }
}
