using System.Globalization;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
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
    /// <param name="states">Members since when.</param>
    /// <param name="population">Values.</param>
    /// <param name="looks">Notes the look.</param>
    /// <param name="clock">The time.</param>
    /// <param name="response">The answer.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal static async Task<Results<EmptyHttpResult, ProblemHttpResult>> HandleAsync(
        string name, string? fields, IDefinitionStore definitions, MetadataService metadata, ISegmentStateStore states, IPopulationAnswers population, SegmentLooks looks, TimeProvider clock, HttpResponse response, CancellationToken cancellationToken)
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
        var question = new PopulationQuestion(model, segment.Document.ProfileType, clock.GetUtcNow(), segment.Zone);
        var file = new CsvResponse(response, name);
        await file.AddAsync(["profile_id", "since", .. shown.Select(field => field.Name)], cancellationToken);
        await using var members = states.SinceAsync(name, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var more = await members.MoveNextAsync();
        await foreach (var profile in population.ValuesAsync(question, [.. shown.Select(field => field.Rule)], cancellationToken))
        {
            // Both go by number. Who is a member and not met (any more) is passed over.
            while (more && members.Current.Profile < profile.Number)
            {
                more = await members.MoveNextAsync();
            }

            if (!more)
            {
                break;
            }

            if (members.Current.Profile == profile.Number)
            {
                await file.AddAsync(
                    [profile.Id.ToString(), members.Current.Since.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), .. profile.Values.Select(value => value.IsMissing ? null : CsvText.Guard(value.ToString()))],
                    cancellationToken);
            }
        }

        await file.FlushAsync(cancellationToken);
        return TypedResults.Empty;
    }
}
