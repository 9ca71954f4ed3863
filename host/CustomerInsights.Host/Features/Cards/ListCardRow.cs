using System.Buffers.Text;
using System.Text;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Cards;

/// <summary>GET /cards/{name}/rows/{row}: all of a row, page after page, filtered and sorted as one likes.</summary>
internal static class ListCardRow
{
    /// <summary>A page of a row.</summary>
    /// <param name="Row">The row.</param>
    /// <param name="Title">What to call it.</param>
    /// <param name="Sort">By what it is sorted; absent for a sample.</param>
    /// <param name="Sorts">By what it can be sorted: the card's fields.</param>
    /// <param name="Items">The cards.</param>
    /// <param name="Next">Send it as cursor to get the next page; absent at the end.</param>
    public sealed record Response(string Row, string Title, string? Sort, IReadOnlyList<SortChoice> Sorts, IReadOnlyList<CardResponse> Items, string? Next);

    /// <summary>Something to sort by.</summary>
    /// <param name="Field">The field: send it as sort.</param>
    /// <param name="Label">What to call it.</param>
    public sealed record SortChoice(string Field, string Label);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/cards/{name}/rows/{row}", HandleAsync).WithName(nameof(ListCardRow))
            .WithSummary("All of a row, page after page: 'filter' is a rule, 'sort' one of the card's fields, 'descending' says which end comes first.")
            .Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, string row, string? filter, string? sort, bool? descending, string? cursor, int? limit, MetadataService metadata, CardRows rows, CardValues values, CancellationToken cancellationToken)
    {
        var size = new PageRequest(null, limit).Size();
        var model = await metadata.ModelAsync(cancellationToken);
        if (model.Cards.FirstOrDefault(one => one.Name == name) is not { } card || card.Rows.FirstOrDefault(one => one.Name == row) is not { } found)
        {
            return Problems.NotFound("row of cards", $"{name}/{row}", "List the rows of a card: GET /api/v1/cards/customer/rows.");
        }

        if (Narrow(model, card, found, filter, sort, descending, out var asked) is { } problem)
        {
            return problem;
        }

        // The cursor is good for this order alone.
        var order = $"{name}|{row}|{(asked.Sort is null ? "" : RuleText.Format(asked.Sort.Source))}|{asked.Document.Descending}";
        if (!TryRead(cursor, order, out var after))
        {
            throw new BadCursorException("cards");
        }

        var stretch = (await rows.FirstAsync(model, card.ProfileType, [(asked, size, after)], cancellationToken))[0];
        return TypedResults.Ok(new Response(
            row,
            found.Document.Title,
            sort ?? found.Document.Sort,
            [.. card.Fields.Where(field => field.Rule.Type != DataType.TextList).Select(field => new SortChoice(field.Name, field.Label))],
            await values.OfAsync(model, card, stretch.Numbers, cancellationToken),
            stretch.Next is null ? null : Write(order, stretch.Next)));
    }

    private static ProblemHttpResult? Narrow(
        InsightsModel model, CardModel card, CardRowModel row, string? filter, string? sort, bool? descending, out CardRowModel asked)
    {
        asked = row;
        if (sort is not null)
        {
            if (card.Fields.FirstOrDefault(field => field.Name == sort) is not { } field || field.Rule.Type == DataType.TextList)
            {
                return Problems.Invalid("sort", "sort", $"The card cannot be sorted by '{sort}'.{Names.Suggest(sort, card.Fields.Select(one => one.Name))}");
            }

            asked = asked with { Sort = field.Rule };
        }

        asked = asked with { Document = asked.Document with { Descending = descending ?? asked.Document.Descending } };
        if (filter is not null)
        {
            var text = row.Document.Filter is { } own ? $"({own}) and ({filter})" : filter;
            var bound = RuleBinder.Bind(text, model.Schemas[card.ProfileType], RuleUse.Condition);
            if (bound.Errors.Count > 0)
            {
                return Problems.Invalid("The filter is not valid.", [.. bound.Errors.Select(error => new Fault("filter", error.Code, error.ToString()))]);
            }

            asked = asked with { Filter = bound.Rule };
        }

        return null;
    }

    private static string Write(string order, RowPlace place) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Json.Write(
        new Place(Mark(order), place.Number, Convert.ToBase64String(ValueDocument.Write(["k"], [place.Key]))))));

    private static bool TryRead(string? cursor, string order, out RowPlace? place)
    {
        place = null;
        if (cursor is null)
        {
            return true;
        }

        try
        {
            var read = Json.Read<Place>(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)));
            if (read.Order != Mark(order) || !ValueDocument.Read(Convert.FromBase64String(read.Key)).TryGetValue("k", out var key))
            {
                return false;
            }

            place = new RowPlace(key, read.Number);
            return true;
        }
        catch (Exception error) when (error is FormatException or System.Text.Json.JsonException or ArgumentException)
        {
            return false;
        }
    }

    private static string Mark(string order) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(order)).AsSpan(0, 6));

    private sealed record Place(string Order, long Number, string Key);
}
