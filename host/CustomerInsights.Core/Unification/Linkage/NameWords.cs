using System.Collections.Frozen;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Words beside a name that are no name: titles before it, suffixes behind it.</summary>
internal static class NameWords
{
    private static readonly FrozenSet<string> s_before = Set("mr mrs ms miss mx dr prof professor sir dame rev herr frau hr fr dipl ing mag sr sra srta don dona mme mlle pan pani");
    private static readonly FrozenSet<string> s_behind = Set("jr sr ii iii iv phd md dds esq mba cpa obe mbe");

    /// <summary>A name without them; as it is when nothing else would be left.</summary>
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

    private static FrozenSet<string> Set(string words) => words.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
