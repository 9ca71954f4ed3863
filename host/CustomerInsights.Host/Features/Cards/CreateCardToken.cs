using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Cards;

/// <summary>POST /profiles/{id}/card-tokens: a token with which a page can show one card of this profile for some minutes.</summary>
internal static class CreateCardToken
{
    /// <summary>What the token is for.</summary>
    /// <param name="Card">The card; by default that of the profile's type.</param>
    /// <param name="Minutes">For how long, 1 to 60; 5 by default.</param>
    public sealed record Request(string? Card = null, int Minutes = 5);

    /// <summary>The token.</summary>
    /// <param name="Token">Whoever has it sees the card until it expires.</param>
    /// <param name="Url">The page to put into a frame.</param>
    /// <param name="ExpiresAt">When it expires.</param>
    public sealed record Response(string Token, string Url, DateTimeOffset ExpiresAt);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/profiles/{id}/card-tokens", HandleAsync).WithName(nameof(CreateCardToken))
            .WithSummary("A token with which a page can show one card of this profile for some minutes, in a frame.").Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string id, Request? request, CardTokens tokens, IProfileStore profiles, MetadataService metadata, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…");
        }

        var (name, minutes) = (request?.Card ?? profile.Type, request?.Minutes ?? 5);
        if (minutes is < 1 or > 60)
        {
            return Problems.Invalid("/minutes", "range", $"{minutes} is not possible; a token holds 1 to 60 minutes.");
        }

        var cards = (await metadata.ModelAsync(cancellationToken)).Cards.Where(card => card.ProfileType == profile.Type).ToList();
        if (!cards.Exists(card => card.Name == name))
        {
            return Problems.Invalid("/card", "unknown", $"There is no card '{name}' of '{profile.Type}'.{Names.Suggest(name, cards.Select(card => card.Name))}");
        }

        var (token, expires) = tokens.Make(profile.Id, name, minutes);
        return TypedResults.Ok(new Response(token, $"/embed/profiles/{profile.Id}/card?token={Uri.EscapeDataString(token)}", expires));
    }
}
