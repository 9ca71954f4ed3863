using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk.Testing.Checks;
using CustomerInsights.Sdk.Testing.Fixtures;
using CustomerInsights.Sdk.Testing.Server;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>
/// The plugin in one mode, run by the host's own code, and the world around it: a granted folder, a server, storage, secrets, a log.
/// Checks take it one after the other; <see cref="Set"/> puts the world back.
/// </summary>
internal sealed class Bench : IAsyncDisposable
{
    // Of nobody else: where it appears, the host has cut a secret out of what the plugin said.
    internal const string Mask = "⟦secret cut out⟧";

    private static readonly PluginLimits Limits = new()
    {
        Check = TimeSpan.FromSeconds(30),
        Discover = TimeSpan.FromSeconds(60),
        Silence = TimeSpan.FromSeconds(60),
        StopGrace = TimeSpan.FromSeconds(2),
        Drain = TimeSpan.FromMilliseconds(200),
        UnloadRechecks = [],
        FirstRetry = TimeSpan.FromHours(1),

        // A check that finds a bug must not stop the plugin for the next one.
        BugsBeforeFault = int.MaxValue,
        LogLinesPerSecond = 5000,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("ci-kit-").FullName;
    private readonly KitPackage _package;

    private Bench(KitPackage package, IsolationMode mode, FaultServer server)
    {
        (_package, Mode, Server) = (package, mode, server);
        Services = new KitServices(Clock);
        Directory.CreateDirectory(Granted);
        Directory.CreateDirectory(Data);
    }

    internal IsolationMode Mode { get; }

    internal PluginHost Host { get; private set; } = null!;

    internal KitServices Services { get; }

    internal KitLoggers Loggers { get; } = new();

    internal KitClock Clock { get; } = new();

    internal FaultServer Server { get; }

    /// <summary>The folder that the plugin may use.</summary>
    internal string Granted => Path.Combine(_folder, "granted");

    /// <summary>The folder around it, in which the plugin has no business.</summary>
    internal string Surroundings => _folder;

    internal string PluginId => _package.Read.Id;

    internal PluginStatus Status => Host.Find(PluginId) ?? throw new InvalidOperationException($"{PluginId} is not there.");

    private string Data => Path.Combine(_folder, "data");

    internal static async Task<Bench> StartAsync(KitPackage package, IsolationMode mode, ConformanceOptions options, string testFolder, CancellationToken cancellationToken)
    {
        var server = FaultServer.Start();
        var bench = new Bench(package, mode, server) { TestFolder = testFolder };
        try
        {
            await File.WriteAllTextAsync(Path.Combine(bench.Data, "plugins.json"), bench.Desired(), cancellationToken);
            var host = new PluginHostOptions
            {
                DataDirectory = bench.Data,
                Roots = [package.Root],
                Limits = Limits,
                WorkerFolder = options.WorkerFolder,
                SecretMask = Mask,
                PollEvery = TimeSpan.FromMinutes(10),
            };
            bench.Host = new PluginHost(host, bench.Services, bench.Loggers, bench.Clock);
            await bench.Host.StartAsync(cancellationToken);
            return bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts the world into the state of the component's fixture, or a later one, with nothing stored and nothing logged.</summary>
    /// <returns>The settings for it, UTF-8 JSON.</returns>
    internal byte[] Set(TestedComponent component, SourceState? later = null)
    {
        Clock.Pretend(null);
        Services.Reset();
        Loggers.Clear();
        Server.Truth.Clear();
        return Change(component, later);
    }

    /// <summary>Puts files, server and settings into another state of the fixture; what the plugin has stored stays.</summary>
    internal byte[] Change(TestedComponent component, SourceState? later)
    {
        FixtureFiles.LayOut(Granted, component.Test, later, TestFolder);
        Server.Play(FixtureHttp.Merge(component.Test.Http, later?.Http) is { } http ? new ServerScript(http, Replace, Server.Truth) : null);
        var config = FixtureConfig.Write(FixtureConfig.Merge(component.Test.Config!, later?.Config), Replace);
        foreach (var name in FixtureConfig.Secrets(config))
        {
            Services.Secrets.TryAdd(name, component.Test.Secrets.GetValueOrDefault(name) ?? Canary(name));
        }

        Planted = new Dictionary<string, string>(Services.Secrets, StringComparer.Ordinal);
        return FixtureConfig.Bytes(config);
    }

    /// <summary>Takes away what the component needs: its files, its server, its storage.</summary>
    internal void Ruin()
    {
        Services.Quota = 0;
        Server.Play(null);
        FixtureFiles.LayOut(Granted, new SourceState(), null, TestFolder);
    }

    /// <summary>Settings with another server than that of the bench.</summary>
    internal byte[] ConfigFor(TestedComponent component, Uri server) =>
        FixtureConfig.Bytes(FixtureConfig.Write(component.Test.Config!, text => Replace(text.Replace(ServerMark, Trimmed(server), StringComparison.Ordinal))));

    /// <summary>The secrets of the settings that were given out last, by name.</summary>
    internal IReadOnlyDictionary<string, string> Planted { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How many stopped versions have not left memory.</summary>
    internal int Held => Status.PendingUnloads + Status.Leaked;

    /// <summary>Why the plugin does not run; null when it does.</summary>
    internal string? Objection => Host.Find(PluginId) is not { } status
        ? "The host does not find the package."
        : status.State is PluginState.Active or PluginState.Degraded ? null : $"{status.State}: {status.Reason}";

    /// <summary>The folder of test.json.</summary>
    private string TestFolder { get; init; } = "";

    public async ValueTask DisposeAsync()
    {
        if (Host is not null)
        {
            await Host.DisposeAsync();
        }

        await Server.DisposeAsync();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // A plugin that hangs may still write there; the folder is one for temporary files.
        }
    }

    private const string ServerMark = "${server}";

    private string Replace(string text)
    {
        text = text.Replace(ServerMark, Trimmed(Server.Address), StringComparison.Ordinal).Replace("${files}", Granted, StringComparison.Ordinal);
        foreach (var (name, value) in Services.Secrets)
        {
            text = text.Replace($"${{secret:{name}}}", value, StringComparison.Ordinal);
        }

        return text;
    }

    // The folder has a random name, so the value is of this run alone, and the same in all of it.
    private string Canary(string name) => $"canary-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_package.Root + name)))[..24]}";

    private static string Trimmed(Uri server) => server.AbsoluteUri.TrimEnd('/');

    private string Desired()
    {
        var settings = new JsonObject();
        if (_package.Read.Manifest is { Capabilities.Filesystem: true })
        {
            settings["fileRoots"] = new JsonArray(Granted);
        }

        if (_package.Read.Manifest is { Capabilities.Network: not null })
        {
            settings["network"] = new JsonObject { ["hosts"] = new JsonArray(Server.Address.Authority) };
        }

        var plugin = new JsonObject
        {
            ["id"] = PluginId,
            ["isolation"] = Mode switch { IsolationMode.InProcess => "inProcess", IsolationMode.Process => "process", _ => "sandboxedProcess" },
            ["settings"] = settings,
        };
        return new JsonObject { ["plugins"] = new JsonArray(plugin) }.ToJsonString();
    }
}
