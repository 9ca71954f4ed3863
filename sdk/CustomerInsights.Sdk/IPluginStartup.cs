using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Sdk;

/// <summary>
/// Optional, named in the manifest's <c>entry.startup</c>. Fills the plugin's own container, never the host's. Called once
/// per load, before any component is made.
/// </summary>
public interface IPluginStartup
{
    /// <summary>Registers the plugin's services. Do no work here: 5 s, then the load is given up.</summary>
    /// <param name="services">The plugin's own; components are made from it with constructor injection.</param>
    void ConfigureServices(IServiceCollection services);
}
