namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Two records of a cluster that were compared.</summary>
/// <param name="A">The smaller row.</param>
/// <param name="B">The larger row.</param>
/// <param name="Bits">Their evidence in bits.</param>
/// <param name="IsBridge">Whether the cluster falls apart without it, counting only pairs whose evidence is for it.</param>
public sealed record ClusterEdge(int A, int B, double Bits, bool IsBridge);

/// <summary>A cluster in two parts.</summary>
/// <param name="Part">The rows of the smaller part, at most 100 of them, ascending.</param>
/// <param name="Other">The rows of the other part, at most 100, ascending.</param>
/// <param name="PartRecords">Records in the smaller part.</param>
/// <param name="OtherRecords">Records in the other.</param>
/// <param name="AverageBits">Evidence between the parts, average over all their pairs, each within ±6 of the strictness and −1 for a pair never compared.</param>
/// <param name="SumBits">The same as a sum: what a split costs in bits; below 0 it gains.</param>
/// <param name="Compared">Pairs between the parts that were compared.</param>
/// <param name="LikelySame">Of the pairs between the parts, how many the average evidence expects to be one: pairs that a split would lose.</param>
/// <param name="LikelyWrong">How many it expects to be two: wrong pairs that a split would mend.</param>
public sealed record ClusterCut(IReadOnlyList<int> Part, IReadOnlyList<int> Other, int PartRecords, int OtherRecords, double AverageBits, double SumBits, int Compared, double LikelySame, double LikelyWrong);

/// <summary>Two different values of one field in a cluster, each in two records or more.</summary>
/// <param name="Field">The field.</param>
/// <param name="One">The more frequent value, normalised.</param>
/// <param name="OneRecords">Records of the cluster with it.</param>
/// <param name="Other">The other value.</param>
/// <param name="OtherRecords">Records of the cluster with that.</param>
public sealed record ValueConflict(string Field, string One, int OneRecords, string Other, int OtherRecords);

/// <summary>Why some records are one cluster, and where it would break.</summary>
public sealed record ClusterExplanation
{
    /// <summary>Records in the cluster.</summary>
    public required int Records { get; init; }

    /// <summary>Pairs that were compared, the strongest first, bridges before all; at most 1,000.</summary>
    public required IReadOnlyList<ClusterEdge> Edges { get; init; }

    /// <summary>Pairs compared, as far as they are at hand: −4 bits or more.</summary>
    public required int Compared { get; init; }

    /// <summary>Pairs whose evidence is for the cluster, as a share of all pairs, 0 to 1.</summary>
    public required double Density { get; init; }

    /// <summary>Pairs without which it falls apart.</summary>
    public required int Bridges { get; init; }

    /// <summary>Where the clustering joined last: the two parts that agree least on average. Null for one record.</summary>
    public ClusterCut? WeakestCut { get; init; }

    /// <summary>The two parts with the least sum of evidence above that of a pair never compared; null above 200 records.</summary>
    public ClusterCut? LeastSum { get; init; }

    /// <summary>Dates and identifiers that contradict each other, each supported by two records or more.</summary>
    public required IReadOnlyList<ValueConflict> Conflicts { get; init; }

    /// <summary>Given names that differ and are no forms of one, the most frequent first; empty when there is one only.</summary>
    public required IReadOnlyList<string> GivenNames { get; init; }

    /// <summary>Records of each source that has more of them here than it should.</summary>
    public required IReadOnlyList<SourceExcess> TooManyOfSource { get; init; }

    /// <summary>All of it in a few sentences.</summary>
    public required string Sentence { get; init; }
}

/// <summary>A source with too many records in one cluster.</summary>
/// <param name="Source">The source, from 0.</param>
/// <param name="Records">Its records in the cluster.</param>
/// <param name="Usual">What it should have at most: 1 when it is free of duplicates, else what 99 of 100 of its clusters have.</param>
public sealed record SourceExcess(int Source, int Records, int Usual);
