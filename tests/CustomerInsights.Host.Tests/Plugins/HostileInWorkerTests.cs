using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;
using Xunit.Abstractions;

namespace CustomerInsights.Host.Tests.Plugins;

/// <summary>While a plugin in a worker does its worst the host goes on answering over HTTP, and says what it saw.</summary>
public sealed class HostileInWorkerTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Hostile = "test.hostile";

    private readonly string _plugins = Directory.CreateTempSubdirectory("ci-dev-").FullName;
    private RunningApp _app = null!;

    public async Task InitializeAsync()
    {
        TestPlugins.CopyTo(_plugins, Hostile);
        _app = await RunningApp.StartAsync(development: _plugins);
        await _app.SendAsync(HttpMethod.Post, $"/plugins/{Hostile}/enable");
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_plugins, recursive: true);
    }

    [Theory]
    [InlineData("ownThread", "degraded", "boom on its own thread")]
    [InlineData("stackOverflow", "degraded", "Stack overflow.")]
    [InlineData("failFast", "degraded", "Process terminated.")]
    [InlineData("exit", "degraded", "exit code 7")]
    [InlineData("allocate", "degraded", "memory")]
    [InlineData("flood", "active", null)]
    [InlineData("oneKey", "active", null)]
    public async Task The_host_answers_throughout_and_shows_what_it_saw(string how, string state, string? told)
    {
        await PutAsync(how);
        var job = await RunAsync();
        using var over = new CancellationTokenSource();
        var answering = AnswerAsync(over.Token);
        for (var i = 0; i < 2400 && !await IsSeenAsync(job, state); i++)
        {
            await Task.Delay(50);
        }

        await over.CancelAsync();
        var (answers, longest) = await answering;
        output.WriteLine($"{how}: {answers} answers, the longest after {longest.TotalMilliseconds:0} ms");
        Assert.True(answers > 0);
        var plugin = await _app.GetAsync($"/plugins/{Hostile}");
        Assert.Equal(state, plugin.Text("state"));
        if (told is null)
        {
            return;
        }

        Assert.Contains(told, plugin.Text("reason"), StringComparison.OrdinalIgnoreCase);
        await EventAsync(step => step.Text("to") == state && step.Text("reason").Contains(told, StringComparison.OrdinalIgnoreCase));
        var health = await _app.GetAsync($"/plugins/{Hostile}/health");
        Assert.Contains(told, health["lastFailure"]!.Text("message"), StringComparison.OrdinalIgnoreCase);
        await _app.SendAsync(HttpMethod.Post, $"/jobs/{job}/cancel");
    }

    [Fact]
    public async Task A_million_records_with_one_key_are_one_record()
    {
        await PutAsync("oneKey");
        var job = await _app.EndOfAsync(await RunAsync());
        Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
        Assert.Equal(1_000_001, job["result"]!["details"]!["read"]!.GetValue<long>());
        var record = Assert.Single((await _app.GetAsync("/streams/bad.rows/records"))["items"]!.AsArray())!;
        Assert.Equal(999_999, record["fields"]!["id"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_bookmark_ahead_of_its_records_is_believed_and_the_next_full_read_repairs_what_it_lost()
    {
        await PutAsync("checkpointAhead");
        var job = await _app.EndOfAsync(await RunAsync());
        Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
        Assert.Equal(2, job["attempts"]!.GetValue<int>());

        // No host can know better than the bookmark that it was given; nothing else is harmed. The conformance kit finds such a plugin.
        var lost = (await _app.GetAsync("/streams"))["items"]![0]!["recordCount"]!.GetValue<long>();
        Assert.InRange(lost, 0, 5);
        Assert.Equal("succeeded", (await _app.EndOfAsync(await RunAsync())).Text("state"));
        Assert.Equal(10, (await _app.GetAsync("/streams"))["items"]![0]!["recordCount"]!.GetValue<long>());
    }

    [Fact]
    public async Task What_it_prints_is_to_be_read_over_REST_cut_short_and_without_its_secrets()
    {
        await PutAsync("printSecret");
        await _app.SendAsync(HttpMethod.Put, "/sources/bad/secrets/token", new JsonObject { ["value"] = "s3cret-value" });
        await _app.EndOfAsync(await RunAsync());
        JsonArray lines = [];
        for (var i = 0; i < 2400 && lines.Count < 2; i++)
        {
            lines = (await _app.GetAsync($"/plugins/{Hostile}/logs?limit=10"))["items"]!.AsArray();
            await Task.Delay(50);
        }

        Assert.Equal(["err ***", "out ***"], lines.Select(line => line!.Text("text")).Order(StringComparer.Ordinal));
        Assert.All(lines, line => Assert.Equal("1.0.0", line!.Text("version")));
        var (status, _) = await _app.SendAsync(HttpMethod.Get, $"/plugins/{Hostile}/logs?limit=0");
        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Fact]
    public async Task Health_counts_calls_and_shows_the_worker_and_a_switch_is_audited()
    {
        await PutAsync("fine");
        await _app.EndOfAsync(await RunAsync());
        var health = await _app.GetAsync($"/plugins/{Hostile}/health");
        Assert.True(health["calls"]!["succeeded"]!.GetValue<int>() > 0, health.ToJsonString());
        Assert.Equal(("active", "process", 128), (health.Text("state"), health.Text("isolation"), health["worker"]!["memoryLimitMb"]!.GetValue<int>()));
        Assert.True(health["worker"]!["processId"]!.GetValue<int>() > 0);

        var (_, off) = await _app.SendAsync(HttpMethod.Post, $"/plugins/{Hostile}/disable");
        Assert.Equal(("unloaded", "disabled"), (off!.Text("state"), (await EventAsync(step => step.Text("to") == "draining")).Text("code")));
        var (_, on) = await _app.SendAsync(HttpMethod.Post, $"/plugins/{Hostile}/enable");
        Assert.Equal("active", on!.Text("state"));
        Assert.Equal(["plugin.enable", "plugin.disable"], (await _app.AllAsync("/audit")).Where(row => row.Text("subject") == $"plugin/{Hostile}").Take(2).Select(row => row.Text("action")));
        var (status, _) = await _app.SendAsync(HttpMethod.Post, "/plugins/nobody.nothing/enable");
        Assert.Equal(HttpStatusCode.NotFound, status);
    }

    private async Task PutAsync(string how)
    {
        var (status, body) = await _app.SendAsync(HttpMethod.Put, "/sources/bad", new JsonObject { ["plugin"] = Hostile, ["settings"] = new JsonObject { ["how"] = how } });
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created, body?.ToJsonString());
    }

    // Written behind the plugin's back, so that one may come a moment after the state.
    private async Task<JsonNode> EventAsync(Func<JsonNode, bool> condition)
    {
        for (var i = 0; i < 2400; i++)
        {
            if ((await _app.AllAsync($"/plugins/{Hostile}/events")).FirstOrDefault(condition) is { } found)
            {
                return found;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException("The event did not come.");
    }

    private async Task<string> RunAsync() => (await _app.SendAsync(HttpMethod.Post, "/sources/bad/runs")).Body!.Text("jobId");

    private async Task<bool> IsSeenAsync(string job, string state) => state == "active"
        ? (await _app.GetAsync($"/jobs/{job}")).Text("state") is "succeeded" or "failed"
        : (await _app.GetAsync($"/plugins/{Hostile}")).Text("state") == state;

    private async Task<(int Answers, TimeSpan Longest)> AnswerAsync(CancellationToken cancellationToken)
    {
        var (answers, longest) = (0, TimeSpan.Zero);
        while (!cancellationToken.IsCancellationRequested)
        {
            var watch = Stopwatch.StartNew();
            await _app.GetAsync("/plugins/customer-insights.csv-connector");
            longest = watch.Elapsed > longest ? watch.Elapsed : longest;
            answers++;
        }

        return (answers, longest);
    }
}
