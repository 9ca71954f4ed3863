using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Catalog;
using CustomerInsights.Host.Tests.Catalog;
using CustomerInsights.Host.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Upgrades;

/// <summary>A host with a source of a stranger's plugin that is good in one version and bad in another, and the catalog that offers both.</summary>
internal sealed class MoodyHost : IAsyncDisposable
{
    internal const string Id = "acme.moody";
    private readonly AcmeCatalog _acme = new(Id, Path.Combine(AppContext.BaseDirectory, "test-plugins", "test.moody"));
    private long _issue;

    internal RunningApp App { get; private set; } = null!;

    internal static async Task<MoodyHost> StartAsync(JsonObject settings, params string[] versions)
    {
        var host = new MoodyHost();
        foreach (var version in versions)
        {
            await host._acme.AddAsync(version, manifest => State(manifest, version));
        }

        var directory = Directory.CreateTempSubdirectory("ci-upgrade-").FullName;
        host._acme.TrustIn(directory);
        host.App = await RunningApp.StartAsync(directory);
        await host.IssueAsync();
        await host.SucceedAsync("install", new JsonObject { ["version"] = versions[0] });
        var (status, body) = await host.App.SendAsync(HttpMethod.Put, "/sources/moody", new JsonObject { ["plugin"] = Id, ["settings"] = settings });
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created, body?.ToJsonString());
        await host.RunAsync();
        return host;
    }

    /// <summary>Offers a version more.</summary>
    internal async Task OfferAsync(string version, Action<JsonObject>? edit = null)
    {
        await _acme.AddAsync(version, manifest =>
        {
            State(manifest, version);
            edit?.Invoke(manifest);
        });
        await IssueAsync();
    }

    /// <summary>Offers a version whose schema is another.</summary>
    internal Task OfferAsync(string version, Func<JsonObject, JsonObject> schema) => OfferAsync(version, manifest =>
    {
        var path = Path.Combine(_acme.Folder, "work", version, "schema", "moody.json");
        File.WriteAllText(path, schema(JsonNode.Parse(File.ReadAllText(path))!.AsObject()).ToJsonString());
        manifest["contributes"]![0]!["configVersion"] = 2;
    });

    internal async Task<JsonNode> EndOfAsync(string action, JsonObject request)
    {
        var (status, body) = await App.SendAsync(HttpMethod.Post, $"/plugins/{Id}/{action}", request);
        Assert.True(status == HttpStatusCode.Accepted, body?.ToJsonString());
        return await App.EndOfAsync(body!.Text("jobId"));
    }

    internal async Task<JsonNode> SucceedAsync(string action, JsonObject request)
    {
        var job = await EndOfAsync(action, request);
        Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
        return job;
    }

    internal Task<JsonNode> UpgradeAsync(string version) => SucceedAsync("upgrade", new JsonObject { ["version"] = version });

    /// <summary>Reads the source and gives the job at its end, however that was.</summary>
    internal async Task<JsonNode> RunAsync() => await App.EndOfAsync(await BeginRunAsync());

    internal async Task<string> BeginRunAsync()
    {
        var (_, body) = await App.SendAsync(HttpMethod.Post, "/sources/moody/runs");
        return body!.Text("jobId");
    }

    internal Task<JsonNode> PluginAsync() => App.GetAsync($"/plugins/{Id}");

    internal async Task<string?> RunningAsync() => (await PluginAsync())["runningVersion"]?.GetValue<string>();

    /// <summary>The version that gave a record, and the bookmark from which.</summary>
    internal async Task<(string Version, string Bookmark)> RecordAsync(string key)
    {
        var record = Assert.Single((await App.GetAsync($"/streams/moody.rows/records?key={key}"))["items"]!.AsArray())!;
        return (record["fields"]!.Text("version"), record["fields"]!.Text("bookmark"));
    }

    internal async Task<JsonNode> UntilAsync(Func<JsonNode, bool> condition)
    {
        for (var i = 0; i < 2400; i++)
        {
            var plugin = await PluginAsync();
            if (condition(plugin))
            {
                return plugin;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException((await PluginAsync()).ToJsonString());
    }

    /// <summary>A step of the plugin's history; it may come a moment after the state.</summary>
    internal async Task<JsonNode> EventAsync(Func<JsonNode, bool> condition)
    {
        for (var i = 0; i < 2400; i++)
        {
            if ((await App.AllAsync($"/plugins/{Id}/events")).FirstOrDefault(condition) is { } found)
            {
                return found;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException("The event did not come.");
    }

    /// <summary>Begins an operation and lets the host die at a step of it: its store and files are as they are then, and the next life has to go on from there.</summary>
    internal async Task DieAtAsync(OperationStep step, Func<Task> begin)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        App.Services.GetRequiredService<PluginOperations>().AtStep = async (at, cancellationToken) =>
        {
            if (at == step)
            {
                reached.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }
        };
        await begin();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await App.RestartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        _acme.Dispose();
    }

    private async Task IssueAsync()
    {
        await _acme.IssueAsync(++_issue);
        await App.SendAsync(HttpMethod.Post, "/catalog/refresh");
    }

    private static void State(JsonObject manifest, string version) =>
        manifest["releases"] = new JsonObject { ["channel"] = "stable", ["stateVersion"] = int.Parse(version.Split('.')[0], System.Globalization.CultureInfo.InvariantCulture), ["readsStateFrom"] = 1 };
}
