using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification.Identities;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = CustomerInsights.Host.Platform.Problems;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>GET /profiles/{id}/identities: what a profile is named by, what joined its records, and which identifiers join nobody.</summary>
internal static class GetProfileIdentities
{
    private const int MostRecords = 5000;

    /// <summary>The identities.</summary>
    /// <param name="Id">The profile's id.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="Known">False for a visitor of whom nothing is known but what the browser is called.</param>
    /// <param name="Identifiers">Typed values with the records that have them.</param>
    /// <param name="Edges">What joined its records.</param>
    /// <param name="Demotions">Those of its identifiers that join nobody.</param>
    public sealed record Response(
        string Id, string Type, bool Known, IReadOnlyList<Named> Identifiers, IReadOnlyList<Edge> Edges, IReadOnlyList<DemotionResponse> Demotions);

    /// <summary>An identifier.</summary>
    /// <param name="Type">Its type.</param>
    /// <param name="Value">Its value.</param>
    /// <param name="Records">The records that have it.</param>
    public sealed record Named(string Type, string Value, IReadOnlyList<RecordReference> Records);

    /// <summary>What joined two records.</summary>
    /// <param name="A">One record.</param>
    /// <param name="B">The other.</param>
    /// <param name="Kind">asserted, identifier, policy or denied.</param>
    /// <param name="Rule">The rule, the identifier type, or who told it.</param>
    /// <param name="Reason">The same in words.</param>
    /// <param name="At">When it was told; absent where nobody told it.</param>
    public sealed record Edge(RecordReference A, RecordReference B, EdgeKind Kind, string Rule, string Reason, DateTimeOffset? At = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/identities", HandleAsync).WithName(nameof(GetProfileIdentities))
            .WithSummary("What a profile is named by, what joined its records, and which identifiers join nobody.").Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string id, ActivePolicies policies, IProfileStore profiles, IIdentityStore identities, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…");
        }

        var near = await profiles.NeighbourhoodAsync([profile.Id], cancellationToken);
        if (near.Nodes.Count > MostRecords)
        {
            return Problems.Conflict($"The profile has {near.Nodes.Count:N0} records.", $"Up to {MostRecords:N0} are told at once; see its edges with GET /api/v1/profiles/{profile.Id}/explanation.");
        }

        var records = near.Nodes.ToDictionary(node => node.Id, node => new RecordReference(node.Stream, node.Key));
        try
        {
            var having = Having(await policies.OfAsync(profile.Type, cancellationToken), near, clock.GetUtcNow());
            return TypedResults.Ok(new Response(
                profile.Id.ToString(),
                profile.Type,
                !profile.IsUnknown,
                [.. profile.Identifiers.Select(one => new Named(one.Type, one.Value, [.. having[new Identifier(one.Type, one.Value)].Select(node => records[node])]))],
                [.. near.Edges.Where(edge => records.ContainsKey(edge.A) && records.ContainsKey(edge.B))
                    .Select(edge => new Edge(records[edge.A], records[edge.B], edge.Kind, edge.Rule, Explaining.EdgeWords.Of(edge), edge.At))],
                [.. (await identities.DemotionsOfAsync(profile.Id, cancellationToken)).Select(DemotionResponse.Of)]));
        }
        catch (JobFailedException error)
        {
            return Problems.Conflict(error.Message, "Identifiers are read by the mappings of the active policy; see to that first.");
        }
    }

    private static ILookup<Identifier, long> Having(PolicyInForce policy, ProfileNeighbourhood near, DateTimeOffset now)
    {
        var streams = policy.Unification.Streams.ToDictionary(schema => schema.Name, schema => new StreamIdentifiers(schema), StringComparer.Ordinal);
        var moment = new RuleMoment(now);
        return near.Nodes.Where(node => node.Document is not null && streams.ContainsKey(node.Stream))
            .SelectMany(node => streams[node.Stream].Of(NodeReading.Read(
                node.Stream, new StoredNode(node.Id, node.Key, node.Document!), policy.Model.Mappings[node.Stream].Profile!.Fields, moment)).Select(identifier => (identifier, node.Id)))
            .ToLookup(one => one.identifier, one => one.Id);
    }
}
