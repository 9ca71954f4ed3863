using System.Globalization;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Upgrades;

/// <summary>When an upgrade has done badly, and when well enough. Pure: figures in, verdict out.</summary>
internal static class TrialJudge
{
    /// <summary>Successful runs that end a trial well.</summary>
    internal const int EnoughRuns = 3;

    /// <summary>The longest trial.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private const int BaselineRuns = 10;
    private const int LeastFailures = 2;
    private const double LeastFailureShare = 0.1;

    // Below these the figures of a run say nothing: a few rows are quick or slow by chance.
    private const long LeastForShare = 20;
    private const long LeastForRate = 1000;
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(200);

    /// <summary>What earlier runs were like; null when there was none that was complete.</summary>
    /// <param name="runs">The runs of a stream, newest first.</param>
    internal static StreamBaseline? Baseline(IEnumerable<StreamRun> runs)
    {
        var complete = runs.Where(run => run.Outcome == StreamRunOutcome.Complete).Take(BaselineRuns).ToList();
        if (complete.Count == 0)
        {
            return null;
        }

        var read = complete.Sum(run => run.Counts.Read);
        return new(
            complete.Count,
            Median(complete.Select(run => run.Counts.Read)),
            complete.Min(run => run.Counts.Read),
            read == 0 ? 0 : (double)complete.Sum(run => run.Counts.Rejected) / read,
            complete.Select(Rate).OfType<double>().ToList() is { Count: > 0 } rates ? Median(rates) : null);
    }

    /// <summary>Why a run of the new version speaks against it; null when it does not.</summary>
    /// <param name="stream">The stream's full name.</param>
    /// <param name="run">The run.</param>
    /// <param name="before">What the runs before were like.</param>
    internal static string? Objection(string stream, StreamRun run, StreamBaseline before)
    {
        // A run that says of itself that nothing had changed reads nothing, rightly.
        if (run.Outcome != StreamRunOutcome.Complete)
        {
            return null;
        }

        var (read, rejected) = (run.Counts.Read, run.Counts.Rejected);

        // A run that brings only changes may find none once: it is strange only when no run ever did.
        if (read == 0 && (run.Full ? before.MedianRead : before.LeastRead) > 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{stream} gave no records; the {before.Runs} runs before gave {before.MedianRead:N0} in the middle.");
        }

        var share = read == 0 ? 0 : (double)rejected / read;
        if (read >= LeastForShare && share > before.RejectedShare + 0.05)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{stream}: {share:P1} of its records were rejected; before it were {before.RejectedShare:P1}.");
        }

        return Rate(run) is { } rate && before.MedianRate is { } usual && rate < usual / 3
            ? string.Create(CultureInfo.InvariantCulture, $"{stream} came at {rate:N0} records a second; before it were {usual:N0}.")
            : null;
    }

    /// <summary>Why the failures of the new version speak against it; null when they do not.</summary>
    internal static string? Objection(PluginTrial trial)
    {
        var share = trial.Failed + trial.Succeeded == 0 ? 0 : (double)trial.Failed / (trial.Failed + trial.Succeeded);
        return trial.Failed >= LeastFailures && share > 3 * Math.Max(trial.EarlierFailures, LeastFailureShare)
            ? string.Create(CultureInfo.InvariantCulture, $"{trial.Failed} of {trial.Failed + trial.Succeeded} runs failed; before it were {trial.EarlierFailures:P0}.")
            : null;
    }

    /// <summary>Why the trial is over, well; null when it is not.</summary>
    internal static string? Over(PluginTrial trial, DateTimeOffset now) =>
        trial.Succeeded >= EnoughRuns ? $"{trial.Succeeded} runs with {trial.To} went well."
        : now - trial.Since >= Longest ? $"{trial.To} has run for 24 hours without an objection."
        : null;

    private static double? Rate(StreamRun run) =>
        run.Counts.Read >= LeastForRate && run.EndedAt - run.StartedAt is { } took && took >= s_shortest ? run.Counts.Read / took.TotalSeconds : null;

    private static T Median<T>(IEnumerable<T> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
