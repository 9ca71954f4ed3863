using CustomerInsights.Host.Features.Access;
using CustomerInsights.Storage;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>GET /segments/live: whether memberships are up to date, and which segments only a refresh computes.</summary>
internal static class LiveStatus
{
    /// <summary>How live memberships are.</summary>
    /// <param name="State">rebuilding (after a start or a change of definitions all profiles are looked at), live, or failing.</param>
    /// <param name="LagRows">Rows of the change feed that it has not come to.</param>
    /// <param name="LagSeconds">Seconds since its last completed step when it is behind; 0 when it is not.</param>
    /// <param name="Position">Where it stands in the feed.</param>
    /// <param name="Evaluated">Evaluations of a profile since the start.</param>
    /// <param name="Moves">Memberships that it changed since the start.</param>
    /// <param name="Flips">Profiles for which a change by time alone is awaited.</param>
    /// <param name="Looked">Profiles that the running or last pass looked at.</param>
    /// <param name="Failures">Evaluations in which a rule failed; what it had answered before stands.</param>
    /// <param name="NotLive">Measures and segments that only a refresh computes, and why.</param>
    /// <param name="NextFlip">When to look next, no later than the first of them; absent when none is awaited.</param>
    /// <param name="Failure">The last such failure.</param>
    /// <param name="Trouble">Why it does not get on.</param>
    public sealed record Response(
        string State, long LagRows, double LagSeconds, long Position, long Evaluated, long Moves, int Flips, long Looked, long Failures, IReadOnlyList<NotLiveItem> NotLive,
        DateTimeOffset? NextFlip = null, string? Failure = null, string? Trouble = null);

    /// <summary>What is not live.</summary>
    /// <param name="Kind">measure or segment.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Reason">Why.</param>
    public sealed record NotLiveItem(string Kind, string Name, string Reason);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/segments/live", HandleAsync).WithName(nameof(LiveStatus)).WithSummary("Whether memberships are up to date, and which segments only a refresh computes.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Response> HandleAsync(LiveMembership live, IChangeFeed changes, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = live.Progress.Now;
        var lag = Math.Max(0, await changes.LastAsync(cancellationToken) - now.Position);
        var trouble = now.Trouble ?? now.PassFailure;
        return new Response(
            trouble is not null ? "failing" : now.Rebuilding ? "rebuilding" : "live",
            lag,
            lag == 0 || now.StoodAt is not { } stood ? 0 : Math.Max(0, (clock.GetUtcNow() - stood).TotalSeconds),
            now.Position,
            now.Evaluated,
            now.Moves,
            now.Flips,
            now.Looked,
            now.Failures,
            [
                .. now.Plan.Types.SelectMany(type => type.Rules).Where(rule => rule.NotLive is not null)
                    .Select(rule => new NotLiveItem(rule.IsMeasure ? "measure" : "segment", rule.Name, rule.NotLive!)),
            ],
            now.NextWake > DateTimeOffset.MaxValue.UtcTicks ? null : new DateTimeOffset(now.NextWake, TimeSpan.Zero),
            now.Failure,
            trouble);
    }
}
