using System.Globalization;
using System.Text;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Cards;

/// <summary>A card of somebody.</summary>
/// <param name="Id">The profile's id.</param>
/// <param name="Name">What to call the person.</param>
/// <param name="Avatar">Where a picture is; a drawing of the host where the profile has none.</param>
/// <param name="Fields">What is shown, in order.</param>
/// <param name="Segments">The segments that the person is in.</param>
public sealed record CardResponse(string Id, string Name, string Avatar, IReadOnlyList<CardValue> Fields, IReadOnlyList<string> Segments);

/// <summary>A field of a card.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Label">What to show beside it.</param>
/// <param name="Format">How it is shown.</param>
/// <param name="Value">The value; absent when it is not known.</param>
/// <param name="Text">The value as text; empty when it is not known.</param>
/// <param name="Href">Where a click leads: tel:, mailto: or https:; absent where it leads nowhere.</param>
public sealed record CardValue(string Name, string Label, CardFormat Format, object? Value, string Text, string? Href);

/// <summary>Fills cards.</summary>
internal sealed class CardValues(IPopulationAnswers answers, IProfileStore profiles, ISegmentStore segments, TimeProvider clock)
{
    private const int MostText = 500;

    /// <summary>The cards of some profiles, in their order.</summary>
    public async ValueTask<IReadOnlyList<CardResponse>> OfAsync(InsightsModel model, CardModel card, IReadOnlyList<long> numbers, CancellationToken cancellationToken)
    {
        var values = (await answers.ValuesOfAsync(
                new PopulationQuestion(model, card.ProfileType, clock.GetUtcNow()), [.. card.Fields.Select(field => field.Rule)], [.. numbers.Distinct().Order()], cancellationToken))
            .ToDictionary(value => value.Number, value => value.Values);
        var names = (await profiles.NamesAsync(numbers, cancellationToken)).ToDictionary(name => name.Number);
        var found = new List<CardResponse>();
        foreach (var number in numbers)
        {
            if (values.TryGetValue(number, out var own) && names.TryGetValue(number, out var name))
            {
                var member = await segments.OfProfileAsync(name.Id, cancellationToken);
                found.Add(new CardResponse(
                    name.Id.ToString(),
                    Short(name.DisplayName.Length == 0 ? "Unknown" : name.DisplayName),
                    $"/api/v1/profiles/{name.Id}/avatar",
                    [.. card.Fields.Select((field, i) => Of(field, own[i]))],
                    [.. member.Select(one => one.Key)]));
            }
        }

        return found;
    }

    private static CardValue Of(CardFieldModel field, Value value)
    {
        var text = value.IsMissing ? "" : Short(field.Format == CardFormat.Money && Amount(value) is { } amount
            ? decimal.Round(amount, 2).ToString("#,##0.00", CultureInfo.InvariantCulture)
            : value.Type == DataType.TextList ? string.Join(", ", value.AsTextList()) : value.ToString());
        return new CardValue(field.Name, field.Label, field.Format, value.IsMissing ? null : PlainJson.Of(value), text, text.Length == 0 ? null : Href(field.Format, text));
    }

    private static string? Href(CardFormat format, string text) => format switch
    {
        CardFormat.Phone => new string([.. text.Where(letter => char.IsAsciiDigit(letter) || letter == '+')]) is { Length: >= 3 } digits ? "tel:" + digits : null,
        CardFormat.Email => text.Contains('@', StringComparison.Ordinal) && text.IndexOfAny(['\r', '\n', ' ', '?', '&', '<', '>', '"']) < 0 ? "mailto:" + Uri.EscapeDataString(text).Replace("%40", "@", StringComparison.Ordinal) : null,
        CardFormat.Link => Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) ? uri.AbsoluteUri : null,
        _ => null,
    };

    private static decimal? Amount(Value value) => value.Type switch
    {
        DataType.Decimal => value.AsDecimal(),
        DataType.Integer => value.AsInteger(),
        DataType.Number when Math.Abs(value.AsNumber()) < 1e27 => (decimal)value.AsNumber(),
        _ => null,
    };

    // Marks that turn the direction of writing would let a value reorder what stands beside it.
    private static string Short(string text)
    {
        var shown = new StringBuilder(Math.Min(text.Length, MostText));
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= MostText)
            {
                return shown.Append('…').ToString();
            }

            if (!Rune.IsControl(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format)
            {
                shown.Append(rune);
            }
        }

        return shown.ToString();
    }
}
