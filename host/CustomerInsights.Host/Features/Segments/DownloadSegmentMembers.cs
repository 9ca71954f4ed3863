using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Segments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>GET /segments/{name}/members.csv: all members as a file, oldest profile first, streamed.</summary>
internal static class DownloadSegmentMembers
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/segments/{name}/members.csv", HandleAsync).WithName(nameof(DownloadSegmentMembers)).WithSummary("All members as a CSV file, oldest profile first.")
            .Produces<string>(contentType: "text/csv").Requires(AccessAction.Read, ResourceKind.Segment);

    /// <summary>Answers.</summary>
    /// <param name="name">The segment.</param>
    /// <param name="fields">Attributes and measures, separated by commas; what the segment projects if absent. <c>profile_id</c> and <c>since</c> come first.</param>
    /// <param name="definitions">Definitions.</param>
    /// <param name="metadata">The model.</param>
    /// <param name="members">Members as a file.</param>
    /// <param name="looks">Notes the look.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal static async Task<Results<TableResult, ProblemHttpResult>> HandleAsync(
        string name, string? fields, IDefinitionStore definitions, MetadataService metadata, SegmentTable members, SegmentLooks looks, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Segment, name, cancellationToken) is null)
        {
            return Problems.NotFound("segment", name);
        }

        var model = await metadata.ModelAsync(cancellationToken);
        if (model.Segments.FirstOrDefault(segment => segment.Name == name) is not { } segment)
        {
            return Problems.Conflict($"The segment '{name}' is not valid.", "See what is wrong with it: GET its definition, and PUT a valid one.");
        }

        if (MemberFields.Read(fields, segment, model.Schemas[segment.Document.ProfileType], out var shown) is { } refused)
        {
            return refused;
        }

        await looks.NoteAsync(name, cancellationToken);
        var table = members.Of(model, name, segment, shown, SegmentMemberOrder.Profile, clock.GetUtcNow(), cancellationToken);
        return new TableResult(TableFormat.Csv, table with { File = name });
    }
}
