using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Plugins.Catalogs;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Host.Tests.Catalog;

[SuppressMessage("Design", "CA1001", Justification = "DisposeAsync is xunit's disposal.")]
public sealed class CatalogTests : IAsyncLifetime
{
    private readonly AcmeCatalog _acme = new();
    private RunningApp _app = null!;

    public async Task InitializeAsync()
    {
        await _acme.AddAsync("1.0.0");
        await _acme.AddAsync("1.1.0", manifest => manifest["capabilities"] = JsonNode.Parse("""{ "filesystem": true, "network": { "hosts": ["api.acme.example"] } }"""));
        await _acme.AddAsync("1.2.0", change: version => version with { Yanked = new CatalogYank("drops records on ties", "1.1.0") });
        await _acme.AddAsync("9.0.0", change: version => version with { Sdk = "[2.0.0,3.0.0)" });
        await _acme.IssueAsync(10);
        var directory = Directory.CreateTempSubdirectory("ci-host-").FullName;
        _acme.TrustIn(directory);
        _app = await RunningApp.StartAsync(directory);
        await _app.SendAsync(HttpMethod.Post, "/catalog/refresh");
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        _acme.Dispose();
    }

    [Fact]
    public async Task The_catalog_shows_every_version_and_why_one_is_not_for_this_host()
    {
        var catalog = await _app.GetAsync("/catalog?search=acme%20json");
        var versions = Assert.Single(catalog["items"]!.AsArray())!["versions"]!.AsArray();
        Assert.Equal(["9.0.0", "1.2.0", "1.1.0", "1.0.0"], versions.Select(version => version!.Text("number")));
        Assert.Contains("needs SDK 2.0.0 or newer", versions[0]!["objections"]![0]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("It was taken back: drops records on ties. Take 1.1.0 instead.", versions[1]!.Text("reservation"));
        Assert.Contains("May contact api.acme.example.", versions[2]!["capabilities"]!.AsArray().Select(one => one!.GetValue<string>()));
        Assert.Empty((await _app.GetAsync("/catalog?search=zeppelin"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_plugin_is_installed_upgraded_held_rolled_back_restored_and_removed()
    {
        // What it asks for must be accepted, by the hash that the refusal tells.
        var refused = await _app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/plugins/{AcmeCatalog.Id}/install", """{"version":"1.0.0"}""");
        Assert.Contains("Uses files in the folders that you grant it.", refused.Text("detail"), StringComparison.Ordinal);
        await RunAsync("install", "1.0.0");
        Assert.Equal("1.0.0", await RunningAsync());
        Assert.False(new FileInfo(Path.Combine(_app.Directory, "plugins", AcmeCatalog.Id, "1.0.0", "plugin.json")).IsReadOnly is false);

        // Upgrading takes the newest that is neither taken back nor for another SDK; it asks for more than before.
        refused = await _app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/plugins/{AcmeCatalog.Id}/upgrade", "{}");
        Assert.Contains("asks for more than was accepted: May contact api.acme.example. To accept", refused.Text("detail"), StringComparison.Ordinal);
        await RunAsync("upgrade", "1.1.0");
        Assert.Equal("1.1.0", await RunningAsync());
        var versions = await _app.GetAsync($"/plugins/{AcmeCatalog.Id}/versions");
        Assert.Equal("""["1.0.0"]""", versions["previous"]!.ToJsonString());
        var locked = await _app.GetAsync("/plugins/lock");

        await _app.SendAsync(HttpMethod.Post, $"/plugins/{AcmeCatalog.Id}/pin", JsonNode.Parse("""{"reason":"before the fair"}"""));
        refused = await _app.Http.RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, $"/plugins/{AcmeCatalog.Id}/rollback", "{}");
        Assert.Contains("before the fair", refused.Text("detail"), StringComparison.Ordinal);
        await _app.SendAsync(HttpMethod.Post, $"/plugins/{AcmeCatalog.Id}/pin", JsonNode.Parse("""{"pinned":false}"""));

        await SucceedAsync(await _app.SendAsync(HttpMethod.Post, $"/plugins/{AcmeCatalog.Id}/rollback", new JsonObject()));
        Assert.Equal("1.0.0", await RunningAsync());

        await SucceedAsync(await _app.SendAsync(HttpMethod.Post, "/plugins/restore", locked));
        Assert.Equal("1.1.0", await RunningAsync());

        await SucceedAsync(await _app.SendAsync(HttpMethod.Delete, $"/plugins/{AcmeCatalog.Id}"));
        Assert.False(Directory.Exists(Path.Combine(_app.Directory, "plugins", AcmeCatalog.Id)));
    }

    [Fact]
    public async Task A_verified_strangers_plugin_runs_in_a_worker_and_in_process_only_when_that_is_accepted()
    {
        await RunAsync("install", "1.0.0");
        var isolation = (await _app.GetAsync($"/plugins/{AcmeCatalog.Id}"))["isolation"]!;
        Assert.Equal(("verified", "process", "process"), (isolation.Text("trust"), isolation.Text("running"), isolation.Text("default")));
        Assert.Equal("""["process","sandboxedProcess","inProcess"]""", isolation["allowed"]!.ToJsonString());
        Assert.Equal("""["inProcess"]""", isolation["toAccept"]!.ToJsonString());

        var (_, refused) = await _app.SendAsync(HttpMethod.Patch, $"/plugins/{AcmeCatalog.Id}", JsonNode.Parse("""{"isolation":"inProcess"}"""));
        Assert.Equal(("isolationUnavailable", "isolation-refused"), (refused!.Text("state"), refused!.Text("code")));
        Assert.Null(refused!["runningVersion"]);
        Assert.Contains("only when that is accepted", refused.Text("reason"), StringComparison.Ordinal);
        Assert.Equal(refused.Text("reason"), refused["isolation"]!.Text("refused"));
        var (_, accepted) = await _app.SendAsync(HttpMethod.Patch, $"/plugins/{AcmeCatalog.Id}", JsonNode.Parse("""{"acceptInProcess":true}"""));
        Assert.Equal(("active", "inProcess"), (accepted!.Text("state"), accepted!["isolation"]!.Text("running")));

        // An upgrade that asks for what is refused changes nothing.
        var request = await RequestAsync("1.1.0");
        (request["isolation"], request["acceptInProcess"]) = ("inProcess", false);
        var (_, job) = await _app.SendAsync(HttpMethod.Post, $"/plugins/{AcmeCatalog.Id}/upgrade", request);
        var ended = await _app.EndOfAsync(job!.Text("jobId"));
        Assert.Contains("only when that is accepted", ended["error"]!.Text("message"), StringComparison.Ordinal);
        Assert.Equal("1.0.0", await RunningAsync());
    }

    [Fact]
    public async Task A_version_that_the_next_issue_blocks_stops_and_an_old_issue_is_refused()
    {
        await RunAsync("install", "1.0.0");
        _acme.Blocked.Add(new BlockedVersions(AcmeCatalog.Id, "[1.0.0,1.1.0)", "data loss"));
        await _acme.IssueAsync(11);
        await _app.SendAsync(HttpMethod.Post, "/catalog/refresh");
        await UntilAsync(plugin => plugin.Text("state") == "blocked");
        Assert.Contains("data loss", (await _app.GetAsync($"/plugins/{AcmeCatalog.Id}")).Text("reason"), StringComparison.Ordinal);

        _acme.Blocked.Clear();
        await _acme.IssueAsync(10);
        await _app.SendAsync(HttpMethod.Post, "/catalog/refresh");
        var catalog = Assert.Single((await _app.GetAsync("/catalog"))["catalogs"]!.AsArray(), one => one!.Text("name") == "acme")!;
        Assert.Contains("somebody serves an old one", catalog.Text("problem"), StringComparison.Ordinal);
        Assert.Equal(11, catalog["sequence"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_package_that_is_not_what_the_catalog_says_is_not_installed()
    {
        File.AppendAllText(Path.Combine(_acme.Folder, $"{AcmeCatalog.Id}-1.0.0.ciplugin"), "x");
        var (_, job) = await _app.SendAsync(HttpMethod.Post, $"/plugins/{AcmeCatalog.Id}/install", await RequestAsync("1.0.0"));
        var ended = await _app.EndOfAsync(job!.Text("jobId"));
        Assert.Equal("failed", ended.Text("state"));
        Assert.False(Directory.Exists(Path.Combine(_app.Directory, "plugins", AcmeCatalog.Id)));
    }

    private async Task<JsonNode> RequestAsync(string version)
    {
        var item = (await _app.GetAsync("/catalog"))["items"]!.AsArray().First(one => one!.Text("id") == AcmeCatalog.Id)!;
        var hash = item["versions"]!.AsArray().First(one => one!.Text("number") == version)!.Text("capabilitiesSha256");
        return new JsonObject { ["version"] = version, ["acceptedCapabilities"] = hash };
    }

    private async Task RunAsync(string action, string version) =>
        await SucceedAsync(await _app.SendAsync(HttpMethod.Post, $"/plugins/{AcmeCatalog.Id}/{action}", await RequestAsync(version)));

    private async Task SucceedAsync((HttpStatusCode Status, JsonNode? Body) answer)
    {
        Assert.True(answer.Status == HttpStatusCode.Accepted, answer.Body?.ToJsonString());
        var job = await _app.EndOfAsync(answer.Body!.Text("jobId"));
        Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
        Assert.True(job["result"]!["warnings"] is null, job.ToJsonString());
    }

    private async Task<string?> RunningAsync() => (await _app.GetAsync($"/plugins/{AcmeCatalog.Id}"))["runningVersion"]?.GetValue<string>();

    private async Task UntilAsync(Func<JsonNode, bool> condition)
    {
        for (var i = 0; i < 2400 && !condition(await _app.GetAsync($"/plugins/{AcmeCatalog.Id}")); i++)
        {
            await Task.Delay(50);
        }

        Assert.True(condition(await _app.GetAsync($"/plugins/{AcmeCatalog.Id}")));
    }
}
