using System.Text.Json.Nodes;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Host.Features.Plugins;

internal static class PluginsModule
{
    public static IServiceCollection AddPlugins(this IServiceCollection services, HostSettings settings) => services
        .AddSingleton<SecretVault>()
        .AddSingleton<IPluginHostServices, HostServices>()
        .AddSingleton(provider => new PluginHost(
            new PluginHostOptions
            {
                DataDirectory = settings.DataDirectory,
                Roots = [.. settings.PluginRoots, Path.Combine(settings.DataDirectory, "plugins")],
            },
            provider.GetRequiredService<IPluginHostServices>(),
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredService<TimeProvider>()));

    public static void MapPlugins(this IEndpointRouteBuilder routes)
    {
        ListPlugins.Map(routes);
        GetPlugin.Map(routes);
        ChangePlugin.Map(routes);
        ReloadPlugin.Map(routes);
        ListPluginEvents.Map(routes);
    }

    /// <summary>
    /// Starts the plugins. At the very first start those that use files are given folders of the data directory: connectors <c>files</c>, exports
    /// <c>exports</c>.
    /// </summary>
    public static async Task StartPluginsAsync(this IServiceProvider services, HostSettings settings, CancellationToken cancellationToken)
    {
        var plugins = services.GetRequiredService<PluginHost>();
        var first = !File.Exists(plugins.Desired.FilePath);
        await plugins.StartAsync(cancellationToken);
        if (!first)
        {
            return;
        }

        Directory.CreateDirectory(Path.Combine(settings.DataDirectory, "files"));
        Directory.CreateDirectory(Path.Combine(settings.DataDirectory, "exports"));
        var users = plugins.List().Where(plugin => plugin.Manifest?.Capabilities.Filesystem == true).ToDictionary(
            plugin => plugin.Id,
            plugin => plugin.Contributions.Any(one => one.Kind == PluginKind.Export) ? "exports" : "files",
            StringComparer.Ordinal);
        await plugins.Desired.UpdateAsync(
            state => new([.. state.Plugins.Select(plugin => users.TryGetValue(plugin.Id, out var folder)
                ? plugin with { Settings = new JsonObject { ["fileRoots"] = new JsonArray(Path.Combine(settings.DataDirectory, folder)) } }
                : plugin)]),
            null,
            cancellationToken);
        foreach (var id in users.Keys)
        {
            await plugins.ReloadAsync(id, cancellationToken);
        }
    }
}
