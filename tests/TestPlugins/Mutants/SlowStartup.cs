using CustomerInsights.Sdk;
using Microsoft.Extensions.DependencyInjection;

namespace Mutants;

/// <summary>The mutant of L01: works before it is asked to.</summary>
public sealed class SlowStartup : IPluginStartup
{
    public void ConfigureServices(IServiceCollection services) => Thread.Sleep(400);
}
