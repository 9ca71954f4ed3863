using CustomerInsights.Sdk;
using Microsoft.Extensions.DependencyInjection;

namespace Faulty;

/// <summary>A test names it in the manifest's entry.startup.</summary>
public sealed class ThrowingStartup : IPluginStartup
{
    public void ConfigureServices(IServiceCollection services) => throw new InvalidOperationException("boom in the startup");
}

/// <summary>A test names it in the manifest's entry.startup.</summary>
public sealed class HangingStartup : IPluginStartup
{
    public void ConfigureServices(IServiceCollection services) => new ManualResetEventSlim().Wait();
}
