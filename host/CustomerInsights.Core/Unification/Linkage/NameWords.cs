using System.Collections.Frozen;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Words beside a name that are no name: titles before it, suffixes behind it, particles in it.</summary>
internal static class NameWords
{
    private static readonly FrozenSet<string> s_before = Set(
        """
        mr mrs ms miss mx dr prof professor sir dame lady lord rev fr hon herr herrn frau hr dipl ing mag med habil sr sra srta don dona lic senor senora
        senhor senhora dra mme mlle monsieur madame mademoiselle docteur sig sigra signor signora signorina dott dottssa ssa avv pan pani mgr inz dhr mevr mw
        gospodin gospozha kyrios kyria
        """);

    private static readonly FrozenSet<string> s_behind = Set("jr jnr sr snr jun sen ii iii iv phd md dds esq mba msc bsc ba ma cpa obe mbe cbe mp llm");
    private static readonly FrozenSet<string> s_particles = Set("van von vom zu zum zur der den dem de het ten ter te du des del della dello di da do dos das la las le les los lo al el bin ibn ben bint abu y e i");

    // Ways of "son of" and "of" that are written as a word of their own or with the name: O'Brien, Mc Donald.
    private static readonly FrozenSet<string> s_joined = Set("o mc mac fitz d l al el");

    /// <summary>A name without titles and suffixes, the given name first where a comma tells the order; as it is when nothing else would be left.</summary>
    /// <param name="name">As it came.</param>
    internal static string Whole(string name)
    {
        if (!name.Contains(',', StringComparison.Ordinal))
        {
            return WithoutTitles(FieldText.Words(name));
        }

        return Inverted(name) is var (given, family) ? WithoutTitles($"{given} {family}") : WithoutTitles(FieldText.Words(name));
    }

    /// <summary>A whole name in two: by a comma where one tells, else the last word with the particles before it is the family's.</summary>
    /// <param name="name">As it came.</param>
    /// <returns>Both in lower-case words; of a name of one word the given name is empty.</returns>
    internal static (string Given, string Family) Parts(string name)
    {
        if (name.Contains(',', StringComparison.Ordinal) && Inverted(name) is { } inverted)
        {
            return inverted;
        }

        var words = WithoutTitles(FieldText.Words(name)).Split(' ');
        var family = words.Length - 1;
        while (family > 1 && s_particles.Contains(words[family - 1]))
        {
            family--;
        }

        return (string.Join(' ', words[..family]), string.Join(' ', words[family..]));
    }

    // "Smith, John A., PhD" and "Smith, Jr., John"; more parts are more people.
    private static (string Given, string Family)? Inverted(string name)
    {
        var parts = name.Split(',').Select(FieldText.Words).Where(part => part.Length > 0 && !part.Split(' ').All(s_behind.Contains)).ToList();
        return parts is [var family, var given] && Array.TrueForAll(family.Split(' ')[..^1], s_particles.Contains) ? (WithoutTitles(given), family) : null;
    }

    /// <summary>A family name: O'Brien is one word in all spellings, and Mc Donald.</summary>
    /// <param name="name">Lower-case words parted by single blanks.</param>
    internal static string Family(string name)
    {
        var own = WithoutTitles(name);
        var end = own.IndexOf(' ', StringComparison.Ordinal);
        return end > 0 && s_joined.Contains(own[..end]) && end < own.Length - 2 ? own.Remove(end, 1) : own;
    }

    /// <summary>A family name without its particles and blanks, umlauts folded; all of it where there are only particles.</summary>
    internal static string Core(string family)
    {
        if (!family.Contains(' ', StringComparison.Ordinal))
        {
            return Umlauts.Folded(family);
        }

        var core = string.Concat(family.Split(' ').Where(word => !s_particles.Contains(word)));
        return Umlauts.Folded(core.Length == 0 ? family.Replace(" ", "", StringComparison.Ordinal) : core);
    }

    /// <summary>Whether a word is a particle of names: that two have it in common says nothing.</summary>
    internal static bool IsParticle(ReadOnlySpan<char> word) => s_particles.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    /// <summary>A name without titles and suffixes; as it is when nothing else would be left.</summary>
    /// <param name="name">Lower-case words parted by single blanks.</param>
    internal static string WithoutTitles(string name)
    {
        if (!name.Contains(' ', StringComparison.Ordinal))
        {
            return name;
        }

        var words = name.Split(' ');
        var (from, to) = (0, words.Length);
        while (to - from > 1 && s_before.Contains(words[from]))
        {
            from++;
        }

        while (to - from > 1 && s_behind.Contains(words[to - 1]))
        {
            to--;
        }

        return to - from == words.Length ? name : string.Join(' ', words[from..to]);
    }

    private static FrozenSet<string> Set(string words) => words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
