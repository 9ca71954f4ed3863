using System.Numerics;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// What a text has, in 64 bits: which letters and digits, how long it is, how it begins. Two of them give a bound on the Jaro–Winkler similarity
/// in a few instructions and without a look at the texts, which rejects most pairs.
/// </summary>
internal static class TextFeature
{
    private const int Length = 37;
    private const int Start = 43;
    private const int CharBits = 6;
    private const ulong Mask = (1UL << Length) - 1;

    internal static ulong Of(string text)
    {
        var feature = 0UL;
        foreach (var c in text)
        {
            feature |= 1UL << Code(c);
        }

        for (var i = 0; i < 3 && i < text.Length; i++)
        {
            feature |= (ulong)(uint)(Code(text[i]) + 1) << (Start + (CharBits * i));
        }

        return feature | ((ulong)(uint)Math.Min(text.Length, 63) << Length);
    }

    internal static int LengthOf(ulong feature) => (int)(feature >> Length) & 63;

    internal static bool SameInitial(ulong a, ulong b) => (((a ^ b) >> Start) & 63) == 0;

    /// <summary>Whether the similarity may reach <paramref name="least"/>; never false when it does.</summary>
    internal static bool MayReach(ulong a, ulong b, double least)
    {
        double left = LengthOf(a), right = LengthOf(b);
        if (left == 0 || right == 0 || left == 63 || right == 63)
        {
            return true;
        }

        // A letter that the other text does not have matches nothing; all else may match, in the best order.
        var matches = Math.Min(left - BitOperations.PopCount(a & ~b & Mask), right - BitOperations.PopCount(b & ~a & Mask));
        var apart = BitOperations.TrailingZeroCount((a ^ b) >> Start) / CharBits;
        var prefix = apart >= 3 ? 4 : apart;
        var jaro = ((matches / left) + (matches / right) + 1) / 3;
        return matches > 0 && jaro + (prefix * 0.1 * (1 - jaro)) >= least;
    }

    private static int Code(char c) => c switch
    {
        >= 'a' and <= 'z' => c - 'a',
        >= '0' and <= '9' => 26 + c - '0',
        _ => 36,
    };
}
