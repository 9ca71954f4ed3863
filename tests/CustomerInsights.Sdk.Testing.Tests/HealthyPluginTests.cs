using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Sdk.Testing.Tests;

/// <summary>The kit must not find what is not there.</summary>
public sealed class HealthyPluginTests
{
    [Fact]
    public async Task A_healthy_plugin_passes_every_check_in_both_modes()
    {
        using var mutant = Mutant.Healthy();

        var report = await mutant.RunAsync([], IsolationMode.InProcess, IsolationMode.Process);
        Assert.True(report.Passed, report.ToText());
        Assert.Equal(ConformanceTier.Silver, report.Tier);
    }

    [Fact]
    public async Task A_signed_package_of_a_healthy_plugin_passes_beside_the_version_before()
    {
        using var mutant = Mutant.Healthy();
        mutant.Previous("0.9.0");
        mutant.Sign("test-key", trusted: "test-key");

        var report = await mutant.RunAsync(["M", "P", "L08"]);

        Assert.True(report.Passed, report.ToText());
        Assert.All(report.Results, result => Assert.Equal(ConformanceOutcome.Passed, result.Outcome));
    }
}
