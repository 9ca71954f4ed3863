using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Sdk.Testing.Tests;

/// <summary>A check that cannot fail is worse than none: for each there is a plugin that it must find.</summary>
public sealed class SelfProofTests
{
    public static TheoryData<string> Cases() => [.. MutantCases.All.Select((one, i) => $"{i:000} {one}")];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_plugin_that_is_broken_in_the_named_way_fails_the_check(string name)
    {
        var broken = MutantCases.All[int.Parse(name[..3], System.Globalization.CultureInfo.InvariantCulture)];
        using var mutant = broken.Component is null ? Mutant.Healthy() : Mutant.Of(broken.Component, broken.Name);
        if (broken.Check == "L08")
        {
            mutant.Previous("0.9.0");
        }

        broken.Break?.Invoke(mutant);

        var report = await mutant.RunAsync([broken.Check], broken.Modes ?? [IsolationMode.InProcess]);

        var failed = report.Results.Where(result => result.Outcome == ConformanceOutcome.Failed).ToList();
        Assert.True(failed.Count > 0, $"{broken} passes: {string.Join(' ', report.Results.Select(result => $"{result.Outcome} {result.Message}"))}");
        Assert.All(failed, result => Assert.Equal(broken.Check, result.CheckId));
        Assert.Contains(failed, result => result.Message.Contains(broken.Says, StringComparison.Ordinal) || Missing(result, broken));
        Assert.DoesNotContain(failed, result => result.Message.Contains("its own fault", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_check_that_runs_has_a_mutant()
    {
        var without = ConformanceCatalog.All.Where(check => check.Status == ConformanceCheckStatus.Available).Select(check => check.Id)
            .Except(MutantCases.All.Select(one => one.Check), StringComparer.Ordinal);

        Assert.Empty(without);
    }

    // The words that were found, in the test's output.
    private static bool Missing(ConformanceResult result, MutantCase broken) =>
        throw new Xunit.Sdk.XunitException($"{broken}: the message does not say '{broken.Says}': {result.Message}");
}
