using System.Net;
using System.Text.Json.Nodes;

namespace CustomerInsights.Host.Tests.Kit;

/// <summary>What every error body must be: problem details with type, title, status and detail.</summary>
internal static class ProblemCheck
{
    public static async Task<JsonNode> IsProblemAsync(this HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} instead of {(int)status}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(text)!;
        Assert.StartsWith("urn:customer-insights:problem:", problem.Text("type"), StringComparison.Ordinal);
        Assert.NotEmpty(problem.Text("title"));
        Assert.NotEmpty(problem.Text("detail"));
        Assert.Equal((int)status, problem["status"]!.GetValue<int>());
        return problem;
    }

    /// <summary>Sends and expects a problem.</summary>
    public static async Task<JsonNode> RefusedAsync(
        this HttpClient client, HttpStatusCode status, HttpMethod method, string path, string? body = null, string? ifMatch = null, string mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(method, "/api/v1" + path);
        if (body is not null)
        {
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, mediaType);
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        using var response = await client.SendAsync(request);
        return await response.IsProblemAsync(status);
    }

    /// <summary>The faults as text, one a line: <c>pointer: message</c>.</summary>
    public static string Faults(this JsonNode problem) =>
        string.Join('\n', problem["errors"]!.AsArray().Select(fault => $"{fault!["pointer"]}: {fault["message"]}"));
}
