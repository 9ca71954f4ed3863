using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>GET /measures/{name}/uses: what builds on a measure. One that is used cannot be deleted.</summary>
internal static class MeasureUses
{
    /// <summary>What builds on it, directly or through others.</summary>
    /// <param name="Measures">Measures that read it.</param>
    /// <param name="Segments">Segments whose rules read it.</param>
    /// <param name="Exports">Exports that send it, or the members of those segments.</param>
    public sealed record Response(IReadOnlyList<string> Measures, IReadOnlyList<string> Segments, IReadOnlyList<string> Exports);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/measures/{name}/uses", HandleAsync).WithName(nameof(MeasureUses)).WithSummary("What builds on a measure, directly or through others.").Requires(AccessAction.Read, ResourceKind.Measure);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, MetadataService metadata, IDefinitionStore definitions, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Measure, name, cancellationToken) is null)
        {
            return Problems.NotFound("measure", name);
        }

        var found = ModelDependants.OfMeasure(await metadata.ModelAsync(cancellationToken), name);
        return TypedResults.Ok(new Response(
            [.. found.Measures.Select(one => one.Name).Order(StringComparer.Ordinal)],
            [.. found.Segments.Select(one => one.Name).Order(StringComparer.Ordinal)],
            [.. found.Exports.Select(one => one.Name).Order(StringComparer.Ordinal)]));
    }
}
