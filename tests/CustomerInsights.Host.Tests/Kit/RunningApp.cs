using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Commands;
using CustomerInsights.Host.Features.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Host.Tests.Kit;

/// <summary>A host on a data directory of its own, asked over real HTTP.</summary>
internal sealed class RunningApp : IAsyncDisposable
{
    private WebApplication _app;

    private readonly string? _development;

    private readonly TimeProvider _clock;

    private RunningApp(WebApplication app, string directory, string? development, TimeProvider clock)
    {
        (_app, Directory, _development, _clock) = (app, directory, development, clock);
        Http = Client();
    }

    /// <summary>The data directory.</summary>
    public string Directory { get; }

    /// <summary>Asks as an admin.</summary>
    public HttpClient Http { get; private set; }

    public IServiceProvider Services => _app.Services;

    /// <param name="directory">The data directory; null: a new one.</param>
    /// <param name="maxRequestBytes">The largest request; null: the host's own.</param>
    /// <param name="development">A folder of plugins in development; null: none.</param>
    /// <param name="clock">The time; null: the system's.</param>
    /// <param name="frames">Sites that may show cards in frames.</param>
    public static async Task<RunningApp> StartAsync(
        string? directory = null, long? maxRequestBytes = null, string? development = null, TimeProvider? clock = null, IReadOnlyList<string>? frames = null)
    {
        clock ??= TimeProvider.System;
        directory ??= System.IO.Directory.CreateTempSubdirectory("ci-host-").FullName;
        return new RunningApp(await BuildAsync(directory, maxRequestBytes, development, clock, frames), directory, development, clock);
    }

    /// <summary>Stops the host and starts another on the same data.</summary>
    public async Task RestartAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _app = await BuildAsync(Directory, null, _development, _clock);
        Http = Client();
    }

    /// <summary>A client with another key, or with none.</summary>
    public HttpClient ClientWith(string? key)
    {
        var client = new HttpClient { BaseAddress = Http.BaseAddress };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public Task<JsonNode> GetAsync(string path) => Http.GetJsonAsync(path);

    /// <summary>All items of a list, page after page.</summary>
    public Task<IReadOnlyList<JsonNode>> AllAsync(string path) => Http.AllAsync(path);

    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(HttpMethod method, string path, JsonNode? body = null, string? ifMatch = null) =>
        await SendTextAsync(method, path, body?.ToJsonString(), ifMatch);

    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendTextAsync(HttpMethod method, string path, string? body, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, "/api/v1" + path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>Applies a recipe and fails the test with its problem if it is refused.</summary>
    public async Task<JsonNode> ApplyAsync(string recipe)
    {
        var (status, body) = await SendTextAsync(HttpMethod.Post, "/recipes/apply", recipe);
        Assert.True(status == HttpStatusCode.OK, body?.ToJsonString());
        return body!;
    }

    /// <summary>Refreshes and waits for the end; gives the job.</summary>
    public async Task<JsonNode> RefreshAsync()
    {
        var (_, accepted) = await SendAsync(HttpMethod.Post, "/refreshes");
        return await EndOfAsync(accepted!["jobId"]!.GetValue<string>());
    }

    public Task<JsonNode> EndOfAsync(string jobId) => Http.EndOfAsync(jobId);

    /// <summary>Writes a file under the folder that connectors may read.</summary>
    public void WriteFile(string name, string content)
    {
        var path = Path.Combine(Directory, "files", name);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static async Task<WebApplication> BuildAsync(string directory, long? maxRequestBytes, string? development, TimeProvider clock, IReadOnlyList<string>? frames = null)
    {
        var settings = new HostSettings
        {
            DataDirectory = directory,
            Url = "http://127.0.0.1:0",
            DevelopmentRoots = development is null ? [] : [development],
            FrameAncestors = frames ?? [],
        };
        var app = await InsightsApp.BuildAsync(
            maxRequestBytes is { } bytes ? settings with { MaxRequestBytes = bytes } : settings,
            clock,
            logging => logging.SetMinimumLevel(LogLevel.Critical),
            CancellationToken.None);
        await InsightsApp.StartAsync(app, CancellationToken.None);
        return app;
    }

    private HttpClient Client() => new()
    {
        BaseAddress = new Uri(RunningHost.Find(Directory)!.Url),
        Timeout = TimeSpan.FromMinutes(2),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", _app.Services.GetRequiredService<LocalKey>().Text) },
    };
}
