using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Kit;

/// <summary>A data directory, a folder of packages, and a host on them; short limits, real time.</summary>
internal sealed class PluginSandbox : IAsyncDisposable
{
    internal static readonly PluginLimits Fast = new()
    {
        Check = TimeSpan.FromMilliseconds(300),
        Discover = TimeSpan.FromMilliseconds(300),
        Silence = TimeSpan.FromMilliseconds(300),
        // The first call into a plugin compiles it, on a machine that others use as well.
        Short = TimeSpan.FromSeconds(5),
        StopGrace = TimeSpan.FromMilliseconds(150),
        Drain = TimeSpan.FromMilliseconds(300),
        UnloadRechecks = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50)],
        FirstRetry = TimeSpan.FromHours(1),
        WorkerStart = TimeSpan.FromSeconds(20),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("ci-plugins-").FullName;

    internal RecordingServices Services { get; } = new();

    internal RecordingLoggers Loggers { get; } = new();

    internal string Root => Path.Combine(_folder, "plugins");

    internal string DataDirectory => Path.Combine(_folder, "data");

    internal string DesiredPath => Path.Combine(DataDirectory, "plugins.json");

    internal PluginHost Host { get; private set; } = null!;

    /// <summary>Puts a package that the build laid out into the root.</summary>
    internal string Add(string id, Action<JsonObject>? edit = null, string version = "1.0.0")
    {
        var target = Path.Combine(Root, id, version);
        PackageCopy.Package(PackageCopy.Built(id), target, version, edit);
        return target;
    }

    internal async Task<PluginHost> StartAsync(PluginLimits? limits = null, TimeProvider? clock = null, IPackageGate? gate = null)
    {
        var options = new PluginHostOptions { DataDirectory = DataDirectory, Roots = [Root], Limits = limits ?? Fast, HostVersion = "0.1.0", PollEvery = TimeSpan.FromMilliseconds(200), Gate = gate };
        Host = new PluginHost(options, Services, Loggers, clock ?? TimeProvider.System);
        await Host.StartAsync(CancellationToken.None);
        return Host;
    }

    /// <summary>Starts with everything that was added where <paramref name="isolation"/> says.</summary>
    internal Task<PluginHost> StartAsync(IsolationMode isolation, PluginLimits? limits = null, TimeProvider? clock = null)
    {
        var plugins = Directory.GetDirectories(Root).Select(folder => $$"""{"id":"{{Path.GetFileName(folder)}}","isolation":"{{isolation.ToWord()}}"}""");
        WriteDesired($$"""{"plugins":[{{string.Join(',', plugins)}}]}""");
        return StartAsync(limits, clock);
    }

    internal void WriteDesired(string json)
    {
        Directory.CreateDirectory(DataDirectory);
        File.WriteAllText(DesiredPath, json);
    }

    internal PluginStatus Status(string id) => Host.Find(id) ?? throw new InvalidOperationException($"There is no plugin {id}.");

    internal Task SetAsync(string id, Func<DesiredPlugin, DesiredPlugin> change) =>
        Host.Desired.UpdateAsync(state => state.With(change(state.Find(id) ?? new DesiredPlugin(id))), null, CancellationToken.None);

    internal ValueTask<PluginSource> OpenFaultyAsync(string call, string how) =>
        Host.OpenSourceAsync("test.faulty", "source", "c1", Fault(call, how), CancellationToken.None);

    internal static byte[] Fault(string call, string how) => Encoding.UTF8.GetBytes($$"""{"call":"{{call}}","how":"{{how}}"}""");

    internal static ReadRequest Rows { get; } = new("run-1", [new StreamSelection("rows", SyncMode.Full)]);

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
        {
            await Host.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
