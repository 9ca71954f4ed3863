using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Segments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>GET /profiles/{id}: one profile with the record behind every attribute. An id that was merged away gives the profile that it became.</summary>
internal static class GetProfile
{
    /// <summary>The profile.</summary>
    /// <param name="Id">Its id; another than asked for when that one was merged away.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="DisplayName">What to call it.</param>
    /// <param name="Attributes">Every attribute with its source record.</param>
    /// <param name="Measures">Measures by name, as of the last refresh.</param>
    /// <param name="Segments">The segments that it is in, since when.</param>
    /// <param name="Identifiers">Typed values that name it.</param>
    /// <param name="Records">The records that it is made of.</param>
    /// <param name="Edges">Why these records are one person.</param>
    /// <param name="PreviousIds">Ids that were merged into it.</param>
    /// <param name="CreatedAt">When it was made.</param>
    /// <param name="ChangedAt">When it last changed.</param>
    public sealed record Response(
        string Id,
        string Type,
        string DisplayName,
        IReadOnlyList<AttributeResponse> Attributes,
        IReadOnlyDictionary<string, object?> Measures,
        IReadOnlyDictionary<string, DateTimeOffset> Segments,
        IReadOnlyList<ProfileIdentifier> Identifiers,
        IReadOnlyList<RecordReference> Records,
        IReadOnlyList<EdgeResponse> Edges,
        IReadOnlyList<string> PreviousIds,
        DateTimeOffset CreatedAt,
        DateTimeOffset ChangedAt)
    {
        /// <summary>False for a visitor of whom nothing is known but what the browser is called.</summary>
        public bool Known { get; init; } = true;

        /// <summary>What enrichments say, by attribute with its namespace; absent when none says anything.</summary>
        public IReadOnlyDictionary<string, object?>? Enrichments { get; init; }

        /// <summary>The account that it belongs to; absent when it has none.</summary>
        public ProfileReference? BelongsTo { get; init; }

        /// <summary>Its parent in the hierarchy; absent when it has none.</summary>
        public ProfileReference? Parent { get; init; }

        /// <summary>The fields of the type's card in their order; absent when the type has no card.</summary>
        public IReadOnlyList<CardFieldResponse>? Card { get; init; }
    }

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}", HandleAsync).WithName(nameof(GetProfile)).WithSummary("One profile with the record behind every attribute. An id that was merged away gives the profile that it became.").Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string id, IProfileStore profiles, ISegmentStore segments, ProfileOwners owners, MetadataService metadata, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…");
        }

        var lineage = await profiles.LineageAsync(profile.Id, cancellationToken);
        var records = lineage.Nodes.ToDictionary(node => node.Id, node => new RecordReference(node.Stream, node.Key));
        var provenance = Provenance.Read(profile.Provenance);
        var memberships = await segments.OfProfileAsync(profile.Id, cancellationToken);
        var owner = await owners.OfAsync(profile, cancellationToken);
        var type = (await metadata.ModelAsync(cancellationToken)).ProfileTypes.GetValueOrDefault(profile.Type);
        return TypedResults.Ok(new Response(
            profile.Id.ToString(),
            profile.Type,
            profile.DisplayName,
            [.. ValueDocument.Read(profile.Attributes).Select(pair => new AttributeResponse(
                pair.Key, PlainJson.Of(pair.Value), provenance.TryGetValue(pair.Key, out var node) ? records.GetValueOrDefault(node) : null))],
            PlainJson.Of(profile.Measures),
            memberships.ToDictionary(StringComparer.Ordinal),
            profile.Identifiers,
            [.. records.Values],
            [.. lineage.Edges.Where(edge => records.ContainsKey(edge.A) && records.ContainsKey(edge.B))
                .Select(edge => new EdgeResponse(records[edge.A], records[edge.B], edge.Kind, edge.Rule, edge.Score))],
            [.. lineage.PreviousIds.Select(previous => previous.ToString())],
            profile.CreatedAt,
            profile.ChangedAt)
        {
            Known = !profile.IsUnknown,
            Enrichments = profile.Enriched is { } said ? PlainJson.Of(said) : null,
            BelongsTo = owner.BelongsTo,
            Parent = owner.Parent,
            Card = type?.Document.Card == ContactCard.Name ? CardFieldResponse.Contact(profile, owner.BelongsTo) : null,
        });
    }
}
