namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Sorts by the bits of a number, least significant digit first: stable, and the same time whatever the order.</summary>
internal static class RadixSort
{
    private const int Bits = 11;
    private const int Buckets = 1 << Bits;

    /// <summary>By the upper 32 bits; equal ones keep their order.</summary>
    /// <param name="items">The items.</param>
    /// <param name="spare">Room for as many.</param>
    internal static void ByUpperHalf(Span<ulong> items, Span<ulong> spare) => Sort(items, spare, 32, 64);

    /// <summary>By bits <paramref name="from"/> to <paramref name="to"/>.</summary>
    internal static void Sort(Span<ulong> items, Span<ulong> spare, int from, int to)
    {
        var source = items;
        var target = spare[..items.Length];
        var swapped = false;
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

            var other = source;
            source = target;
            target = other;
            swapped = !swapped;
        }

        if (swapped)
        {
            source.CopyTo(items);
        }
    }
}
