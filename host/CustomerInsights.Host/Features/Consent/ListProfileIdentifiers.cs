using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Identifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>GET /profiles/{id}/identifiers: the identifiers of a person, which of them may be messaged, and whether each channel reaches the person.</summary>
internal static class ListProfileIdentifiers
{
    /// <summary>The identifiers of a person.</summary>
    /// <param name="Id">The profile's id; another than asked for when that one was merged away.</param>
    /// <param name="OptedOut">Whether the person opted out (CCPA) by any identifier.</param>
    /// <param name="Channels">By channel: reachable, or why not: optedOut, noConsent, consentUnknown, undeliverable, noIdentifier.</param>
    /// <param name="Items">By type and value.</param>
    public sealed record Response(string Id, bool OptedOut, IReadOnlyDictionary<string, Reach> Channels, IReadOnlyList<IdentifierResponse> Items) : ITablePage<IdentifierResponse>;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/identifiers", HandleAsync).WithName(nameof(ListProfileIdentifiers)).WithSummary("The identifiers of a person, which of them may be messaged, and whether each channel reaches the person.").Requires(AccessAction.Read, ResourceKind.Profile).AsTable("identifiers");

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string id, IProfileStore profiles, IIdentifierStore identifiers, MetadataService metadata, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…");
        }

        var policy = (await metadata.ModelAsync(cancellationToken)).Consent.Policy;
        IReadOnlyList<IdentifierState> states = await identifiers.OfProfilesAsync([profile.Number], cancellationToken) is [var found] ? found.Identifiers : [];
        var every = policy.Channels.Values.Where(channel => channel.Every).SelectMany(channel => channel.Types).ToHashSet(StringComparer.Ordinal);
        var items = new List<IdentifierResponse>();
        foreach (var state in states)
        {
            var messaged = every.Contains(state.Type) || ReferenceEquals(ConsentPolicy.LastSeen(state.Type, states), state);
            items.Add(IdentifierResponse.Of(state, await identifiers.SubscriptionsAsync(state.Type, state.Value, cancellationToken), policy, messaged));
        }

        return TypedResults.Ok(new Response(
            profile.Id.ToString(),
            states.Any(state => state.OptedOut),
            policy.Channels.Keys.ToDictionary(channel => channel, channel => policy.Judge(channel, states), StringComparer.Ordinal),
            items));
    }
}
