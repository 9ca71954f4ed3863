using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Host.Features.Profiles;

namespace CustomerInsights.Host.Features.Unification.Explaining;

/// <summary>Why two records are one person, or are not.</summary>
/// <param name="Type">The profile type.</param>
/// <param name="Left">The one record; of a profile the one that is most alike to the other side.</param>
/// <param name="Right">The other.</param>
/// <param name="LeftProfile">The profile that the one is in.</param>
/// <param name="RightProfile">The profile that the other is in.</param>
/// <param name="Together">Whether that is one profile now.</param>
/// <param name="Path">What holds them together, step by step: rules, the matcher, what people said. Empty when they are apart.</param>
/// <param name="HeldApart">What keeps the two profiles apart whatever else is found: verdicts, undone merges, rules that say never.</param>
/// <param name="Evidence">What their values say, field by field; absent when the policy has no matcher, or the run does not have one of them yet.</param>
/// <param name="RunAt">When the records of that run were read.</param>
/// <param name="Sentence">All of it in a few sentences.</param>
public sealed record PairExplanationResponse(
    string Type,
    RecordReference Left,
    RecordReference Right,
    string LeftProfile,
    string RightProfile,
    bool Together,
    IReadOnlyList<EdgeResponse> Path,
    IReadOnlyList<EdgeResponse> HeldApart,
    EvidenceResponse? Evidence,
    DateTimeOffset? RunAt,
    string Sentence);

/// <summary>What the values of two records say. The bits of prior, fields and class sum to those of the whole.</summary>
/// <param name="Verdict">What became of the two in the run: among others noKeyInCommon, never compared.</param>
/// <param name="Prior">log2 of the odds that any two candidates are one.</param>
/// <param name="Fields">What each field says, with level, values, their frequencies and bits.</param>
/// <param name="ClassBits">What the fields say together beyond each alone, in bits.</param>
/// <param name="LooksLike">The non-match that the two look like, such as a household; absent where that tells nothing.</param>
/// <param name="Bits">The whole in bits: log2 of the odds that the two are one.</param>
/// <param name="Probability">The same as a probability, 0 to 1.</param>
/// <param name="Strictness">Average evidence in bits from which the run kept records together.</param>
/// <param name="Keys">What they have in common that made them candidates.</param>
/// <param name="Sentence">The same in a sentence.</param>
public sealed record EvidenceResponse(
    PairVerdict Verdict,
    double Prior,
    IReadOnlyList<FieldEvidence> Fields,
    double ClassBits,
    string? LooksLike,
    double Bits,
    double Probability,
    double Strictness,
    IReadOnlyList<KeyInCommon> Keys,
    string Sentence)
{
    internal static EvidenceResponse Of(PairExplanation pair) => new(
        pair.Verdict, pair.Prior, pair.Fields, pair.ClassBits, pair.LooksLike, pair.Bits, pair.Probability, pair.Strictness, pair.Keys, pair.Sentence);
}
