using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Catalog;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Upgrades;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Installing;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Host.Features.Plugins;

internal static class PluginsModule
{
    public static IServiceCollection AddPlugins(this IServiceCollection services, HostSettings settings) => services
        .AddSingleton<SecretVault>()
        .AddSingleton<PluginNews>()
        .AddSingleton<IDefinitionFollower>(provider => ActivatorUtilities.CreateInstance<ForgetSecrets>(provider, DefinitionKinds.Source))
        .AddSingleton<IDefinitionFollower>(provider => ActivatorUtilities.CreateInstance<ForgetSecrets>(provider, DefinitionKinds.Enrichment))
        .AddSingleton<IDefinitionFollower>(provider => ActivatorUtilities.CreateInstance<ForgetSecrets>(provider, DefinitionKinds.Export))
        .AddSingleton<IPluginHostServices, HostServices>()
        .AddSingleton<IPackageGate>(provider => new PackageGate(Installed(settings), provider.GetRequiredService<ITrustSource>(), settings.DevelopmentRoots))
        .AddSingleton(provider => new PluginHost(
            new PluginHostOptions
            {
                DataDirectory = settings.DataDirectory,
                Roots = [.. settings.PluginRoots, Installed(settings), .. settings.DevelopmentRoots],
                Gate = provider.GetRequiredService<IPackageGate>(),
                FirstSettings = FirstSettings,
                HostVersion = Offers.HostVersion,
                SafeMode = settings.SafeMode,
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
        SwitchPlugin.Map(routes);
        ListPluginEvents.Map(routes);
        ListPluginLogs.Map(routes);
        GetPluginHealth.Map(routes);
    }

    /// <summary>Starts the plugins. The folders that they are given at the first start are made, so that people see where files go.</summary>
    public static async Task StartPluginsAsync(this IServiceProvider services, HostSettings settings, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.Combine(settings.DataDirectory, "files"));
        Directory.CreateDirectory(Path.Combine(settings.DataDirectory, "exports"));
        services.GetRequiredService<PackageInstaller>().CleanUp();
        await services.GetRequiredService<BuiltIns>().InstallAsync(cancellationToken);
        var plugins = services.GetRequiredService<PluginHost>();
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(plugins.NoteEnding);
        await services.GetRequiredService<PluginTrials>().ResumeAsync(cancellationToken);
        await plugins.StartAsync(cancellationToken);
    }

    /// <summary>Where installed packages are unpacked.</summary>
    internal static string Installed(HostSettings settings) => Path.GetFullPath(Path.Combine(settings.DataDirectory, "plugins"));

    // Those that use files are given a folder of the data directory: connectors `files`, exports `exports`.
    private static JsonObject? FirstSettings(PluginPackage package)
    {
        if (package.Manifest?.Capabilities.Filesystem != true)
        {
            return null;
        }

        var folder = package.Contributions.Any(one => one.Kind == PluginKind.Export) ? "exports" : "files";
        return new JsonObject { ["fileRoots"] = new JsonArray(folder) };
    }
}
