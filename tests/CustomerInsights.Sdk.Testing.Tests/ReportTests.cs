using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Sdk.Testing.Tests;

/// <summary>Reports, skips and tiers.</summary>
public sealed class ReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Verifying_a_broken_plugin_throws_a_table_of_what_failed()
    {
        using var mutant = Mutant.Of("greet", "N02");

        var error = await Assert.ThrowsAsync<ConformanceException>(() => ConformanceKit.VerifyAsync(mutant.Package, mutant.TestFile, CancellationToken.None));

        Assert.Contains("test.mutants 1.0.0: does not conform.", error.Message, StringComparison.Ordinal);
        Assert.Contains("N02  The same input gives the same answer", error.Message, StringComparison.Ordinal);
        Assert.Contains("[enrichment/greet, InProcess, Process]", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Report);
    }

    [Fact]
    public async Task JUnit_counts_failures_and_skips_and_names_each_check()
    {
        using var mutant = Mutant.Of("greet", "N02");
        mutant.EditTest(test => test["skip"] = Skip("N01", "2026-12-31"));
        var report = await mutant.RunAsync(["N01", "N02", "N04"]);

        var text = new StringWriter();
        report.WriteJUnit(text);
        var suites = XDocument.Parse(text.ToString()).Root!;

        Assert.Equal("testsuites", suites.Name.LocalName);
        Assert.Equal("1", suites.Attribute("failures")!.Value);
        var suite = suites.Elements("testsuite").Single(suite => suite.Attribute("name")!.Value == "test.mutants enrichment/greet InProcess");
        var cases = suite.Elements("testcase").ToDictionary(one => one.Attribute("name")!.Value[..3], StringComparer.Ordinal);
        Assert.NotNull(cases["N02"].Element("failure")!.Attribute("message"));
        Assert.NotNull(cases["N01"].Element("skipped"));
        Assert.Empty(cases["N04"].Elements());
    }

    [Fact]
    public async Task Json_holds_every_result_and_what_is_not_there_yet()
    {
        using var mutant = Mutant.Of("greet", "N02");
        var report = await mutant.RunAsync(["N02"]);

        using var stream = new MemoryStream();
        report.WriteJson(stream);
        using var json = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray()));

        var result = json.RootElement.GetProperty("results").EnumerateArray().Single(result => result.GetProperty("outcome").GetString() == "failed");
        Assert.Equal(("N02", "inProcess", "enrichment/greet"), (result.GetProperty("check").GetString(), result.GetProperty("mode").GetString(), result.GetProperty("component").GetString()));
        Assert.Equal("none", json.RootElement.GetProperty("tier").GetString());
        Assert.False(json.RootElement.GetProperty("passed").GetBoolean());
        Assert.Contains("T01", json.RootElement.GetProperty("notYet").EnumerateArray().Select(id => id.GetString()));
    }

    [Fact]
    public async Task A_skip_has_its_reason_in_the_result_until_its_last_day()
    {
        using var mutant = Mutant.Of("greet", "N02");
        mutant.EditTest(test => test["components"]!["greet"]!["skip"] = Skip("N02", "2026-06-15"));

        var report = await RunAsync(mutant, Now);

        var skipped = Assert.Single(report.Results, result => result.Component == "enrichment/greet");
        Assert.Equal(ConformanceOutcome.Skipped, skipped.Outcome);
        Assert.True(skipped.IsExcused);
        Assert.Contains("waiting for the service", skipped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_skip_that_has_expired_fails()
    {
        using var mutant = Mutant.Of("greet", "");
        mutant.EditTest(test => test["components"]!["greet"]!["skip"] = Skip("N02", "2026-06-14"));

        var report = await RunAsync(mutant, Now);

        var failed = Assert.Single(report.Results, result => result.Outcome == ConformanceOutcome.Failed);
        Assert.Contains("expired on 2026-06-14", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_of_a_part_gives_no_tier()
    {
        using var mutant = Mutant.Healthy();

        var report = await mutant.RunAsync(["M"]);

        Assert.True(report.Passed, report.ToText());
        Assert.Equal((ConformanceTier.None, "Only a part of the checks ran."), (report.Tier, report.TierReason));
    }

    [Fact]
    public async Task Without_a_test_file_the_package_is_checked_and_the_plugin_is_not_run()
    {
        using var mutant = Mutant.Healthy();

        var report = await ConformanceKit.RunAsync(mutant.Package, new ConformanceOptions { Modes = [IsolationMode.InProcess] }, CancellationToken.None);

        Assert.Contains(report.Results, result => result is { CheckId: "M01", Outcome: ConformanceOutcome.Passed });
        Assert.All(report.Results.Where(result => result.Mode is not null), result => Assert.Equal(ConformanceOutcome.Skipped, result.Outcome));
        Assert.Equal(ConformanceTier.None, report.Tier);
    }

    [Fact]
    public async Task A_component_without_an_entry_is_skipped_and_costs_the_tier()
    {
        using var mutant = Mutant.Of("greet", "");

        var report = await mutant.RunAsync(["N"]);

        Assert.Contains(report.Results, result => result is { Component: "enrichment/sum", Outcome: ConformanceOutcome.Skipped });
    }

    private static Task<ConformanceReport> RunAsync(Mutant mutant, DateTimeOffset now) =>
        ConformanceKit.RunAsync(mutant.Package, mutant.Options with { Only = ["N02"], Modes = [IsolationMode.InProcess], Clock = new StoppedClock(now) }, CancellationToken.None);

    private static System.Text.Json.Nodes.JsonArray Skip(string check, string until) =>
        [new System.Text.Json.Nodes.JsonObject { ["check"] = check, ["reason"] = "We are waiting for the service to answer.", ["until"] = until }];

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
