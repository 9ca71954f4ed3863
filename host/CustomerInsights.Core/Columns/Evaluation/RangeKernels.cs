using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>The loops that turn a column's numbers into bits, 64 rows a word. Bits behind the last row are 0.</summary>
internal static class RangeKernels
{
    /// <summary>
    /// Sets the bit of each number within [<paramref name="low"/>, <paramref name="low"/> + <paramref name="width"/>]. One subtraction
    /// that wraps and one unsigned comparison do for signed numbers as well, once their bytes are read as unsigned.
    /// </summary>
    public static void InRange<T>(ReadOnlySpan<T> numbers, T low, T width, Span<ulong> words)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        var lanes = Vector512<T>.Count;
        Vector512<T> lows = Vector512.Create(low), widths = Vector512.Create(width);
        var full = numbers.Length >> 6;
        ref var first = ref MemoryMarshal.GetReference(numbers);
        for (var i = 0; i < full; i++)
        {
            ulong word = 0;
            for (var lane = 0; lane < 64; lane += lanes)
            {
                var some = Vector512.LoadUnsafe(ref first, (nuint)((i << 6) + lane)) - lows;
                word |= Vector512.LessThanOrEqual(some, widths).ExtractMostSignificantBits() << lane;
            }

            words[i] = word;
        }

        if ((numbers.Length & 63) != 0)
        {
            ulong word = 0;
            for (var i = full << 6; i < numbers.Length; i++)
            {
                word |= unchecked(numbers[i] - low) <= width ? 1UL << (i & 63) : 0;
            }

            words[full] = word;
        }
    }

    /// <summary>Sets the bit of each number within [<paramref name="low"/>, <paramref name="high"/>].</summary>
    public static void InRange(ReadOnlySpan<double> numbers, double low, double high, Span<ulong> words)
    {
        Vector512<double> lows = Vector512.Create(low), highs = Vector512.Create(high);
        var full = numbers.Length >> 6;
        ref var first = ref MemoryMarshal.GetReference(numbers);
        for (var i = 0; i < full; i++)
        {
            ulong word = 0;
            for (var lane = 0; lane < 64; lane += Vector512<double>.Count)
            {
                var some = Vector512.LoadUnsafe(ref first, (nuint)((i << 6) + lane));
                word |= (Vector512.GreaterThanOrEqual(some, lows) & Vector512.LessThanOrEqual(some, highs)).ExtractMostSignificantBits() << lane;
            }

            words[i] = word;
        }

        if ((numbers.Length & 63) != 0)
        {
            ulong word = 0;
            for (var i = full << 6; i < numbers.Length; i++)
            {
                word |= numbers[i] >= low && numbers[i] <= high ? 1UL << (i & 63) : 0;
            }

            words[full] = word;
        }
    }

    /// <summary>Sets the bit of each code whose entry in the table is not 0.</summary>
    /// <param name="codes">The codes.</param>
    /// <param name="table">256 entries, each 0 or 255.</param>
    /// <param name="used">How many codes there are; the entries behind are 0.</param>
    /// <param name="words">The bits.</param>
    public static void InTable(ReadOnlySpan<byte> codes, ReadOnlySpan<byte> table, int used, Span<ulong> words)
    {
        var full = codes.Length >> 6;
        ref var first = ref MemoryMarshal.GetReference(codes);
        for (var i = 0; i < full; i++)
        {
            var some = Vector512.LoadUnsafe(ref first, (nuint)(i << 6));
            var hits = Vector512<byte>.Zero;

            // A lookup in 64 entries is one instruction; an index outside gives 0.
            for (var from = 0; from < used; from += 64)
            {
                hits |= Vector512.Shuffle(Vector512.Create(table.Slice(from, 64)), some - Vector512.Create((byte)from));
            }

            words[i] = hits.ExtractMostSignificantBits();
        }

        if ((codes.Length & 63) != 0)
        {
            ulong word = 0;
            for (var i = full << 6; i < codes.Length; i++)
            {
                word |= table[codes[i]] != 0 ? 1UL << (i & 63) : 0;
            }

            words[full] = word;
        }
    }

    /// <summary>Sets the bit of each code whose entry in the table is not 0.</summary>
    public static void InTable<T>(ReadOnlySpan<T> codes, ReadOnlySpan<byte> table, Span<ulong> words)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (var from = 0; from < codes.Length; from += 64)
        {
            ulong word = 0;
            var to = Math.Min(from + 64, codes.Length);
            for (var i = from; i < to; i++)
            {
                word |= (ulong)(table[int.CreateTruncating(codes[i])] & 1) << (i & 63);
            }

            words[from >> 6] = word;
        }
    }
}
