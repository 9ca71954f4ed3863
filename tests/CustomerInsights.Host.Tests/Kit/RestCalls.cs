using System.Net;
using System.Text.Json.Nodes;

namespace CustomerInsights.Host.Tests.Kit;

/// <summary>Asks a host, wherever it runs.</summary>
internal static class RestCalls
{
    public static async Task<JsonNode> GetJsonAsync(this HttpClient http, string path)
    {
        using var response = await http.GetAsync("/api/v1" + path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"GET {path}: {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>All items of a list, page after page.</summary>
    public static async Task<IReadOnlyList<JsonNode>> AllAsync(this HttpClient http, string path)
    {
        var items = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = await http.GetJsonAsync(cursor is null ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={Uri.EscapeDataString(cursor)}");
            items.AddRange(page["items"]!.AsArray().Select(item => item!));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);
        return items;
    }

    public static async Task<JsonNode> EndOfAsync(this HttpClient http, string jobId)
    {
        for (var i = 0; i < 3000; i++)
        {
            var job = await http.GetJsonAsync($"/jobs/{jobId}");
            if (job["state"]!.GetValue<string>() is "succeeded" or "failed" or "cancelled" or "skipped")
            {
                return job;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"The job {jobId} has not ended.");
    }
}
