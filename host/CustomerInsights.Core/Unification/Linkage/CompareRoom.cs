using System.Runtime.InteropServices;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>What a thread notes of some thousand pairs while it compares them; used again for the next.</summary>
internal sealed class CompareRoom
{
    private readonly List<ulong> _pairs = [];
    private readonly List<int> _places = [];
    private readonly Dictionary<ulong, int> _numbers = [];
    private readonly List<(ulong Pattern, long Count, bool IsKept)> _patterns = [];

    internal Scratch Scratch { get; } = new();

    /// <summary>The pairs that were kept.</summary>
    internal ReadOnlySpan<ulong> Pairs => CollectionsMarshal.AsSpan(_pairs);

    /// <summary>For each pair that was kept its pattern's place.</summary>
    internal ReadOnlySpan<int> Places => CollectionsMarshal.AsSpan(_places);

    /// <summary>The patterns that were met, with the number of pairs that have each.</summary>
    internal ReadOnlySpan<(ulong Pattern, long Count, bool IsKept)> Patterns => CollectionsMarshal.AsSpan(_patterns);

    internal void Clear()
    {
        _pairs.Clear();
        _places.Clear();
        _numbers.Clear();
        _patterns.Clear();
    }

    internal void Add(ulong pair, ulong pattern, Func<ulong, bool> keep)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, pattern, out var isKnown);
        if (!isKnown)
        {
            number = _patterns.Count;
            _patterns.Add((pattern, 0, keep(pattern)));
        }

        ref var own = ref CollectionsMarshal.AsSpan(_patterns)[number];
        own.Count++;
        if (own.IsKept)
        {
            _pairs.Add(pair);
            _places.Add(number);
        }
    }
}
