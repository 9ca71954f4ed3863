using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host;
using CustomerInsights.Host.Commands;
using CustomerInsights.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Bench;

/// <summary>A host of its own on an empty data directory, asked over REST as anyone would.</summary>
internal sealed class HostRun : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private HostRun(WebApplication app, string directory)
    {
        _app = app;
        var host = RunningHost.Find(directory)!;
        _http = new HttpClient { BaseAddress = new Uri(host.Url), Timeout = TimeSpan.FromMinutes(10) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Key);
    }

    public Uri Url => _http.BaseAddress!;

    /// <summary>What the host is made of.</summary>
    public IServiceProvider Services => _app.Services;

    /// <param name="directory">The data directory.</param>
    /// <param name="settings">Other settings than the host's own; null: those.</param>
    public static async Task<HostRun> StartAsync(string directory, Func<HostSettings, HostSettings>? settings = null)
    {
        var own = new HostSettings { DataDirectory = directory, Url = "http://127.0.0.1:0", PluginRoots = [Path.Combine(RepositoryRoot.Path, "artifacts", "plugins")] };
        var app = await InsightsApp.BuildAsync(
            settings?.Invoke(own) ?? own,
            TimeProvider.System, logging => logging.SetMinimumLevel(LogLevel.Error), CancellationToken.None);
        await InsightsApp.StartAsync(app, CancellationToken.None);
        return new HostRun(app, directory);
    }

    /// <summary>One ingest job of one file into an empty store; gives what the job says.</summary>
    public static async Task<string> IngestAsync(string file, int rows)
    {
        var directory = Directory.CreateTempSubdirectory("ci-bench-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(directory, "files"));
            File.Copy(file, Path.Combine(directory, "files", "people.csv"));
            await using var host = await StartAsync(directory);
            await host.ApplyAsync("""
                {"recipe":1,"sources":{"bench":{"plugin":"customer-insights.csv-connector","settings":{"streams":[{"name":"people","path":"people.csv","key":["id"]}]}}}}
                """);
            var job = await host.RunAsync("/sources/bench/runs");
            return job["result"]!["details"]!["new"]!.GetValue<long>() == rows ? "" : throw new InvalidOperationException(job.ToJsonString());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    public async Task ApplyAsync(string recipe)
    {
        using var content = new StringContent(recipe, Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync("/api/v1/recipes/apply", content);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
        }
    }

    /// <summary>Starts a job and waits for its success.</summary>
    public async Task<JsonNode> RunAsync(string path)
    {
        using var accepted = await _http.PostAsync("/api/v1" + path, null);
        var id = (await accepted.Content.ReadFromJsonAsync<JsonNode>())!["jobId"]!.GetValue<string>();
        while (true)
        {
            var job = (await _http.GetFromJsonAsync<JsonNode>($"/api/v1/jobs/{id}"))!;
            switch (job["state"]!.GetValue<string>())
            {
                case "succeeded":
                    return job;
                case "failed" or "cancelled" or "skipped":
                    throw new InvalidOperationException(job.ToJsonString());
                default:
                    await Task.Delay(20);
                    break;
            }
        }
    }

    public async Task<JsonNode> GetAsync(string path) => (await _http.GetFromJsonAsync<JsonNode>("/api/v1" + path))!;

    /// <summary>An answer's body, while it comes.</summary>
    public async Task<Stream> OpenAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1" + path);
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.IsSuccessStatusCode ? await response.Content.ReadAsStreamAsync() : throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
