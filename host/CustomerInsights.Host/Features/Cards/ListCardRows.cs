using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Cards;

/// <summary>GET /cards/{name}/rows: the first cards of each row.</summary>
internal static class ListCardRows
{
    /// <summary>The rows.</summary>
    /// <param name="Card">The card.</param>
    /// <param name="Title">What to call it.</param>
    /// <param name="Rows">Its rows in order.</param>
    public sealed record Response(string Card, string Title, IReadOnlyList<Row> Rows);

    /// <summary>A row.</summary>
    /// <param name="Name">Its name: ask for all of it by this.</param>
    /// <param name="Title">What to call it.</param>
    /// <param name="Cards">Its first cards.</param>
    /// <param name="More">Whether there are more.</param>
    public sealed record Row(string Name, string Title, IReadOnlyList<CardResponse> Cards, bool More);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/cards/{name}/rows", HandleAsync).WithName(nameof(ListCardRows))
            .WithSummary("Rows of cards: top paying, most engaged, most active cases and a sample, or those that the card defines. A profile type's own card has its name.")
            .Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, MetadataService metadata, CardRows rows, CardValues values, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        if (model.Cards.FirstOrDefault(one => one.Name == name) is not { } card)
        {
            return Problems.NotFound("card", name, $"There is: {string.Join(", ", model.Cards.Select(one => one.Name).Order(StringComparer.Ordinal).Take(20))}.");
        }

        var stretches = await rows.FirstAsync(model, card.ProfileType, [.. card.Rows.Select(row => (row, row.Document.Size, (RowPlace?)null))], cancellationToken);
        var found = new List<Row>();
        for (var i = 0; i < card.Rows.Count; i++)
        {
            var cards = await values.OfAsync(model, card, stretches[i].Numbers, cancellationToken);
            found.Add(new Row(card.Rows[i].Name, card.Rows[i].Document.Title, cards, stretches[i].Next is not null));
        }

        return TypedResults.Ok(new Response(card.Name, card.Title, found));
    }
}
