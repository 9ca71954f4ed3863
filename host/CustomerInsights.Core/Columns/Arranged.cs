using System.Buffers;
using System.Runtime.InteropServices;

namespace CustomerInsights.Core.Columns;

/// <summary>Puts what writers hold in another order: item <c>i</c> becomes what item <c>order[i]</c> is.</summary>
internal static class Arranged
{
    public static void Items<T>(List<T> items, ReadOnlySpan<int> order)
        where T : unmanaged
    {
        var span = CollectionsMarshal.AsSpan(items);
        var before = ArrayPool<T>.Shared.Rent(span.Length);
        span.CopyTo(before);
        for (var i = 0; i < order.Length; i++)
        {
            span[i] = before[order[i]];
        }

        ArrayPool<T>.Shared.Return(before);
    }

    public static void Bits(List<ulong> words, ReadOnlySpan<int> order)
    {
        var before = words.ToArray();
        var span = CollectionsMarshal.AsSpan(words);
        span.Clear();
        for (var i = 0; i < order.Length; i++)
        {
            span[i >> 6] |= ((before[order[i] >> 6] >> (order[i] & 63)) & 1) << (i & 63);
        }
    }
}
