namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>What a clustering must keep to, whatever the evidence.</summary>
internal sealed record LinkConstraints
{
    internal static LinkConstraints None { get; } = new();

    /// <summary>For each record the sources, one bit each, of which a cluster holds one record at most; null for none.</summary>
    internal ulong[]? Alone { get; init; }

    /// <summary>Whether the sources of <see cref="Alone"/> are two: then what holds records of these alone is paired at best instead of joined by average link.</summary>
    internal bool IsOneToOne { get; init; }

    /// <summary>For each record its group: those of one are one from the start. Negative: alone. Null: all are.</summary>
    internal IReadOnlyList<int>? Together { get; init; }

    /// <summary>Pairs of records that never meet, not even through others. A pair inside a group of <see cref="Together"/> has no effect.</summary>
    internal IReadOnlyList<(int A, int B)> Apart { get; init; } = [];

    /// <summary>The record behind each row, where the rows are a part of all; null when they are the same.</summary>
    internal IReadOnlyList<int>? Records { get; init; }

    /// <summary>Fields in which no two records of a cluster may have values that differ at the lowest level.</summary>
    internal IReadOnlyList<FieldComparison> Agreeing { get; init; } = [];
}
