using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Host.Features.Profiles;

namespace CustomerInsights.Host.Features.Unification.Explaining;

/// <summary>Why a profile's records are one person.</summary>
/// <param name="Id">The profile.</param>
/// <param name="Type">Its type.</param>
/// <param name="Records">Its records.</param>
/// <param name="Rules">What rules, identifiers and people said of pairs of them; at most 200.</param>
/// <param name="Matcher">What the matcher found of them; absent when the policy has none or its run does not have these records yet.</param>
/// <param name="RunAt">When the records of that run were read.</param>
/// <param name="Differs">Whether the run's records and the profile's are not the same: a verdict or a later run changed the profile.</param>
/// <param name="Sentence">All of it in a few sentences.</param>
public sealed record ProfileExplanationResponse(
    string Id,
    string Type,
    IReadOnlyList<RecordReference> Records,
    IReadOnlyList<EdgeResponse> Rules,
    ClusterExplanationResponse? Matcher,
    DateTimeOffset? RunAt,
    bool Differs,
    string Sentence);

/// <summary>A cluster of the matcher.</summary>
/// <param name="Records">Its records.</param>
/// <param name="Compared">Pairs of them that were compared and are not far from a match.</param>
/// <param name="Density">Pairs whose evidence is for it, as a share of all pairs, 0 to 1.</param>
/// <param name="Bridges">Pairs without which it falls apart.</param>
/// <param name="WeakestCut">The two parts that agree least on average; absent for one record.</param>
/// <param name="LeastSum">The two parts with the least sum of evidence; absent above 200 records.</param>
/// <param name="Conflicts">Dates and identifiers that contradict each other, each in two records or more.</param>
/// <param name="GivenNames">Given names that differ and are no forms of one.</param>
/// <param name="TooManyOfStream">Streams that have more records here than they should.</param>
/// <param name="Edges">Pairs that were compared, bridges first, then the strongest, with what each field says.</param>
public sealed record ClusterExplanationResponse(
    int Records,
    int Compared,
    double Density,
    int Bridges,
    CutResponse? WeakestCut,
    CutResponse? LeastSum,
    IReadOnlyList<ValueConflict> Conflicts,
    IReadOnlyList<string> GivenNames,
    IReadOnlyList<StreamExcess> TooManyOfStream,
    IReadOnlyList<ClusterEdgeResponse> Edges);

/// <summary>A cluster in two parts.</summary>
/// <param name="Part">The smaller part, at most 100 records.</param>
/// <param name="Other">The other, at most 100 records.</param>
/// <param name="PartRecords">Records in the smaller part.</param>
/// <param name="OtherRecords">Records in the other.</param>
/// <param name="AverageBits">Evidence between the parts above the strictness, average over their pairs, in bits.</param>
/// <param name="SumBits">The same as a sum: what a split costs.</param>
/// <param name="LikelySame">Pairs that are likely right and that a split would lose.</param>
/// <param name="LikelyWrong">Pairs that are likely wrong and that a split would mend.</param>
public sealed record CutResponse(
    IReadOnlyList<RecordReference> Part, IReadOnlyList<RecordReference> Other, int PartRecords, int OtherRecords, double AverageBits, double SumBits, double LikelySame, double LikelyWrong);

/// <summary>A stream with too many records in one profile.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Records">Its records in the profile.</param>
/// <param name="Usual">What it should have at most.</param>
public sealed record StreamExcess(string Stream, int Records, int Usual);

/// <summary>Two records of a profile that were compared.</summary>
/// <param name="Left">One.</param>
/// <param name="Right">The other.</param>
/// <param name="Bits">Their evidence in bits.</param>
/// <param name="IsBridge">Whether the profile falls apart without it.</param>
/// <param name="Evidence">What each field says.</param>
public sealed record ClusterEdgeResponse(RecordReference Left, RecordReference Right, double Bits, bool IsBridge, EvidenceResponse Evidence);
