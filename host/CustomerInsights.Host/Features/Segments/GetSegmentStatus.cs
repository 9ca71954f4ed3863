using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Segments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>GET /segments/{name}/status: how large it is, whether it is computed, and when.</summary>
internal static class GetSegmentStatus
{
    /// <summary>The status.</summary>
    /// <param name="Size">Members.</param>
    /// <param name="Kind">dynamic or static.</param>
    /// <param name="Active">Whether it is computed at present; one that is not keeps the members that it has.</param>
    /// <param name="Run">refresh, cron or manual. A static one changes only when somebody asks.</param>
    /// <param name="Rule">The rule that it comes to in its canonical form; absent for a list.</param>
    /// <param name="BuildsOn">Segments that the rule names.</param>
    /// <param name="NextRun">When it is computed next by its cron expression.</param>
    /// <param name="ComputedAt">When it was last computed by itself: by its schedule, or because somebody asked.</param>
    /// <param name="ListedAt">When the list of a static one was taken or sent.</param>
    public sealed record Response(
        long Size, SegmentKind Kind, bool Active, SegmentRun Run, string? Rule, IReadOnlyList<string> BuildsOn, DateTimeOffset? NextRun, DateTimeOffset? ComputedAt, DateTimeOffset? ListedAt);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/segments/{name}/status", HandleAsync).WithName(nameof(GetSegmentStatus)).WithSummary("How large it is, whether it is computed, and when.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, MetadataService metadata, IDefinitionStore definitions, ISegmentStore store, ISegmentStateStore states, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Segment, name, cancellationToken) is not { } definition)
        {
            return Problems.NotFound("segment", name);
        }

        if ((await metadata.ModelAsync(cancellationToken)).Segments.FirstOrDefault(segment => segment.Name == name) is not { } segment)
        {
            return Problems.Conflict($"The segment '{name}' is not valid.", "See what is wrong with it: GET its definition, and PUT a valid one.");
        }

        var now = clock.GetUtcNow();
        var times = (await states.TimesAsync(cancellationToken)).GetValueOrDefault(name);
        var active = segment.IsActiveAt(now);
        var since = times?.ComputedAt > definition.ChangedAt ? times.ComputedAt.Value : definition.ChangedAt;
        return TypedResults.Ok(new Response(
            await store.CountAsync(name, cancellationToken),
            segment.Document.Kind,
            active,
            segment.Document.Schedule?.Effective ?? SegmentRun.Refresh,
            segment.HasRule ? Core.Rules.RuleText.Format(segment.Rule.Source) : null,
            segment.Rule.Dependencies.Segments,
            active ? segment.Cron?.NextAfter(since) : null,
            times?.ComputedAt,
            times?.ListedAt));
    }
}
