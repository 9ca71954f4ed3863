using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace CustomerInsights.Acceptance.Tests.Kit;

/// <summary>The built host as a process, on a data directory of its own, asked over REST.</summary>
internal sealed class LocalHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private LocalHost(Process process, string data) => (_process, Data) = (process, data);

    /// <summary>The data directory.</summary>
    internal string Data { get; }

    /// <summary>The address with <c>/api/v1</c>.</summary>
    internal string Url { get; private set; } = "";

    /// <summary>The admin's key.</summary>
    internal string Key { get; private set; } = "";

    private HttpClient Http { get; } = new();

    internal static async Task<LocalHost> StartAsync(AuthorsMachine machine, string data)
    {
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Debug{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Debug" : "Release";
        var program = Path.Combine(RepositoryRoot.Path, "host", "CustomerInsights.Host", "bin", configuration, "net10.0", "customer-insights.dll");
        var start = machine.Start("dotnet", Path.GetTempPath(), program, "serve", "--data", data, "--port", "0");
        (start.RedirectStandardOutput, start.RedirectStandardError, start.UseShellExecute) = (true, true, false);
        var host = new LocalHost(new Process { StartInfo = start }, data);
        host._process.OutputDataReceived += (_, line) => host._output.Enqueue(line.Data ?? "");
        host._process.ErrorDataReceived += (_, line) => host._output.Enqueue(line.Data ?? "");
        host._process.Start();
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        var file = Path.Combine(data, "host.json");
        await host.UntilAsync(
            () => Task.FromResult(host._output.Any(line => line.StartsWith("Customer Insights is running.", StringComparison.Ordinal)) && File.Exists(file)),
            () => string.Join('\n', host._output));
        var running = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        (host.Url, host.Key) = (running["url"]!.GetValue<string>() + "/api/v1", running["key"]!.GetValue<string>());
        host.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Key);
        return host;
    }

    internal async Task<JsonNode> GetAsync(string path)
    {
        using var response = await Http.GetAsync(new Uri(Url + path));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"GET {path}: {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    internal async Task<JsonNode> PostAsync(string path, string body = "")
    {
        using var content = body.Length == 0 ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Http.PostAsync(new Uri(Url + path), content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"POST {path}: {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text.Length == 0 ? "{}" : text)!;
    }

    /// <summary>Waits until a job has ended, and fails the test unless it succeeded.</summary>
    internal async Task SucceededAsync(JsonNode accepted)
    {
        var job = await EndOfAsync(accepted);
        Assert.True(job["state"]!.GetValue<string>() == "succeeded", job.ToJsonString() + "\n" + string.Join('\n', _output.TakeLast(20)));
    }

    /// <summary>Waits until a job has ended.</summary>
    internal async Task<JsonNode> EndOfAsync(JsonNode accepted)
    {
        var id = accepted["jobId"]!.GetValue<string>();
        var job = accepted;
        await UntilAsync(
            async () => (job = await GetAsync($"/jobs/{id}"))["state"]!.GetValue<string>() is "succeeded" or "failed" or "cancelled" or "skipped",
            () => job.ToJsonString());
        return job;
    }

    /// <summary>Waits until a plugin runs in a version.</summary>
    internal async Task RunsAsync(string plugin, string version)
    {
        JsonNode? status = null;
        await UntilAsync(
            async () =>
            {
                // It is not in the list before it is installed.
                status = (await GetAsync("/plugins"))["items"]!.AsArray().FirstOrDefault(one => one!["id"]!.GetValue<string>() == plugin);
                return status?["runningVersion"]?.GetValue<string>() == version;
            },
            () => $"{plugin} does not run in {version}: {status?.ToJsonString()}");
    }

    /// <summary>Waits for something that comes about by itself.</summary>
    internal async Task UntilAsync(Func<Task<bool>> condition, Func<string> otherwise)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.False(_process.HasExited, string.Join('\n', _output));
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Patience, otherwise());
            await Task.Delay(Between);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Http.Dispose();
    }
}
