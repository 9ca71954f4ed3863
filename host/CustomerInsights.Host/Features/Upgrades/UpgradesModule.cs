namespace CustomerInsights.Host.Features.Upgrades;

internal static class UpgradesModule
{
    public static IServiceCollection AddUpgrades(this IServiceCollection services) => services
        .AddSingleton<PluginConnections>()
        .AddSingleton<Preflight>()
        .AddSingleton<PluginTrials>()
        .AddHostedService<TrialWatch>();
}
