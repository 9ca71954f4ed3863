using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Cards;

/// <summary>GET /profiles/{id}/card: a profile at a glance, as values and as HTML.</summary>
internal static class ShowCard
{
    /// <summary>The card.</summary>
    /// <param name="Card">Which card.</param>
    /// <param name="Values">What it shows.</param>
    /// <param name="Html">The same, rendered by its template; every value in it is encoded.</param>
    public sealed record Response(string Card, CardResponse Values, string Html);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/card", HandleAsync).WithName(nameof(ShowCard))
            .WithSummary("A profile at a glance, as values and as HTML; 'card' names another card than the type's own.").Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string id, string? card, IProfileStore profiles, MetadataService metadata, CardValues values, CardTemplates templates, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…");
        }

        var model = await metadata.ModelAsync(cancellationToken);
        var cards = model.Cards.Where(one => one.ProfileType == profile.Type).ToList();
        if (cards.Find(one => one.Name == (card ?? profile.Type)) is not { } found)
        {
            return Problems.Invalid("card", "unknown", $"There is no card '{card ?? profile.Type}' of '{profile.Type}'.{Names.Suggest(card ?? profile.Type, cards.Select(one => one.Name))}");
        }

        if (await values.OfAsync(model, found, [profile.Number], cancellationToken) is not [var own])
        {
            return Problems.NotFound("profile", id, "It was merged or removed just now; ask again.");
        }

        return templates.Render(found, own, own.Avatar) is { } html
            ? TypedResults.Ok(new Response(found.Name, own, html))
            : Problems.Conflict("The card is too long.", "Change its template: a card has at most 128 KiB.");
    }
}
