using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Host.Tests.Live;

namespace CustomerInsights.Host.Tests.Rest;

/// <summary>One request without a key, for a browser's own reader of events.</summary>
public sealed class TicketTests : IAsyncLifetime
{
    private readonly SetClock _clock = new(new DateTimeOffset(2026, 3, 25, 9, 0, 0, TimeSpan.Zero));
    private RunningApp _app = null!;
    private HttpClient _stranger = null!;

    public async Task InitializeAsync()
    {
        _app = await RunningApp.StartAsync(clock: _clock);
        _stranger = _app.ClientWith(null);
    }

    public async Task DisposeAsync()
    {
        _stranger.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task A_ticket_opens_its_route_once_without_a_key()
    {
        var ticket = await MakeAsync(_app.Http);
        Assert.Equal(HttpStatusCode.OK, await OpenAsync($"/segments/events?after=0&ticket={ticket}"));
        var problem = await _stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, $"/segments/events?ticket={ticket}");
        Assert.Equal("The ticket is not good, or not any more.", problem.Text("title"));
    }

    [Fact]
    public async Task A_ticket_opens_nothing_else_and_is_gone_after_a_minute()
    {
        var ticket = await MakeAsync(_app.Http);
        await _stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, $"/profiles?ticket={ticket}");
        await _stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, $"/segments/live?ticket={ticket}");
        await _stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, $"/segments/events?ticket={ticket}&ticket={ticket}");
        await _stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, "/segments/events?ticket=");
        await _stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, "/segments/events?ticket=guessed");
        _clock.Now += Tickets.Lifetime - TimeSpan.FromMilliseconds(1);
        Assert.Equal(HttpStatusCode.OK, await OpenAsync($"/segments/events?ticket={ticket}"));
        var late = await MakeAsync(_app.Http);
        _clock.Now += Tickets.Lifetime;
        await _stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, $"/segments/events?ticket={late}");
        var ahead = await MakeAsync(_app.Http);
        _clock.Now -= TimeSpan.FromHours(1);
        await _stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, $"/segments/events?ticket={ahead}");
    }

    [Fact]
    public async Task A_ticket_dies_with_the_key_that_made_it()
    {
        var (_, made) = await _app.SendAsync(HttpMethod.Post, "/keys", new JsonObject { ["name"] = "browser", ["role"] = "viewer" });
        using var viewer = _app.ClientWith(made!.Text("key"));
        Assert.Equal(HttpStatusCode.OK, await OpenAsync($"/segments/events?ticket={await MakeAsync(viewer)}"));
        var ticket = await MakeAsync(viewer);
        await _app.SendAsync(HttpMethod.Delete, $"/keys/{made!["id"]}");
        await _stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, $"/segments/events?ticket={ticket}");
    }

    [Fact]
    public async Task Tickets_are_made_with_a_key_for_routes_that_take_them_and_not_without_end()
    {
        await _stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Post, "/tickets", """{"route":"/segments/events"}""");
        await _stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Post, $"/tickets?ticket={await MakeAsync(_app.Http)}", """{"route":"/segments/events"}""");
        var problem = await _app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/tickets", """{"route":"/profiles"}""");
        Assert.Equal("/route: No ticket is taken there; use one of /segments/events.", problem.Faults());
        for (var open = 1; open < Tickets.MostOfKey; open++)
        {
            await MakeAsync(_app.Http);
        }

        await _app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, "/tickets", """{"route":"/segments/events"}""");
        _clock.Now += Tickets.Lifetime;
        await MakeAsync(_app.Http);
    }

    [Fact]
    public async Task Guessing_tickets_locks_the_guesser_out()
    {
        for (var i = 0; i < FailedAttempts.Limit; i++)
        {
            await _stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, $"/segments/events?ticket={i}");
        }

        await _stranger.RefusedAsync(HttpStatusCode.TooManyRequests, HttpMethod.Get, "/segments/events?ticket=again");
        Assert.Equal(HttpStatusCode.OK, await OpenAsync($"/segments/events?ticket={await MakeAsync(_app.Http)}"));
    }

    private static async Task<string> MakeAsync(HttpClient client)
    {
        using var body = new StringContent("""{"route":"/segments/events"}""", System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri("/api/v1/tickets", UriKind.Relative), body);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.True(response.Headers.CacheControl!.NoStore);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!.Text("ticket");
    }

    private async Task<HttpStatusCode> OpenAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1" + path);
        using var response = await _stranger.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode;
    }
}
