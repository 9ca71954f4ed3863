using System.Collections.Frozen;
using CustomerInsights.Core.Unification.Normalisation;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Street addresses: words of streets in their short form, in several languages; a box at the post office is one word.</summary>
internal static class AddressText
{
    // Beside the English table; a word that it knows stays its own.
    private const string Others = """
        platz: plac ploshchad
        avda: avenida
        calle: cl
        ul: ulica ulitsa
        os: osiedle
        pza: piazza pzza
        via: viale
        rua: rue
        chemin: chem
        """;

    private static readonly string[] s_boxes = ["post office box ", "p o box ", "po box ", "postfach ", "apartado de correos ", "apartado postal ", "apartado ", "apdo ", "casella postale ", "boite postale ", "postbus ", "skr poczt "];

    // Hauptstraße, Hauptstr. and Haupt Str. are one: the street is a word of its own.
    private static readonly string[] s_endings = ["strasse", "str"];

    // Long enough that what is one slip away means them.
    private static readonly string[] s_frequent = ["street", "avenue", "boulevard", "terrace", "crescent", "highway"];
    private static readonly FrozenDictionary<string, string> s_words = ShortForms();

    /// <summary>The words in short form, in their order.</summary>
    internal static string Normal(string text)
    {
        var words = FieldText.Words(text);
        foreach (var box in s_boxes)
        {
            words = words.StartsWith(box, StringComparison.Ordinal) ? "pobox " + words[box.Length..] : words.Replace(" " + box, " pobox ", StringComparison.Ordinal);
        }

        return string.Join(' ', words.Split(' ').Select(Short));
    }

    /// <summary>The number of the house, or of the box, and of the flat in it; empty for none.</summary>
    /// <param name="normal">What <see cref="Normal"/> gave.</param>
    internal static (string House, string Flat) Numbers(string normal)
    {
        var (house, flat, before) = ("", "", "");
        foreach (var word in normal.Split(' '))
        {
            if (before is "apt" or "unit" or "flt" or "fl" or "ste" or "rm")
            {
                flat = word;
            }
            else if (house.Length == 0 && word.Length > 0 && char.IsAsciiDigit(word[0]) && !IsOrdinal(word))
            {
                house = word;
            }

            before = word;
        }

        return (house, flat);
    }

    private static bool IsOrdinal(string word) => word.AsSpan().TrimStart("0123456789") is "st" or "nd" or "rd" or "th";

    private static string Short(string word)
    {
        if (s_words.TryGetValue(word, out var form))
        {
            return form;
        }

        foreach (var ending in s_endings)
        {
            if (word.Length > ending.Length + 2 && word.EndsWith(ending, StringComparison.Ordinal))
            {
                return word[..^ending.Length] + " st";
            }
        }

        return word;
    }

    /// <summary>Whether a word is a slip for what another is the short form of: <c>sreet</c> and <c>st</c>.</summary>
    internal static bool IsSlipFor(string word, string form) =>
        Array.Exists(s_frequent, one => word.StartsWith(one[0]) && s_words.GetValueOrDefault(one) == form && EditDistance.IsAtMostOne(one, word));

    private static FrozenDictionary<string, string> ShortForms()
    {
        var words = AddressTable.Parts().ToDictionary(StringComparer.Ordinal);
        foreach (var (variant, form) in WordTable.Parse(Others))
        {
            words.TryAdd(variant, words.GetValueOrDefault(form, form));
        }

        return words.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
