namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Words of a normalised text, which are parted by single blanks.</summary>
internal static class Words
{
    // An initial in common is not a name in common.
    private const int ShortestShared = 3;

    /// <summary>Whether two texts, one of several words, have a word in common.</summary>
    internal static bool Share(string a, string b)
    {
        if (!a.Contains(' ', StringComparison.Ordinal) && !b.Contains(' ', StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var range in a.AsSpan().Split(' '))
        {
            if (a.AsSpan(range) is { Length: >= ShortestShared } word && !NameWords.IsParticle(word) && Has(b, word))
            {
                return true;
            }
        }

        return false;
    }

    internal static bool HasDigit(string word) => word.AsSpan().ContainsAnyInRange('0', '9');

    private static bool Has(ReadOnlySpan<char> text, ReadOnlySpan<char> word)
    {
        foreach (var range in text.Split(' '))
        {
            if (text[range].SequenceEqual(word))
            {
                return true;
            }
        }

        return false;
    }
}
