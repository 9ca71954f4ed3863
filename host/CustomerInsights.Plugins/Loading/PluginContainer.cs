using System.Diagnostics.Metrics;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Loading;

/// <summary>Builds a plugin's own container. The host's is never asked for a plugin's types: it would keep them for ever.</summary>
internal static class PluginContainer
{
    internal static ServiceProvider Build(PluginIdentity identity, PluginLoggers loggers, PluginMeters meters, TimeProvider clock, IPluginStartup? startup)
    {
        // As instances, so that disposing the container does not dispose what is the host's.
        var services = new ServiceCollection();
        services.AddSingleton(identity);
        services.AddSingleton(clock);
        services.AddSingleton<IMeterFactory>(meters);
        services.AddSingleton<ILoggerFactory>(loggers);
        services.AddSingleton<ILogger>(loggers.Create(part: null, connectionId: null));
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        startup?.ConfigureServices(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
    }
}
