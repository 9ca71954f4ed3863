using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Plugins;
using CustomerInsights.Sdk;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Connections;

/// <summary>Connections over REST, with the healthy test plugin, whose check opens the secret that it is given.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private const string Plugin = "test.healthy";
    private const string Document = """{"plugin":"test.healthy","displayName":"The shop's CRM","settings":{"token":{"$secret":"token"}},"agreed":"1"}""";

    private readonly string _plugins = Directory.CreateTempSubdirectory("ci-plugins-").FullName;
    private RunningApp _app = null!;

    public async Task InitializeAsync()
    {
        TestPlugins.CopyTo(_plugins, Plugin);
        _app = await RunningApp.StartAsync(development: _plugins);
        Assert.Equal(HttpStatusCode.OK, (await _app.SendTextAsync(HttpMethod.Patch, $"/plugins/{Plugin}", """{"enabled":true}""")).Status);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_plugins, recursive: true);
    }

    [Fact]
    public async Task A_connection_is_agreed_to_before_it_is_kept()
    {
        var text = await _app.GetAsync("/connections/privacy");
        Assert.Equal("1", text.Text("version"));
        Assert.Contains("lawful", text.Text("text"), StringComparison.Ordinal);
        var refused = await _app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/connections/crm", """{"plugin":"test.healthy"}""");
        Assert.Contains("/agreed: Data leaves through a connection.", refused.Faults(), StringComparison.Ordinal);
        refused = await _app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/connections/crm", """{"plugin":"test.healthie","agreed":"1"}""");
        Assert.Contains("/plugin: There is no plugin 'test.healthie'. Did you mean 'test.healthy'?", refused.Faults(), StringComparison.Ordinal);
        refused = await _app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/connections/crm", """{"plugin":"test.healthy","agreed":"1","settings":{"rows":"many"}}""");
        Assert.StartsWith("/settings/rows: ", refused.Faults(), StringComparison.Ordinal);

        await PutAsync();
        var kept = await _app.GetAsync("/connections/crm");
        Assert.Equal(("1", "1"), (kept["definition"]!.Text("agreed"), (await AuditAsync("definition.put", "connection/crm")).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.NotEmpty(kept.Text("changedBy"));
    }

    [Fact]
    public async Task A_connection_is_tried_before_it_is_kept_and_its_secrets_are_kept_nowhere()
    {
        var (status, result) = await _app.SendTextAsync(
            HttpMethod.Post, "/connections/check", """{"plugin":"test.healthy","contribution":"rows","settings":{"token":{"$secret":"token"}},"secrets":{"token":"s3cret-of-a-trial"},"with":{"rows":1}}""");
        Assert.True(status == HttpStatusCode.OK, result!.ToJsonString());
        Assert.True(result["items"]![0]!["ok"]!.GetValue<bool>());
        var refused = await _app.Http.RefusedAsync(
            HttpStatusCode.BadRequest, HttpMethod.Post, "/connections/check", """{"plugin":"test.healthy","contribution":"rows","settings":{"token":{"$secret":"token"}},"with":{"rows":1}}""");
        Assert.Contains("has not been set", refused.Faults(), StringComparison.Ordinal);
        Assert.Empty((await _app.GetAsync("/connections"))["items"]!.AsArray());
        Assert.Equal(2, await AuditAsync("connection.check", "connection/(not saved)"));
    }

    [Fact]
    public async Task A_source_reads_by_the_settings_and_secrets_of_its_connection_and_a_secret_can_be_replaced()
    {
        await PutAsync();
        var secrets = (await _app.GetAsync("/connections/crm/secrets"))["items"]!.AsArray();
        Assert.Equal(("token", false, true), (secrets[0]!.Text("name"), secrets[0]!["isSet"]!.GetValue<bool>(), secrets[0]!["isUsed"]!.GetValue<bool>()));
        await _app.SendTextAsync(HttpMethod.Put, "/sources/rows", """{"plugin":"test.healthy","connection":"crm","settings":{"rows":12}}""");
        Assert.Contains("has not been set", (await _app.Http.RefusedAsync(HttpStatusCode.UnprocessableEntity, HttpMethod.Post, "/sources/rows/check")).ToJsonString(), StringComparison.Ordinal);
        foreach (var value in new[] { "first-s3cret", "second-s3cret" })
        {
            Assert.Equal(HttpStatusCode.NoContent, (await _app.SendTextAsync(HttpMethod.Put, "/connections/crm/secrets/token", $$"""{"value":"{{value}}"}""")).Status);
            Assert.True((await _app.SendTextAsync(HttpMethod.Post, "/sources/rows/check", null)).Body!["items"]![0]!["ok"]!.GetValue<bool>());
        }

        var (_, run) = await _app.SendTextAsync(HttpMethod.Post, "/sources/rows/runs", null);
        Assert.Equal("succeeded", (await _app.Http.EndOfAsync(run!.Text("jobId"))).Text("state"));
        Assert.Equal(12, (await _app.GetAsync("/streams"))["items"]![0]!["recordCount"]!.GetValue<int>());
        Assert.Equal(2, await AuditAsync("secret.reveal", "connection/crm/token"));
        foreach (var path in new[] { "/connections/crm", "/connections/crm/secrets", "/connections", "/sources/rows", "/audit" })
        {
            Assert.DoesNotContain("s3cret", (await _app.GetAsync(path)).ToJsonString(), StringComparison.Ordinal);
        }

        var fault = await _app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/sources/more", """{"plugin":"test.healthy","connection":"crm","settings":{"rows":12,"token":{"$secret":"mine"}}}""");
        Assert.Equal("/settings/token: The connection 'crm' gives 'token'. Leave it out here.", fault.Faults());
    }

    [Fact]
    public async Task A_plugin_opens_no_secret_of_a_connection_that_is_for_another_whatever_name_it_calls()
    {
        await PutAsync();
        await _app.SendTextAsync(HttpMethod.Put, "/connections/crm/secrets/token", """{"value":"first-s3cret"}""");
        var services = _app.Services.GetRequiredService<IPluginHostServices>();
        var reference = new SecretReference("connection/crm/token");
        Assert.Equal("first-s3cret", await services.SecretsFor(Plugin, "source/rows").RevealAsync(reference, CancellationToken.None));
        foreach (var name in new[] { "connection/crm/token", "connection/none/token", "connection/crm/other/token" })
        {
            var secrets = services.SecretsFor("acme.stranger", "source/mine");
            await Assert.ThrowsAsync<PluginException>(async () => await secrets.RevealAsync(new SecretReference(name), CancellationToken.None));
        }

        await Assert.ThrowsAsync<PluginException>(async () => await services.SecretsFor("acme.stranger", "source/mine").UpdateAsync(reference, "overwritten", CancellationToken.None));
        Assert.Equal("first-s3cret", await services.SecretsFor(Plugin, "source/rows").RevealAsync(reference, CancellationToken.None));
    }

    [Fact]
    public async Task A_change_that_contradicts_who_uses_a_connection_is_refused()
    {
        await PutAsync();
        await _app.SendTextAsync(HttpMethod.Put, "/sources/rows", """{"plugin":"test.healthy","connection":"crm","settings":{"rows":12}}""");
        var refused = await _app.Http.RefusedAsync(
            HttpStatusCode.BadRequest, HttpMethod.Put, "/connections/crm", """{"plugin":"test.healthy","settings":{"rows":5},"agreed":"1"}""", "*");
        Assert.Contains("source 'rows': The connection 'crm' gives 'rows'.", refused.Faults(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contributor_sees_name_and_plugin_of_a_shared_connection_and_may_use_it()
    {
        await _app.ApplyAsync("""{"recipe":1,"profileTypes":{"customer":{"attributes":{"name":{"type":"text"}}}}}""");
        await PutAsync();
        var (_, made) = await _app.SendTextAsync(HttpMethod.Post, "/keys", """{"name":"Carla","role":"contributor"}""");
        using var contributor = _app.ClientWith(made!.Text("key"));
        Assert.Empty((await contributor.GetJsonAsync("/connections"))["items"]!.AsArray());
        await contributor.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/connections/crm");
        await contributor.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/connections/crm/check", "{}");
        const string Mine = """{"plugin":"test.healthy","contribution":"greeting","connection":"crm"}""";
        var refused = await contributor.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Put, "/enrichments/mine", Mine);
        Assert.Contains("is not shared", refused.Faults(), StringComparison.Ordinal);

        await PutAsync("""{"plugin":"test.healthy","displayName":"The shop's CRM","agreed":"1","shared":true}""");
        var seen = Assert.Single((await contributor.GetJsonAsync("/connections"))["items"]!.AsArray())!["definition"]!.AsObject();
        Assert.Equal(["displayName", "plugin", "shared"], seen.Where(pair => pair.Value is not null).Select(pair => pair.Key).Order(StringComparer.Ordinal));
        await contributor.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Put, "/connections/crm", Document);
        await contributor.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Get, "/connections/crm/secrets");
        await contributor.RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Put, "/connections/crm/secrets/token", """{"value":"x"}""");
        using var body = new StringContent(Mine, Encoding.UTF8, "application/json");
        using var put = await contributor.PutAsync(new Uri("/api/v1/enrichments/mine", UriKind.Relative), body);
        Assert.True(put.StatusCode == HttpStatusCode.Created, await put.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_connection_in_use_is_not_deleted_but_can_be_detached_with_its_secrets()
    {
        await PutAsync();
        await _app.SendTextAsync(HttpMethod.Put, "/connections/crm/secrets/token", """{"value":"first-s3cret"}""");
        await _app.SendTextAsync(HttpMethod.Put, "/sources/rows", """{"plugin":"test.healthy","connection":"crm","settings":{"rows":12}}""");
        Assert.Equal("source rows", Assert.Single((await _app.GetAsync("/connections/crm/users"))["items"]!.AsArray().Select(user => $"{user!["kind"]} {user["name"]}")));
        var used = await _app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Delete, "/connections/crm");
        Assert.Contains("source 'rows': There is no connection 'crm'.", used.Faults(), StringComparison.Ordinal);

        var (status, detached) = await _app.SendTextAsync(HttpMethod.Post, "/connections/crm/detach", null);
        Assert.True(status == HttpStatusCode.OK, detached!.ToJsonString());
        Assert.Equal("source/rows", Assert.Single(detached["detached"]!.AsArray())!.GetValue<string>());
        await _app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/connections/crm");
        Assert.False((await _app.GetAsync("/sources/rows"))["definition"]!.AsObject().ContainsKey("connection"));
        await PutAsync();
        Assert.False((await _app.GetAsync("/connections/crm/secrets"))["items"]![0]!["isSet"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_recipe_brings_a_connection_and_who_uses_it_at_once()
    {
        await _app.ApplyAsync("""
            {"recipe":1,"connections":{"crm":{"plugin":"test.healthy","settings":{"rows":3},"agreed":"1"}},
             "sources":{"rows":{"plugin":"test.healthy","connection":"crm"}}}
            """);
        var (_, run) = await _app.SendTextAsync(HttpMethod.Post, "/sources/rows/runs", null);
        Assert.Equal("succeeded", (await _app.Http.EndOfAsync(run!.Text("jobId"))).Text("state"));
        Assert.Equal(3, (await _app.GetAsync("/streams"))["items"]![0]!["recordCount"]!.GetValue<int>());
        var wrong = await _app.Http.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/recipes/apply", """
            {"recipe":1,"connections":{"crm":{"plugin":"test.healthy","settings":{"rows":-1},"agreed":"1"}}}
            """);
        Assert.StartsWith("/connections/crm/settings/rows: ", wrong.Faults(), StringComparison.Ordinal);
    }

    private async Task PutAsync(string document = Document)
    {
        using var client = _app.ClientWith(_app.Http.DefaultRequestHeaders.Authorization!.Parameter);
        var etag = await client.GetAsync(new Uri("/api/v1/connections/crm", UriKind.Relative)) is { IsSuccessStatusCode: true } found ? found.Headers.ETag!.Tag : null;
        var (status, body) = await _app.SendTextAsync(HttpMethod.Put, "/connections/crm", document, etag);
        Assert.True(status is HttpStatusCode.Created or HttpStatusCode.OK, body!.ToJsonString());
    }

    private async Task<int> AuditAsync(string action, string subject) =>
        (await _app.AllAsync("/audit?limit=1000")).Count(row => row.Text("action") == action && row.Text("subject") == subject);
}
