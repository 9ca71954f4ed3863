using System.Collections.Frozen;

namespace CustomerInsights.Core.Unification.Normalisation;

/// <summary>
/// The normalisers that replace words by a table: names, addresses, organisations. They lower-case and leave one blank
/// between words, because their tables are lower case.
/// </summary>
internal static class WordNormalisers
{
    private static readonly FrozenDictionary<string, string> Names = NameTable.Variants();
    private static readonly FrozenDictionary<string, string> Addresses = AddressTable.Parts();
    private static readonly FrozenSet<string> Noise = OrganizationTable.NoiseWords();

    /// <summary>Nicknames, spelling variants and titles become one form (debby → deborah, professor → prof.).</summary>
    public static string Name(string text) => Replace(text, Names);

    /// <summary>Common parts become their abbreviation (street → st, northwest → nw).</summary>
    public static string Address(string text) => Replace(text, Addresses);

    /// <summary>Drops noise words; if nothing else is there the text stays, so that "The Limited" still has a name.</summary>
    public static string Organization(string text)
    {
        var words = Words(text.Replace("&", " and ", StringComparison.Ordinal));
        var kept = Array.FindAll(words, word => !Noise.Contains(Bare(word)));
        return string.Join(' ', kept.Length > 0 ? kept : words);
    }

    private static string Replace(string text, FrozenDictionary<string, string> table)
    {
        var words = Words(text);
        for (var i = 0; i < words.Length; i++)
        {
            if (table.TryGetValue(Bare(words[i]), out var form))
            {
                words[i] = form;
            }
        }

        return string.Join(' ', words);
    }

    private static string[] Words(string text) =>
        text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    // "st.," and "(inc.)" are looked up without what surrounds them; "l.l.c." without its stops.
    private static string Bare(string word) => word.Trim('.', ',', ';', ':', '(', ')', '"', '\'').Replace(".", "", StringComparison.Ordinal);
}
