namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Sorts by the bits of a number, least significant digit first: stable, and the same time whatever the order.</summary>
internal static class RadixSort
{
    private const int Bits = 11;
    private const int Buckets = 1 << Bits;

    /// <summary>By the upper 32 bits; equal ones keep their order.</summary>
    internal static void ByUpperHalf(ulong[] items) => Sort(items, 32, 64);

    /// <summary>By bits <paramref name="from"/> to <paramref name="to"/>.</summary>
    internal static void Sort(ulong[] items, int from, int to)
    {
        var (source, target) = (items, new ulong[items.Length]);
        Span<int> places = stackalloc int[Buckets];
        for (var shift = from; shift < to; shift += Bits)
        {
            var mask = (1UL << Math.Min(Bits, to - shift)) - 1;
            places.Clear();
            foreach (var item in source)
            {
                places[(int)((item >> shift) & mask)]++;
            }

            var place = 0;
            for (var i = 0; i < Buckets; i++)
            {
                (places[i], place) = (place, place + places[i]);
            }

            foreach (var item in source)
            {
                target[places[(int)((item >> shift) & mask)]++] = item;
            }

            (source, target) = (target, source);
        }

        if (source != items)
        {
            source.CopyTo(items, 0);
        }
    }
}
