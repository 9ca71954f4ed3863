namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Which sampled record met whom, by which key and in a group of which size: by pair, the smallest group first. 10 bytes each.</summary>
internal sealed class Meetings
{
    /// <summary>Bytes for each meeting while all are brought together.</summary>
    internal const int BytesEach = 18;

    private const int SizeBits = 11;

    private readonly ulong[] _packed;
    private readonly ushort[] _keys;

    private Meetings(ulong[] packed, ushort[] keys) => (_packed, _keys) = (packed, keys);

    internal int Count => _packed.Length;

    /// <summary>A meeting as a number.</summary>
    /// <param name="sampled">The sampled record's number, below 2²¹.</param>
    /// <param name="partner">The row of whom it met.</param>
    /// <param name="size">Records in the group, at most 2,047.</param>
    internal static ulong Of(int sampled, int partner, int size) => ((((ulong)(uint)sampled << 32) | (uint)partner) << SizeBits) | (uint)size;

    /// <summary>The meetings of all keys.</summary>
    /// <param name="found">Those of each key; they are taken out of there.</param>
    internal static Meetings Of(ulong[][] found)
    {
        var packed = new ulong[found.Sum(own => own.Length)];
        var (keys, at) = (new ushort[packed.Length], 0);
        for (var key = 0; key < found.Length; key++)
        {
            found[key].CopyTo(packed, at);
            keys.AsSpan(at, found[key].Length).Fill(checked((ushort)key));
            at += found[key].Length;
            found[key] = [];
        }

        // Ties, one pair in two groups of one size, come in any order: nothing depends on it.
        Array.Sort(packed, keys);
        return new(packed, keys);
    }

    /// <summary>The sampled record's number above, its partner's row below.</summary>
    internal ulong Pair(int meeting) => _packed[meeting] >> SizeBits;

    internal int Size(int meeting) => (int)(_packed[meeting] & ((1 << SizeBits) - 1));

    internal int Key(int meeting) => _keys[meeting];
}
