using System.Numerics;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Jaro–Winkler similarity, 0 to 1 (Jaro 1989; Winkler 1990, prefix of at most four characters weighted 0.1). Texts of up to 64 characters of Latin-1
/// go through bit masks, others through <see cref="Plain"/>; both give the same number. Not safe for several threads: each has its own.
/// </summary>
internal sealed class JaroWinkler
{
    private const int Word = 64;
    private const int Alphabet = 256;
    private const double PrefixWeight = 0.1;
    private const int LongestPrefix = 4;

    // Where each character stands in the second text, one bit a place; cleared after use by the same text.
    private readonly ulong[] _places = new ulong[Alphabet];

    internal double Similarity(string a, string b)
    {
        if (a.Length == 0 || b.Length == 0)
        {
            return a.Length == b.Length ? 1 : 0;
        }

        // The greedy pairing of letters depends on which text goes first.
        if (string.CompareOrdinal(a, b) > 0)
        {
            (a, b) = (b, a);
        }

        return a.Length <= Word && b.Length <= Word && IsNarrow(a) && IsNarrow(b) ? Masked(a, b) : Plain(a, b);
    }

    /// <summary>The textbook's loops: what the masks are tested against. Neither text is empty; the smaller one goes first.</summary>
    internal static double Plain(string a, string b)
    {
        var window = Math.Max(0, (Math.Max(a.Length, b.Length) / 2) - 1);
        var (usedA, usedB) = (new bool[a.Length], new bool[b.Length]);
        var matches = 0;
        for (var i = 0; i < a.Length; i++)
        {
            for (var j = Math.Max(0, i - window); j < Math.Min(b.Length, i + window + 1); j++)
            {
                if (!usedB[j] && a[i] == b[j])
                {
                    (usedA[i], usedB[j]) = (true, true);
                    matches++;
                    break;
                }
            }
        }

        var (half, next) = (0, 0);
        for (var i = 0; i < a.Length; i++)
        {
            if (!usedA[i])
            {
                continue;
            }

            while (!usedB[next])
            {
                next++;
            }

            half += a[i] == b[next++] ? 0 : 1;
        }

        return Winkler(a, b, matches, half / 2);
    }

    private double Masked(string a, string b)
    {
        for (var j = 0; j < b.Length; j++)
        {
            _places[b[j]] |= 1UL << j;
        }

        var window = Math.Max(0, (Math.Max(a.Length, b.Length) / 2) - 1);
        var (usedA, usedB) = (0UL, 0UL);
        for (var i = 0; i < a.Length; i++)
        {
            var from = Math.Max(0, i - window);
            var to = Math.Min(b.Length - 1, i + window);
            if (from > to)
            {
                continue;
            }

            var reach = (ulong.MaxValue >> (Word - 1 - (to - from))) << from;
            var free = _places[a[i]] & reach & ~usedB;
            usedB |= free & (0 - free);
            usedA |= free == 0 ? 0 : 1UL << i;
        }

        foreach (var c in b)
        {
            _places[c] = 0;
        }

        var (left, right, half) = (usedA, usedB, 0);
        while (left != 0)
        {
            half += a[BitOperations.TrailingZeroCount(left)] == b[BitOperations.TrailingZeroCount(right)] ? 0 : 1;
            left &= left - 1;
            right &= right - 1;
        }

        return Winkler(a, b, BitOperations.PopCount(usedA), half / 2);
    }

    private static double Winkler(string a, string b, int matches, int transpositions)
    {
        if (matches == 0)
        {
            return 0;
        }

        double m = matches;
        var jaro = ((m / a.Length) + (m / b.Length) + ((m - transpositions) / m)) / 3;
        var prefix = 0;
        while (prefix < LongestPrefix && prefix < a.Length && prefix < b.Length && a[prefix] == b[prefix])
        {
            prefix++;
        }

        return jaro + (prefix * PrefixWeight * (1 - jaro));
    }

    private static bool IsNarrow(string text) => !text.AsSpan().ContainsAnyExceptInRange('\0', '\u00FF');
}
