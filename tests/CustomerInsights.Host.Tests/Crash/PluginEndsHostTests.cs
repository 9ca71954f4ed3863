using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Crash;

/// <summary>
/// In the host's process a plugin can end it, and nothing can change that. What must hold: what was acknowledged is there at the
/// next start, which keeps that plugin from running, says so, and runs the others.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "DisposeAsync is xunit's disposal.")]
public sealed class PluginEndsHostTests : IAsyncLifetime
{
    private const string Hostile = "test.hostile";
    private const string Healthy = "test.healthy";

    private readonly string _directory = Directory.CreateTempSubdirectory("ci-ended-").FullName;
    private HostProcess? _host;

    private string Plugins => Path.Combine(_directory, "dev");

    public Task InitializeAsync()
    {
        TestPlugins.CopyTo(Plugins, Hostile, edit: InProcess);
        TestPlugins.CopyTo(Plugins, Healthy);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("ownThread", true, "boom on its own thread")]
    [InlineData("asyncVoid", true, "boom in async void")]
    [InlineData("stackOverflow", false, "test.hostile 1.0.0 was in ReadAsync")]
    [InlineData("failFast", false, "test.hostile 1.0.0 was in ReadAsync")]
    [InlineData("exit", false, "test.hostile 1.0.0 was in ReadAsync")]
    public async Task The_host_that_a_plugin_ended_starts_again_without_it_and_has_all_that_was_acknowledged(string how, bool named, string evidence)
    {
        await StartAsync();
        await PutSourceAsync("good", Healthy, new JsonObject { ["rows"] = 25 });
        await PutSourceAsync("bad", Hostile, new JsonObject { ["how"] = "fine" });
        await RefreshAsync("good");
        await RefreshAsync("bad");
        await PutSourceAsync("bad", Hostile, new JsonObject { ["how"] = how });

        var job = await RunAsync("bad");
        Assert.NotEqual(0, await _host!.ExitAsync());
        await StartAsync();

        var bad = await _host.Http.GetJsonAsync($"/plugins/{Hostile}");
        Assert.Equal(("faulted", "ended-host"), (bad.Text("state"), bad.Text("code")));
        Assert.StartsWith(named ? "The host's process was ended by an exception that nobody caught." : "The host's process ended without a word", bad.Text("reason"), StringComparison.Ordinal);
        Assert.Contains(evidence, bad.Text("reason"), StringComparison.Ordinal);
        Assert.Contains(Hostile, (await _host.Http.GetJsonAsync("/plugins")).Text("safeMode"), StringComparison.Ordinal);

        // The others run, and nothing that was acknowledged is gone.
        Assert.Equal("active", (await _host.Http.GetJsonAsync($"/plugins/{Healthy}")).Text("state"));
        Assert.Equal([("bad.rows", 1L), ("good.rows", 25L)], (await _host.Http.GetJsonAsync("/streams"))["items"]!.AsArray().Select(stream => (stream!.Text("name"), stream!["recordCount"]!.GetValue<long>())));
        Assert.Equal(how, (await _host.Http.GetJsonAsync("/sources/bad"))["definition"]!["settings"]!.Text("how"));
        await RefreshAsync("good");

        // It stays so over another start, until a person tries again; in a worker it may run at once.
        await _host.KillAsync();
        await StartAsync();
        Assert.Equal("faulted", (await _host.Http.GetJsonAsync($"/plugins/{Hostile}")).Text("state"));
        using var cancelled = await _host.Http.PostAsync(new Uri($"/api/v1/jobs/{job}/cancel", UriKind.Relative), null);
        using var retried = await _host.Http.PostAsync(new Uri($"/api/v1/plugins/{Hostile}/retry", UriKind.Relative), null);
        Assert.Equal("active", JsonNode.Parse(await retried.Content.ReadAsStringAsync())!.Text("state"));
        await PutSourceAsync("bad", Hostile, new JsonObject { ["how"] = "fine" });
        await RefreshAsync("bad");
    }

    [Fact]
    public async Task A_host_that_is_killed_or_stopped_while_a_plugin_of_its_own_reads_blames_nobody()
    {
        await StartAsync();
        await PutSourceAsync("good", Healthy, new JsonObject { ["rows"] = 25, ["pauseAfter"] = 10 });
        await PatchAsync(Healthy, """{"isolation":"process"}""");
        await PatchAsync(Hostile, """{"isolation":"process"}""");
        await RunAsync("good");
        await _host!.KillAsync();
        await StartAsync();
        var plugins = await _host.Http.GetJsonAsync("/plugins");
        Assert.Null(plugins["safeMode"]);
        Assert.All(plugins["items"]!.AsArray(), plugin => Assert.Equal("active", plugin!.Text("state")));
    }

    [Fact]
    public async Task In_safe_mode_only_what_comes_with_the_program_runs()
    {
        await StartAsync("--safe-mode");
        var plugins = await _host!.Http.GetJsonAsync("/plugins");
        Assert.Contains("--safe-mode", plugins.Text("safeMode"), StringComparison.Ordinal);
        foreach (var plugin in plugins["items"]!.AsArray())
        {
            var expected = plugin!.Text("id").StartsWith("test.", StringComparison.Ordinal) ? "installed" : "active";
            Assert.Equal(expected, plugin!.Text("state"));
        }
    }

    private static void InProcess(JsonObject manifest) =>
        manifest["isolation"] = JsonNode.Parse("""{ "supported": ["inProcess", "process"], "preferred": "process" }""");

    private async Task StartAsync(params string[] more)
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
        else
        {
            File.WriteAllText(Path.Combine(_directory, "plugins.json"), """
                { "plugins": [ { "id": "customer-insights.csv-connector" }, { "id": "customer-insights.json-connector" }, { "id": "customer-insights.csv-export" },
                               { "id": "test.hostile", "isolation": "inProcess" }, { "id": "test.healthy", "isolation": "inProcess" } ] }
                """);
        }

        _host = await HostProcess.StartAsync(_directory, ["--dev", Plugins, .. more]);
    }

    private async Task PutSourceAsync(string name, string plugin, JsonObject settings)
    {
        using var known = await _host!.Http.GetAsync(new Uri($"/api/v1/sources/{name}", UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/sources/{name}")
        {
            Content = new StringContent(new JsonObject { ["plugin"] = plugin, ["settings"] = settings }.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        if (known.IsSuccessStatusCode)
        {
            request.Headers.TryAddWithoutValidation("If-Match", "*");
        }

        using var answer = await _host.Http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task PatchAsync(string plugin, string change)
    {
        using var body = new StringContent(change, Encoding.UTF8, "application/json");
        using var answer = await _host!.Http.PatchAsync(new Uri($"/api/v1/plugins/{plugin}", UriKind.Relative), body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<string> RunAsync(string source)
    {
        using var answer = await _host!.Http.PostAsync(new Uri($"/api/v1/sources/{source}/runs", UriKind.Relative), null);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.Text("jobId");
    }

    private async Task RefreshAsync(string source)
    {
        var job = await _host!.Http.EndOfAsync(await RunAsync(source));
        Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
    }
}
