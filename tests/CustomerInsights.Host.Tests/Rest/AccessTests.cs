using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Tests.Kit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Rest;

public sealed class AccessTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public void Every_endpoint_of_the_api_asks_something_of_its_caller()
    {
        var endpoints = shop.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1", StringComparison.Ordinal)).ToList();
        Assert.True(endpoints.Count > 50, $"Only {endpoints.Count} endpoints were found.");
        Assert.Equal([], endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<Requirement>() is null).Select(endpoint => endpoint.DisplayName));

        // What is read needs no more than Read, and what is changed no less than Write or Run; a question that takes a body computes and keeps nothing.
        Assert.Equal(
            [
                "/api/v1/measures/templates/{name}", "/api/v1/profiles/{id}/card-tokens", "/api/v1/rules/check", "/api/v1/rules/complete", "/api/v1/rules/format",
                "/api/v1/segments/overlap", "/api/v1/segments/preview", "/api/v1/segments/suggestions/groups", "/api/v1/segments/suggestions/tree",
                "/api/v1/segments/{name}/differentiators", "/api/v1/tickets", "/api/v1/what-if",
            ],
            endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Contains("GET")
                != (endpoint.Metadata.GetMetadata<Requirement>()!.Action == AccessAction.Read)).Select(endpoint => endpoint.RoutePattern.RawText).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_a_key_nothing_under_api_answers()
    {
        using var stranger = shop.App.ClientWith(null);
        var problem = await stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, "/profiles");
        Assert.Equal("An API key is needed.", problem.Text("title"));
        Assert.Equal("Send it as 'Authorization: Bearer <key>'. An admin makes keys with POST /api/v1/keys.", problem.Text("detail"));
        await stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Put, "/segments/x", """{"rule":"orders > 1"}""");
        await stranger.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Post, "/refreshes");
        using var response = await stranger.GetAsync("/api/v1/profiles");
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task A_viewer_reads_and_changes_nothing()
    {
        using var viewer = await ClientAsync("viewer");
        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync("/api/v1/profiles")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync("/api/v1/segments")).StatusCode);
        var problem = await viewer.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Put, "/segments/mine", """{"rule":"orders > 1"}""");
        Assert.Equal("Your key may not write segments.", problem.Text("title"));
        Assert.Equal("Ask an admin for a key with a role that may.", problem.Text("detail"));
        await viewer.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Post, "/refreshes");
        await viewer.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Post, "/recipes/apply?dryRun=true", "{}");
        await viewer.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Get, "/keys");
        await viewer.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Get, "/audit");
    }

    [Fact]
    public async Task A_contributor_writes_segments_and_runs_but_makes_no_keys_and_no_sources()
    {
        using var contributor = await ClientAsync("contributor");
        using var put = await contributor.PutAsync(new Uri("/api/v1/segments/theirs", UriKind.Relative), Json("""{"rule":"orders > 1"}"""));
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        await contributor.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Post, "/keys", """{"name":"more","role":"admin"}""");
        await contributor.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Put, "/sources/s", """{"plugin":"x"}""");
        await contributor.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Patch, "/plugins/customer-insights.csv-connector", "{}");
        await contributor.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Put, "/sources/crm/secrets/s", """{"value":"x"}""");
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing_any_more()
    {
        var (_, made) = await shop.App.SendAsync(HttpMethod.Post, "/keys", new JsonObject { ["name"] = "short-lived", ["role"] = "admin" });
        using var client = shop.App.ClientWith(made!.Text("key"));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/profiles")).StatusCode);
        var (status, _) = await shop.App.SendAsync(HttpMethod.Delete, $"/keys/{made!["id"]}");
        Assert.Equal(HttpStatusCode.NoContent, status);
        await client.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, "/profiles");
        var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Delete, $"/keys/{made!["id"]}");
        Assert.Equal($"There is no key in use '{made!["id"]}'.", problem.Text("title"));
    }

    [Fact]
    public async Task Keys_are_listed_without_their_secret_and_names_are_not_taken_twice()
    {
        var (_, made) = await shop.App.SendAsync(HttpMethod.Post, "/keys", new JsonObject { ["name"] = "one", ["role"] = "viewer" });
        var list = (await shop.App.GetAsync("/keys")).ToJsonString();
        Assert.Contains(made!.Text("id"), list, StringComparison.Ordinal);
        Assert.DoesNotContain(made!.Text("key"), list, StringComparison.Ordinal);
        Assert.DoesNotContain("hash", list, StringComparison.OrdinalIgnoreCase);
        var problem = await shop.App.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, "/keys", """{"name":"one","role":"viewer"}""");
        Assert.Equal("A key named 'one' is in use.", problem.Text("title"));
        problem = await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/keys", """{"name":"two","role":"owner"}""");
        Assert.Equal("/role: 'owner' is not a role; use one of admin, contributor, viewer.", problem.Faults());
        problem = await shop.App.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/keys", """{"name":" ","role":"viewer"}""");
        Assert.Equal("/name: A key's name has 1 to 100 characters.", problem.Faults());
    }

    [Fact]
    public async Task Too_many_wrong_keys_lock_the_guesser_out_and_nobody_else()
    {
        await using var app = await RunningApp.StartAsync();
        using var guesser = app.ClientWith("ci_000000000000_" + new string('A', 43));
        for (var i = 0; i < FailedAttempts.Limit; i++)
        {
            await guesser.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, "/profiles");
        }

        using var response = await guesser.GetAsync("/api/v1/profiles");
        var problem = await response.IsProblemAsync(HttpStatusCode.TooManyRequests);
        Assert.Equal("Too many wrong keys from your address.", problem.Text("title"));
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync("/api/v1/profiles")).StatusCode);
    }

    [Fact]
    public async Task Guessing_at_a_key_locks_that_key_and_no_other()
    {
        await using var app = await RunningApp.StartAsync();
        var (_, made) = await app.SendAsync(HttpMethod.Post, "/keys", new JsonObject { ["name"] = "attacked", ["role"] = "viewer" });
        var key = made!.Text("key");
        using var guesser = app.ClientWith(key[..^43] + new string('A', 43));
        for (var i = 0; i < FailedAttempts.Limit; i++)
        {
            await guesser.RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, "/profiles");
        }

        using var owner = app.ClientWith(key);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await owner.GetAsync("/api/v1/profiles")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Http.GetAsync("/api/v1/profiles")).StatusCode);
    }

    [Fact]
    public async Task Who_did_what_is_on_record()
    {
        await shop.App.SendAsync(HttpMethod.Post, "/keys", new JsonObject { ["name"] = "on record", ["role"] = "viewer" });
        Assert.Contains("key", (await shop.App.GetAsync("/audit"))["items"]![0]!.ToJsonString(), StringComparison.Ordinal);
    }

    private async Task<HttpClient> ClientAsync(string role)
    {
        var (_, made) = await shop.App.SendAsync(HttpMethod.Post, "/keys", new JsonObject { ["name"] = $"{role} {Guid.NewGuid():N}", ["role"] = role });
        return shop.App.ClientWith(made!.Text("key"));
    }

    private static StringContent Json(string text) => new(text, System.Text.Encoding.UTF8, "application/json");
}
