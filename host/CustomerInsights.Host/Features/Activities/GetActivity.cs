using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Activities;

/// <summary>GET /profiles/{id}/activities/{activity}: one activity in detail, with the record that it came from.</summary>
internal static class GetActivity
{
    /// <summary>The activity.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="DisplayName">What the type is called.</param>
    /// <param name="Icon">The type's icon.</param>
    /// <param name="At">When it happened.</param>
    /// <param name="Fields">Every field of the type that has a value, in the type's order, then others.</param>
    /// <param name="Stream">The stream that it came from.</param>
    /// <param name="Key">The record there.</param>
    /// <param name="Record">The record as it was read; absent when it is gone, or the activity came as an event.</param>
    public sealed record Response(
        string Id,
        string Type,
        string? DisplayName,
        string? Icon,
        DateTimeOffset At,
        IReadOnlyList<Field> Fields,
        string Stream,
        string Key,
        IReadOnlyDictionary<string, object?>? Record)
    {
        /// <summary>The attributes by which it found the person, carrying no key; absent otherwise.</summary>
        public IReadOnlyList<string>? MatchedOn { get; init; }

        /// <summary>As what the person takes part in somebody else's activity; absent when it is the person's own.</summary>
        public IReadOnlyList<string>? Roles { get; init; }
    }

    /// <summary>A field.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Value">Its value.</param>
    /// <param name="SemanticType">What it means.</param>
    /// <param name="Description">For people.</param>
    public sealed record Field(string Name, object? Value, string? SemanticType, string? Description);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/activities/{activity}", HandleAsync).WithName(nameof(GetActivity))
            .WithSummary("One activity in detail, with the record that it came from.").Requires(AccessAction.Read, ResourceKind.Activity);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string id, string activity, IActivityStore store, IRecordStore records, MetadataService metadata, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await store.FindAsync(asked, activity, cancellationToken) is not { } found)
        {
            return Problems.NotFound("activity", activity, $"List the profile's activities: GET /api/v1/profiles/{id}/activities.");
        }

        var model = await metadata.ModelAsync(cancellationToken);
        var type = model.ActivityTypes.GetValueOrDefault(found.Type);
        var record = await records.FindStreamAsync(found.Stream, cancellationToken) is { } stream ? await records.FindAsync(stream.Number, found.Key, cancellationToken) : null;
        return TypedResults.Ok(new Response(
            found.Id, found.Type, type?.DisplayName, type?.Icon, found.At, Fields(found, type), found.Stream, found.Key, record?.Document is { } document ? PlainJson.Of(document) : null)
        {
            MatchedOn = found.IsMatched ? [.. model.Mappings.GetValueOrDefault(found.Stream)?.Activity?.Match?.Attributes ?? []] : null,
            Roles = found.Roles.Count == 0 ? null : found.Roles,
        });
    }

    private static List<Field> Fields(StoredActivity activity, ActivityTypeDocument? type)
    {
        var values = ValueDocument.Read(activity.Document);
        var order = type is null ? [] : type.Fields.Keys.ToList();
        return
        [
            .. values.OrderBy(pair => order.IndexOf(pair.Key) is >= 0 and var at ? at : int.MaxValue).Select(pair =>
            {
                var field = type?.Fields.GetValueOrDefault(pair.Key);
                return new Field(pair.Key, PlainJson.Of(pair.Value), field?.SemanticType, field?.Description);
            }),
        ];
    }
}
