using System.Net;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests;

public sealed class SmokeTests
{
    [Fact]
    public async Task Nothing_but_health_the_document_and_pages_answers_without_a_key()
    {
        await using var app = await RunningApp.StartAsync();
        using var stranger = app.ClientWith(null);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/openapi/v1.json")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/reference/index.html")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/api/v1/profiles")).StatusCode);
    }
}
