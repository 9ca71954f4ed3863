using System.Net;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Plugins;
using CustomerInsights.Host.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests;

/// <summary>Requests by hostile and by clumsy people, found in review.</summary>
public sealed class ReviewRequestTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    private readonly RunningApp _app = shop.App;

    [Theory]
    [InlineData("""{"recipe":1,"sources":{"x":null}}""", "", "'sources' holds null at 'x'")]
    [InlineData("""{"recipe":1,"sources":{"x":{"plugin":"customer-insights.csv-connector","streams":{"a":null}}}}""", "/sources/x", "'streams' holds null at 'a'")]
    [InlineData("""{"recipe":1,"profileTypes":{"x":{"attributes":{"a":null}}}}""", "/profileTypes/x", "'attributes' holds null at 'a'")]
    [InlineData("""{"recipe":1,"mappings":{"crm.contacts":{"profile":{"type":"customer","fields":{"email":null}}}}}""", "/mappings/crm.contacts/profile", "'fields' holds null at 'email'")]
    [InlineData("""{"recipe":1,"exports":{"e":{"plugin":"p","segment":"buyers","fields":[{"name":"email"},null]}}}""", "/exports/e", "'fields' holds null at '1'")]
    [InlineData("""{"recipe":1,"unification":{"customer":{"streams":[null]}}}""", "/unification/customer", "'streams' holds null at '0'")]
    public async Task Null_in_a_list_or_map_is_refused_with_its_place(string recipe, string pointer, string message)
    {
        var problem = await _app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/recipes/apply?dryRun=true", recipe);
        Assert.StartsWith($"{pointer}: {message}; a value is needed there.", problem.Faults(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"recipe":1,"mappings":{"crm.contacts":{"profile":{"type":"customer","fields":{"a/b":1}}}}}""", "/mappings/crm.contacts/profile/fields/a~1b")]
    [InlineData("""{"recipe":1,"exports":{"e":{"plugin":"p","segment":"s","fields":[{"name":"x"},{"name":7}]}}}""", "/exports/e/fields/1/name")]
    [InlineData("""{"recipe":"1"}""", "/recipe")]
    public async Task A_fault_in_JSON_has_a_pointer_that_leads_to_it(string recipe, string pointer)
    {
        var problem = await _app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/recipes/apply?dryRun=true", recipe);
        Assert.StartsWith(pointer + ": ", problem.Faults(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sources_name_has_no_point_because_its_streams_names_have_one()
    {
        var problem = await _app.Http.RefusedAsync(
            HttpStatusCode.BadRequest, HttpMethod.Put, "/sources/crm.eu",
            """{"plugin":"customer-insights.csv-connector","settings":{"streams":[{"name":"contacts","path":"contacts.csv","key":["Id"]}]}}""");
        Assert.Contains("Call it 'crm-eu', say.", problem.Faults(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preview_whose_ranks_overflow_says_so()
    {
        var problem = await _app.Http.RefusedAsync(
            HttpStatusCode.BadRequest, HttpMethod.Post, "/segments/preview", """{"rule":"percentile_rank(points * 9223372036854775807) > 50"}""");
        Assert.Contains("integer overflow in `points * 9223372036854775807`", problem.Faults(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preview_may_ask_for_a_segment_that_is_called_preview()
    {
        await _app.SendTextAsync(HttpMethod.Put, "/segments/preview", """{"rule":"member_id is present"}""", "*");
        await _app.SendTextAsync(HttpMethod.Put, "/segments/preview", """{"rule":"member_id is present"}""");
        var (_, seen) = await _app.SendTextAsync(HttpMethod.Post, "/segments/preview", """{"rule":"segment(\"preview\")"}""");
        Assert.Equal(2, seen!["count"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_secrets_of_a_deleted_source_go_with_it()
    {
        const string Source = """{"plugin":"customer-insights.csv-connector","settings":{"streams":[{"name":"contacts","path":"contacts.csv","key":["Id"]}]}}""";
        Assert.Equal(HttpStatusCode.Created, (await _app.SendTextAsync(HttpMethod.Put, "/sources/vault", Source)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await _app.SendTextAsync(HttpMethod.Put, "/sources/vault/secrets/token", """{"value":"s3cret"}""")).Status);
        Assert.Equal("s3cret", await FindSecretAsync());
        Assert.Equal(HttpStatusCode.NoContent, (await _app.SendTextAsync(HttpMethod.Delete, "/sources/vault", null)).Status);
        Assert.Null(await FindSecretAsync());

        ValueTask<string?> FindSecretAsync() => _app.Services.GetRequiredService<SecretVault>().FindAsync(ConnectionIds.OfSource("vault"), "token", CancellationToken.None);
    }

    [Fact]
    public void A_clock_set_back_does_not_lock_out_for_longer_than_a_minute()
    {
        var clock = new JumpingClock();
        var attempts = new FailedAttempts(clock);
        for (var i = 0; i < FailedAttempts.Limit; i++)
        {
            attempts.Add(IPAddress.Loopback, FailedAttempts.NoKey);
        }

        Assert.InRange(attempts.LockedFor(IPAddress.Loopback, FailedAttempts.NoKey), 50, 60);
        clock.Ahead = TimeSpan.FromHours(-5);
        Assert.Equal(0, attempts.LockedFor(IPAddress.Loopback, FailedAttempts.NoKey));
    }
}
