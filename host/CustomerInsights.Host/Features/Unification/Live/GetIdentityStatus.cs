using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Storage;

namespace CustomerInsights.Host.Features.Unification.Live;

/// <summary>GET /unification/live: how far profiles follow events, and what is left to the next run.</summary>
internal static class GetIdentityStatus
{
    /// <summary>How far it is.</summary>
    /// <param name="Behind">Rows of the change feed that were not looked at yet.</param>
    /// <param name="Changes">Changes made since the host started.</param>
    /// <param name="Waiting">Profile types whose run is under way; what events tell of them waits for its end.</param>
    /// <param name="LeftCount">How often an identity was left to the next run since the host started.</param>
    /// <param name="Left">The last of them.</param>
    public sealed record Response(long Behind, long Changes, IReadOnlyList<string> Waiting, long LeftCount, IReadOnlyList<Left> Left);

    /// <summary>Identities that are left to the next run.</summary>
    /// <param name="Type">The profile type.</param>
    /// <param name="Record">One of them.</param>
    /// <param name="Count">How many.</param>
    /// <param name="At">When.</param>
    /// <param name="Reason">Why, and what to do.</param>
    public sealed record Left(string Type, RecordReference? Record, int Count, DateTimeOffset At, string Reason);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/unification/live", HandleAsync).WithName(nameof(GetIdentityStatus)).WithSummary("How far profiles follow events, and what is left to the next run.").Requires(AccessAction.Read, ResourceKind.Unification);

    internal static async Task<Response> HandleAsync(IdentityFollower follower, IChangeFeed changes, CancellationToken cancellationToken)
    {
        var behind = Math.Max(0, await changes.LastAsync(cancellationToken) - follower.Position);
        var (made, count, left, waiting) = follower.Progress.Now;
        return new Response(behind, made, waiting, count, [.. left.Select(one => new Left(one.Type, one.Record, one.Count, one.At, one.Reason))]);
    }
}
