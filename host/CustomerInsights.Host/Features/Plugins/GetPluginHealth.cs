using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Upgrades;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Manifests;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Plugins;

/// <summary>GET /plugins/{id}/health: calls, failures, the worker, and how far an upgrade's probation is.</summary>
internal static class GetPluginHealth
{
    /// <summary>How a plugin does.</summary>
    /// <param name="State">Where it is in its life.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Since">Since when.</param>
    /// <param name="RunningVersion">The version whose code runs.</param>
    /// <param name="Isolation">Where it runs.</param>
    /// <param name="RunningCalls">Calls that run now.</param>
    /// <param name="Calls">Calls since the host began.</param>
    /// <param name="LastFailure">The last that failed.</param>
    /// <param name="FaultsInARow">Faults since it last did well.</param>
    /// <param name="RetryAt">When it is tried again.</param>
    /// <param name="Worker">Its worker process; left out for one that has none.</param>
    /// <param name="PendingUnloads">Stopped versions that have not left memory yet.</param>
    /// <param name="Leaked">Stopped versions that will not leave memory before a restart.</param>
    /// <param name="Probation">The upgrade under way; left out when none is.</param>
    public sealed record Response(
        PluginState State, string Reason, DateTimeOffset Since, string? RunningVersion, IsolationMode? Isolation, int RunningCalls, CallCounts Calls, PluginLastFailure? LastFailure,
        int FaultsInARow, DateTimeOffset? RetryAt, PluginWorkerVitals? Worker, int PendingUnloads, int Leaked, Trial? Probation);

    /// <summary>Calls since the host began.</summary>
    /// <param name="Succeeded">Calls that did their work.</param>
    /// <param name="Failed">Calls that failed for a reason that is not the plugin's fault.</param>
    /// <param name="Bugs">Calls that failed by the plugin's fault.</param>
    /// <param name="Abandoned">Calls that did not end when they were cancelled.</param>
    public sealed record CallCounts(long Succeeded, long Failed, long Bugs, long Abandoned);

    /// <summary>An upgrade that is watched.</summary>
    /// <param name="From">The version that a rollback leads to.</param>
    /// <param name="To">The version that is watched.</param>
    /// <param name="Since">Since when.</param>
    /// <param name="Until">When it is over at the latest.</param>
    /// <param name="Succeeded">Runs that went well.</param>
    /// <param name="Needed">So many end it.</param>
    /// <param name="Failed">Runs that failed.</param>
    /// <param name="Verdict">Why it is being taken back; left out while it is not.</param>
    public sealed record Trial(string From, string To, DateTimeOffset Since, DateTimeOffset Until, int Succeeded, int Needed, int Failed, string? Verdict);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/plugins/{id}/health", HandleAsync).WithName(nameof(GetPluginHealth)).WithSummary("Calls, failures, the worker, and how far an upgrade's probation is.").Requires(AccessAction.Read, ResourceKind.Plugin);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(string id, PluginHost plugins, PluginTrials trials, CancellationToken cancellationToken)
    {
        if (plugins.Find(id) is not { } status || plugins.Vitals(id) is not { } vitals)
        {
            return Problems.NotFound("plugin", id);
        }

        var trial = await trials.FindAsync(id, cancellationToken);
        return TypedResults.Ok(new Response(
            status.State, status.Reason, status.Since, status.RunningVersion, status.RunningIsolation, status.RunningCalls,
            new CallCounts(vitals.Succeeded, vitals.Failed, vitals.Bugs, vitals.Abandoned), vitals.LastFailure, vitals.FaultsInARow, status.RetryAt, vitals.Worker, status.PendingUnloads, status.Leaked,
            trial is null ? null : new Trial(trial.From, trial.To, trial.Since, trial.Since + TrialJudge.Longest, trial.Succeeded, TrialJudge.EnoughRuns, trial.Failed, trial.Verdict)));
    }
}
