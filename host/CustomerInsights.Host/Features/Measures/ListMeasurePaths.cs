using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>GET /measures/paths: the relationships over which expressions reach other profiles.</summary>
internal static class ListMeasurePaths
{
    private const int Deepest = 3;
    private const int Most = 200;

    /// <summary>The paths.</summary>
    /// <param name="Items">Nearest first, then by name; at most 200, of at most 3 relationships, none twice through the same type.</param>
    public sealed record Response(IReadOnlyList<RelationshipPath> Items);

    /// <summary>A path.</summary>
    /// <param name="Path">What to write before an attribute, as <c>account</c> in <c>account.industry</c>.</param>
    /// <param name="ProfileType">Where it leads.</param>
    /// <param name="Attributes">What can be read there.</param>
    public sealed record RelationshipPath(string Path, string ProfileType, IReadOnlyList<string> Attributes);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/measures/paths", HandleAsync).WithName(nameof(ListMeasurePaths)).WithSummary("The relationships over which expressions reach other profiles.").Requires(AccessAction.Read, ResourceKind.Measure);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(string? profileType, MetadataService metadata, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        var from = profileType ?? "customer";
        if (!model.ProfileTypes.ContainsKey(from))
        {
            return Problems.Invalid("profileType", "unknown", $"There is no profile type '{from}'.{Names.Suggest(from, model.ProfileTypes.Keys)}");
        }

        return TypedResults.Ok(new Response([.. Paths(model, from).Take(Most)]));
    }

    private static IEnumerable<RelationshipPath> Paths(InsightsModel model, string from)
    {
        var level = new List<(string Path, string[] Types)> { ("", [from]) };
        for (var depth = 0; depth < Deepest; depth++)
        {
            level = [.. level.SelectMany(one => Steps(model, one.Types[^1])
                .Where(step => !one.Types.Contains(step.To, StringComparer.Ordinal))
                .Select(step => (one.Path.Length == 0 ? step.Name : $"{one.Path}.{step.Name}", (string[])[.. one.Types, step.To]))).Take(Most)];
            foreach (var (path, types) in level)
            {
                yield return new RelationshipPath(path, types[^1], [.. model.Schemas[types[^1]].Attributes.Keys.Order(StringComparer.Ordinal)]);
            }
        }
    }

    private static IEnumerable<(string Name, string To)> Steps(InsightsModel model, string type) =>
        model.ProfileTypes[type].Relationships.Select(one => (Name: one.Key, one.Value.To))
            .Concat(model.Links.Where(link => link.From == type).Select(link => (Name: link.As, link.To)))
            .DistinctBy(step => step.Name, StringComparer.Ordinal)
            .OrderBy(step => step.Name, StringComparer.Ordinal);
}
