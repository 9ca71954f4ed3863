namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Müller is Muller after <see cref="FieldText.Words"/>; whoever has no ü writes Mueller. All three fold to one.</summary>
internal static class Umlauts
{
    /// <summary>A word with ae, oe and ue as a, o and u, and aa (Danish å) as a.</summary>
    internal static string Folded(string word)
    {
        if (!word.Contains('e', StringComparison.Ordinal) && !word.Contains("aa", StringComparison.Ordinal))
        {
            return word;
        }

        return word.Replace("ae", "a", StringComparison.Ordinal).Replace("oe", "o", StringComparison.Ordinal).Replace("ue", "u", StringComparison.Ordinal).Replace("aa", "a", StringComparison.Ordinal);
    }
}
