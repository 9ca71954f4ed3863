using CustomerInsights.Sdk;
using Microsoft.Extensions.DependencyInjection;

namespace Healthy;

/// <summary>Fills the plugin's own container.</summary>
public sealed class HealthyStartup : IPluginStartup
{
    public void ConfigureServices(IServiceCollection services) => services.AddSingleton<Greeter>();
}
