using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Segments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>GET /segments/{name}/uses: what builds on a segment. A segment that is used cannot be deleted; looking at it is no use.</summary>
internal static class SegmentUses
{
    /// <summary>What builds on it.</summary>
    /// <param name="Exports">Exports that send its members.</param>
    /// <param name="Segments">Segments whose rules or set operations name it.</param>
    /// <param name="Indirect">Segments that build on those, as <c>segment:name</c>. No measure does: measures are computed before segments.</param>
    /// <param name="LastLookedAt">When somebody last asked for its members, sizes, overlaps or differences, to the hour; absent for never.</param>
    public sealed record Response(
        IReadOnlyList<string> Exports, IReadOnlyList<string> Segments, IReadOnlyList<string> Indirect, DateTimeOffset? LastLookedAt);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/segments/{name}/uses", HandleAsync).WithName(nameof(SegmentUses)).WithSummary("What builds on a segment.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, MetadataService metadata, IDefinitionStore definitions, ISegmentStateStore states, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Segment, name, cancellationToken) is null)
        {
            return Problems.NotFound("segment", name);
        }

        var model = await metadata.ModelAsync(cancellationToken);
        var dependants = ModelDependants.OfSegment(model, name);
        var times = await states.TimesAsync(cancellationToken);
        return TypedResults.Ok(new Response(
            [.. model.Exports.Values.Where(export => export.Document.Segment == name).Select(export => export.Name).Order(StringComparer.Ordinal)],
            [.. model.Segments.Where(segment => segment.Rule.Dependencies.Segments.Contains(name)).Select(segment => segment.Name).Order(StringComparer.Ordinal)],
            dependants.Indirect(model, name),
            times.GetValueOrDefault(name)?.UsedAt));
    }

    /// <summary>Whether nothing builds on it.</summary>
    public static bool None(InsightsModel model, string name) =>
        model.Exports.Values.All(export => export.Document.Segment != name)
        && model.Segments.All(segment => !segment.Rule.Dependencies.Segments.Contains(name));
}
