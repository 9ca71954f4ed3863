using CustomerInsights.Host.Features.Upgrades;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Tests.Upgrades;

/// <summary>What speaks against an upgrade, and what does not.</summary>
public sealed class TrialJudgeTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 26, 10, 0, 0, TimeSpan.Zero);
    private static readonly StreamBaseline s_usual = new(10, 5000, 4000, 0.01, 3000);

    [Fact]
    public void A_baseline_is_the_middle_of_the_last_ten_complete_runs()
    {
        var runs = Enumerable.Range(1, 12).Select(i => Run(i * 100)).Append(Run(9, outcome: StreamRunOutcome.Incomplete));
        var baseline = TrialJudge.Baseline(runs)!;
        Assert.Equal((10, 600, 100), (baseline.Runs, baseline.MedianRead, baseline.LeastRead));
        Assert.Equal(1000, baseline.MedianRate);
        Assert.Null(TrialJudge.Baseline([Run(5, outcome: StreamRunOutcome.Incomplete)]));
    }

    [Theory]
    [InlineData(0, 0, 1, "crm.rows gave no records; the 10 runs before gave 5,000 in the middle.")]
    [InlineData(5000, 400, 1, "crm.rows: 8.0 % of its records were rejected; before it were 1.0 %.")]
    [InlineData(5000, 0, 10, "crm.rows came at 500 records a second; before it were 3,000.")]
    [InlineData(5000, 300, 2, null)]
    [InlineData(10, 5, 1, null)]
    [InlineData(999, 0, 100, null)]
    public void A_run_is_compared_with_those_before_and_small_ones_say_nothing(long read, long rejected, int seconds, string? objection) =>
        Assert.Equal(objection, TrialJudge.Objection("crm.rows", Run(read, rejected, seconds), s_usual));

    [Fact]
    public void Nothing_new_is_no_objection_where_that_was_so_before_or_the_run_says_so()
    {
        Assert.Null(TrialJudge.Objection("crm.rows", Run(0, full: false), s_usual with { LeastRead = 0 }));
        Assert.NotNull(TrialJudge.Objection("crm.rows", Run(0, full: false), s_usual));
        Assert.Null(TrialJudge.Objection("crm.rows", Run(0, outcome: StreamRunOutcome.Unchanged), s_usual));
    }

    [Theory]
    [InlineData(1, 0, 0, false)]
    [InlineData(2, 1, 0, true)]
    [InlineData(2, 1, 0.3, false)]
    [InlineData(2, 8, 0, false)]
    public void Failures_count_from_the_second_on_and_against_what_was_usual(int failed, int succeeded, double earlier, bool objects) =>
        Assert.Equal(objects, TrialJudge.Objection(Trial() with { Failed = failed, Succeeded = succeeded, EarlierFailures = earlier }) is not null);

    [Fact]
    public void A_trial_is_over_after_three_good_runs_or_a_day()
    {
        Assert.Null(TrialJudge.Over(Trial() with { Succeeded = 2 }, s_now.AddHours(23)));
        Assert.NotNull(TrialJudge.Over(Trial() with { Succeeded = 3 }, s_now));
        Assert.NotNull(TrialJudge.Over(Trial(), s_now.AddHours(24)));
    }

    private static PluginTrial Trial() => new("acme.moody", "1.0.0", "1.1.0", TrialStage.Probation, s_now, "ann");

    private static StreamRun Run(long read, long rejected = 0, int seconds = 1, bool full = true, StreamRunOutcome outcome = StreamRunOutcome.Complete) =>
        new(1, 1, "job", full, false, null, new RecordCounts(read, 0, 0, 0, 0, rejected), outcome, s_now, s_now.AddSeconds(seconds));
}
