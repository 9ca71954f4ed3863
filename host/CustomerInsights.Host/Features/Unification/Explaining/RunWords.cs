using System.Globalization;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Unification.Running;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = CustomerInsights.Host.Platform.Problems;

namespace CustomerInsights.Host.Features.Unification.Explaining;

/// <summary>What is said of the run that explains.</summary>
internal static class RunWords
{
    /// <summary>Why a run has no evidence to give.</summary>
    /// <param name="run">The run; null when the policy has no matcher.</param>
    /// <param name="what">The records that it would have to have.</param>
    public static string Lacking(KeptRun? run, string what) => run is null ? "The active policy has no matcher; rules and people alone decide."
        : run.Run.HasModel ? $"The run of {At(run)} does not have {what}; start a run and ask again."
        : "The matcher had nothing to compare.";

    /// <summary>That what is stored is no more as the run had it; to be put behind another sentence.</summary>
    /// <param name="run">The run.</param>
    /// <param name="how">How the run had it.</param>
    public static string Changed(KeptRun run, string how) => $" The run of {At(run)} that this explains {how}; a verdict or a later run changed it.";

    /// <summary>There is no run, and none can be made.</summary>
    public static ProblemHttpResult Refuse(JobFailedException error) => Problems.Conflict(error.Message, "What is asked is explained as a run finds it; see to that first.");

    private static string At(KeptRun run) => string.Create(CultureInfo.InvariantCulture, $"{run.At:yyyy-MM-dd HH:mm} UTC");
}
