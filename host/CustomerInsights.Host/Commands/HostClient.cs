using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CustomerInsights.Host.Commands;

/// <summary>The command line's way to a host: REST and nothing else.</summary>
internal sealed class HostClient : IDisposable
{
    private readonly HttpClient _http;

    public HostClient(RunningHost host)
    {
        _http = new HttpClient { BaseAddress = new Uri(host.Url), Timeout = TimeSpan.FromMinutes(5) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.Key);
    }

    /// <summary>The answer, or null after its problem was printed.</summary>
    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, "/api/v1" + path) { Content = content };
        using var response = await TrySendAsync(request, cancellationToken);
        if (response is null)
        {
            return null;
        }

        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return JsonNode.Parse(text);
        }

        await PrintProblemAsync(text, (int)response.StatusCode);
        return null;
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage?> TrySendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException error)
        {
            await Console.Error.WriteLineAsync($"The host at {_http.BaseAddress} does not answer ({error.Message}). Has it been stopped? Look at its output, and start it again with 'serve'.");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"The host at {_http.BaseAddress} has not answered within {_http.Timeout.TotalMinutes:0} minutes. It may still be at work: look at its output before you try again.");
        }

        return null;
    }

    private static async Task PrintProblemAsync(string text, int status)
    {
        JsonNode? problem = null;
        try
        {
            problem = JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            // Not ours; the status must do.
        }

        await Console.Error.WriteLineAsync(problem?["title"]?.GetValue<string>() ?? $"The host answered {status}.");
        foreach (var fault in problem?["errors"]?.AsArray() ?? [])
        {
            await Console.Error.WriteLineAsync($"  {fault!["pointer"]}: {fault["message"]}");
        }

        if (problem?["errors"] is null && problem?["detail"]?.GetValue<string>() is { } detail)
        {
            await Console.Error.WriteLineAsync($"  {detail}");
        }
    }
}
