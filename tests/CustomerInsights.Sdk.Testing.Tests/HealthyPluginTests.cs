using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Sdk.Testing.Tests;

/// <summary>The kit must not find what is not there.</summary>
public sealed class HealthyPluginTests
{
    [Theory]
    [InlineData(IsolationMode.InProcess)]
    [InlineData(IsolationMode.Process)]
    public async Task A_healthy_plugin_passes_every_check(IsolationMode mode)
    {
        using var mutant = Mutant.Healthy();

        var report = await mutant.RunAsync([], mode);

        Assert.True(report.Passed, report.ToText());
    }
}
