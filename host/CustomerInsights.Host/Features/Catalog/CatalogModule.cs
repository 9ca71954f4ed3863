using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Plugins;
using CustomerInsights.Plugins.Catalogs;
using CustomerInsights.Plugins.Installing;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Host.Features.Catalog;

internal static class CatalogModule
{
    // A package of 200 MB over a slow line.
    private static readonly TimeSpan s_longestRequest = TimeSpan.FromMinutes(10);

    public static IServiceCollection AddCatalog(this IServiceCollection services, HostSettings settings) => services
        .AddSingleton(new TrustFile(Path.Combine(settings.DataDirectory, "trust.json")))
        .AddSingleton(_ => new CatalogReader(new HttpClient { Timeout = s_longestRequest }))
        .AddSingleton(provider => new CatalogStore(
            Path.Combine(settings.DataDirectory, "catalogs"),
            provider.GetRequiredService<TrustFile>(),
            BuiltIns.Catalogs(settings),
            provider.GetRequiredService<CatalogReader>(),
            provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<ITrustSource>(provider => provider.GetRequiredService<CatalogStore>())
        .AddSingleton(_ => new PluginLockFile(Path.Combine(settings.DataDirectory, "plugins.lock.json")))
        .AddSingleton(new PackageInstaller(PluginsModule.Installed(settings), Offers.HostVersion))
        .AddSingleton<Offers>()
        .AddSingleton<BuiltIns>()
        .AddSingleton<PluginOperations>()
        .AddSingleton<IJobHandler, PluginOperationJob>()
        .AddHostedService<CatalogRefresher>();

    public static void MapCatalog(this IEndpointRouteBuilder routes)
    {
        ListCatalog.Map(routes);
        CatalogRefresher.Map(routes);
        InstallPlugin.Map(routes);
        RollBackPlugin.Map(routes);
        UninstallPlugin.Map(routes);
        RestorePlugins.Map(routes);
        PinPlugin.Map(routes);
        PluginVersions.Map(routes);
    }
}
