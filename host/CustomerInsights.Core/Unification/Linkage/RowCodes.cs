using System.Numerics;
using System.Runtime.Intrinsics;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// The codes of the parts that the chosen keys use, side by side for each record: which parts two records share is told in a few instructions, and from
/// that which keys bring them together. 4 bytes a part and record.
/// </summary>
internal sealed class RowCodes : IKeyHashes
{
    // A pair's parts are one bit each of one number.
    private const int MostParts = 64;

    private static readonly int s_lanes = Vector256<uint>.Count;

    private readonly uint[] _codes;
    private readonly int _width;
    private readonly Dictionary<int, int> _place = [];

    /// <param name="codes">All codes. They are taken out of there, so that no code is held twice for long.</param>
    /// <param name="keys">The keys that were chosen.</param>
    /// <param name="threads">1 or more.</param>
    internal RowCodes(PartCodes codes, IReadOnlyList<BlockingKey> keys, int threads)
    {
        Rows = codes.Rows;
        var used = keys.SelectMany(key => new[] { key.First, key.Second }).Where(part => part >= 0).Distinct().Order().ToList();
        for (var i = 0; i < used.Count; i++)
        {
            _place.Add(used[i], i);
        }

        codes.Free(part => !_place.ContainsKey(part));
        _width = BytesOf(used.Count) / sizeof(uint);
        _codes = new uint[(long)Rows * _width];
        const int Block = 1 << 14;
        Parallel.For(0, (Rows + Block - 1) / Block, new ParallelOptions { MaxDegreeOfParallelism = threads }, block =>
        {
            for (var i = 0; i < used.Count; i++)
            {
                var own = codes.Of(used[i]);
                for (var row = block * Block; row < Math.Min(Rows, (block + 1) * Block); row++)
                {
                    _codes[((long)row * _width) + i] = own[row];
                }
            }
        });
        codes.Free(_ => true);
    }

    /// <summary>What so many parts of a record take.</summary>
    internal static int BytesOf(int parts) => (parts + s_lanes - 1) / s_lanes * s_lanes * sizeof(uint);

    /// <summary>Of keys, the first ones first, those whose parts there is room for: all, unless a field offers more parts than any does.</summary>
    internal static BlockingKey[] Fitting(IReadOnlyList<BlockingKey> keys)
    {
        var parts = new HashSet<int>();
        var fitting = new List<BlockingKey>();
        foreach (var key in keys)
        {
            int[] own = key.Second < 0 ? [key.First] : [key.First, key.Second];
            if (own.Count(part => !parts.Contains(part)) + parts.Count <= MostParts)
            {
                parts.UnionWith(own);
                fitting.Add(key);
            }
        }

        return [.. fitting];
    }

    /// <inheritdoc/>
    public int Rows { get; }

    /// <summary>How many parts there are, empty places among them.</summary>
    internal int Width => _width;

    /// <summary>The place of a part.</summary>
    internal int PlaceOf(int part) => _place[part];

    /// <summary>The places at which two records have the same code, one bit each.</summary>
    internal ulong Shared(int a, int b)
    {
        ref var left = ref _codes[(long)a * _width];
        ref var right = ref _codes[(long)b * _width];
        var shared = 0UL;
        for (var at = 0; at < _width; at += s_lanes)
        {
            var one = Vector256.LoadUnsafe(ref left, (nuint)at);
            var same = Vector256.Equals(one, Vector256.LoadUnsafe(ref right, (nuint)at)) & ~Vector256.Equals(one, Vector256<uint>.Zero);
            shared |= (ulong)same.ExtractMostSignificantBits() << at;
        }

        return shared;
    }

    /// <inheritdoc/>
    public void Hashes(BlockingKey key, Span<uint> hashes)
    {
        var (first, second) = (_place[key.First], key.Second < 0 ? -1 : _place[key.Second]);
        var at = 0L;
        for (var row = 0; row < hashes.Length; row++, at += _width)
        {
            hashes[row] = PartCodes.Hash(_codes[at + first], second < 0 ? 1 : _codes[at + second]);
        }
    }
}

/// <summary>Which of up to some hundred keys the parts that two records share make up.</summary>
internal sealed class KeyMasks
{
    // By word of 64 keys and place of a part: the keys whose first part it is, those whose second; and the keys that have no second.
    private readonly ulong[][] _first;
    private readonly ulong[][] _second;
    private readonly ulong[] _single;

    internal KeyMasks(RowCodes codes, IReadOnlyList<BlockingKey> keys)
    {
        Words = (keys.Count + 63) / 64;
        _first = [.. Enumerable.Range(0, Words).Select(_ => new ulong[codes.Width])];
        _second = [.. Enumerable.Range(0, Words).Select(_ => new ulong[codes.Width])];
        _single = new ulong[Words];
        for (var key = 0; key < keys.Count; key++)
        {
            var bit = 1UL << key;
            _first[key / 64][codes.PlaceOf(keys[key].First)] |= bit;
            if (keys[key].Second < 0)
            {
                _single[key / 64] |= bit;
            }
            else
            {
                _second[key / 64][codes.PlaceOf(keys[key].Second)] |= bit;
            }
        }
    }

    /// <summary>Words of 64 keys.</summary>
    internal int Words { get; }

    /// <summary>Of a word's keys those on which two records agree.</summary>
    /// <param name="word">The word.</param>
    /// <param name="shared">The places that they share.</param>
    internal ulong Agreeing(int word, ulong shared)
    {
        var (first, second) = (0UL, _single[word]);
        var (ofFirst, ofSecond) = (_first[word], _second[word]);
        for (; shared != 0; shared &= shared - 1)
        {
            var place = BitOperations.TrailingZeroCount(shared);
            first |= ofFirst[place];
            second |= ofSecond[place];
        }

        return first & second;
    }
}
