using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Households;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Accounts;

/// <summary>GET /profile-types/{name}/suggestions: the card and the clusters that fit a profile type, to put into its definition and its policy.</summary>
internal static class SuggestForProfileType
{
    /// <summary>What is offered.</summary>
    /// <param name="Card">For a type of contacts the fields of the ready-made card, with the attribute that means each; absent for other types.</param>
    /// <param name="Clusters">Kinds of clusters to add to the policy's section <c>clusters</c>: a household where the type has last names and addresses.</param>
    public sealed record Response(IReadOnlyList<CardSuggestion>? Card, IReadOnlyList<ClusterPolicy> Clusters);

    /// <summary>A field of the ready-made card.</summary>
    /// <param name="Name">The attribute that the card has.</param>
    /// <param name="Label">What to show beside it.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="SemanticType">What it means; absent for an id of the system.</param>
    /// <param name="Attribute">The type's own attribute of that name or that meaning; absent when there is none yet.</param>
    public sealed record CardSuggestion(string Name, string Label, DataType Type, string? SemanticType, string? Attribute);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profile-types/{name}/suggestions", HandleAsync).WithName(nameof(SuggestForProfileType)).WithSummary("The card and the clusters that fit a profile type.").Requires(AccessAction.Read, ResourceKind.Metadata);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(string name, MetadataService metadata, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        if (!model.ProfileTypes.TryGetValue(name, out var type))
        {
            return Problems.NotFound("profile type", name);
        }

        var attributes = type.Document.Attributes;
        var card = name == ContactCard.Name || type.Document.Card == ContactCard.Name
            ? ContactCard.Fields.Select(field => new CardSuggestion(
                field.Name,
                field.Label,
                field.Type,
                field.SemanticType,
                attributes.ContainsKey(field.Name) ? field.Name
                    : attributes.Where(pair => field.SemanticType is not null && pair.Value.SemanticType == field.SemanticType).Select(pair => pair.Key).Order(StringComparer.Ordinal).FirstOrDefault())).ToList()
            : null;
        var has = model.Unification.TryGetValue(name, out var policy) && policy.Clusters.Any(cluster => cluster.Policy.Name == ClusterPolicy.Household);
        return TypedResults.Ok(new Response(
            card, !has && ProfileClustering.HouseholdRule(type.Document) is { } rule ? [new ClusterPolicy { Rules = [rule] }] : []));
    }
}
