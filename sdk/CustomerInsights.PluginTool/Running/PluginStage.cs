using System.Text.Json.Nodes;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.PluginTool.Projects;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.PluginTool.Running;

/// <summary>One plugin, run by the host's own code: the same loading, the same limits, the same worker.</summary>
internal sealed class PluginStage : IAsyncDisposable
{
    /// <summary>The one connection that it serves.</summary>
    internal const string Connection = "ci-plugin";

    private readonly DirectoryInfo _data;
    private readonly PluginStatus _status;

    private PluginStage(DirectoryInfo data, PluginHost host, RunWorld world, PluginStatus status) => (_data, Host, World, _status) = (data, host, world, status);

    internal PluginHost Host { get; }

    internal RunWorld World { get; }

    internal string PluginId => _status.Id;

    /// <summary>Starts it.</summary>
    /// <exception cref="ToolException">It does not start.</exception>
    internal static async Task<PluginStage> StartAsync(string packageFolder, IsolationMode mode, RunWorld world, CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("ci-plugin-data-");
        using var loggers = new StageLoggers(Console.Error);
        var id = Path.GetFileName(Path.GetDirectoryName(packageFolder))!;
        var version = Path.GetFileName(packageFolder);
        PluginHost? host = null;
        try
        {
            var package = await PackageReader.ReadAsync(packageFolder, cancellationToken);
            var roots = package.Manifest is { Capabilities.Filesystem: true } ? world.FileRoots : [];
            await File.WriteAllTextAsync(Path.Combine(data.FullName, "plugins.json"), Desired(id, version, mode, roots, world.Hosts).ToJsonString(), cancellationToken);
            var options = new PluginHostOptions { DataDirectory = data.FullName, Roots = [Path.GetDirectoryName(Path.GetDirectoryName(packageFolder))!], PollEvery = TimeSpan.FromHours(1) };
            host = new PluginHost(options, new StageServices(world.Secrets, Console.Error), loggers, TimeProvider.System);
            await host.StartAsync(cancellationToken);
            var status = host.Find(id);
            return status is { State: PluginState.Active } ? new(data, host, world, status)
                : throw new ToolException($"The plugin does not start: {status?.Reason}\n{string.Join('\n', status?.Problems ?? [])}".TrimEnd());
        }
        catch
        {
            if (host is not null)
            {
                await host.DisposeAsync();
            }

            data.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>The component that is meant.</summary>
    /// <exception cref="ToolException">There is none, or there are several and none was named.</exception>
    internal PluginContribution Choose(string? named) => ComponentChoice.Of(_status.Contributions, named);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private static JsonObject Desired(string id, string version, IsolationMode mode, IReadOnlyList<string> roots, IReadOnlyList<string> hosts)
    {
        var settings = new JsonObject();
        if (roots.Count > 0)
        {
            settings["fileRoots"] = new JsonArray([.. roots.Select(root => (JsonNode)root)]);
        }

        if (hosts.Count > 0)
        {
            settings["network"] = new JsonObject { ["hosts"] = new JsonArray([.. hosts.Select(host => (JsonNode)host)]) };
        }

        return new JsonObject
        {
            ["plugins"] = new JsonArray(new JsonObject { ["id"] = id, ["version"] = version, ["isolation"] = mode.ToWord(), ["settings"] = settings }),
        };
    }

    /// <summary>Shows what the plugin logs, and what the host warns of.</summary>
    private sealed class StageLoggers(TextWriter target) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new Shown(target, categoryName.StartsWith("Plugin.", StringComparison.Ordinal));

        public void AddProvider(ILoggerProvider provider)
        {
            // Nobody else is told.
        }

        public void Dispose()
        {
            // Nothing is held open.
        }

        private sealed class Shown(TextWriter target, bool isPlugin) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= (isPlugin ? LogLevel.Information : LogLevel.Warning);

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (IsEnabled(logLevel))
                {
                    target.WriteLine($"[{(isPlugin ? "plugin" : "host")} {logLevel.ToString().ToLowerInvariant()}] {formatter(state, exception)}");
                }
            }
        }
    }
}
