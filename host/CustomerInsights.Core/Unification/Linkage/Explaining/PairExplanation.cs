namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>What one field says of two records.</summary>
/// <param name="Field">The field's name.</param>
/// <param name="Type">What its values are.</param>
/// <param name="Left">The one record's value, normalised; empty for none.</param>
/// <param name="Right">The other's.</param>
/// <param name="Level">How alike they are, in words: <c>missing</c>, <c>different</c>, … <c>equal, very rare</c>.</param>
/// <param name="LeftRecords">How many records have the one value; 0 for none.</param>
/// <param name="RightRecords">How many have the other.</param>
/// <param name="Bits">Evidence in bits; below 0 it speaks against. 0 when a value is missing.</param>
public sealed record FieldEvidence(string Field, MatchFieldType Type, string Left, string Right, string Level, int LeftRecords, int RightRecords, double Bits);

/// <summary>What became of two records.</summary>
public enum PairVerdict
{
    /// <summary>Together, and their own evidence says so.</summary>
    Together = 0,

    /// <summary>Together because other records connect them; their own evidence does not.</summary>
    TogetherThroughOthers,

    /// <summary>Apart, and their own evidence says so.</summary>
    Apart,

    /// <summary>Apart although their own evidence is for it: the records around them, or a constraint, are against.</summary>
    ApartThroughOthers,

    /// <summary>Apart, and never compared: they have no key in common.</summary>
    NoKeyInCommon,

    /// <summary>Apart, and never compared: what they have in common too many records have.</summary>
    GroupTooLarge,
}

/// <summary>Why two records are one, or are not. The bits of prior, fields and class sum to those of the whole.</summary>
public sealed record PairExplanation
{
    /// <summary>The rows of the two records, from 0.</summary>
    public required IReadOnlyList<int> Rows { get; init; }

    /// <summary>What became of them.</summary>
    public required PairVerdict Verdict { get; init; }

    /// <summary>log2 of the odds that any two candidates are one, in bits.</summary>
    public required double Prior { get; init; }

    /// <summary>What each field says, in the order of the fields.</summary>
    public required IReadOnlyList<FieldEvidence> Fields { get; init; }

    /// <summary>What the fields say together beyond what each says alone, in bits; far below 0 where a household is likelier than chance.</summary>
    public required double ClassBits { get; init; }

    /// <summary>The non-match that the pair looks like, in words; null where that tells nothing.</summary>
    public string? LooksLike { get; init; }

    /// <summary>The whole evidence of the pair in bits: log2 of the odds that the two are one, other records left aside.</summary>
    public required double Bits { get; init; }

    /// <summary>The same as a probability, 0 to 1.</summary>
    public required double Probability { get; init; }

    /// <summary>Average evidence in bits from which records were kept together in this run.</summary>
    public required double Strictness { get; init; }

    /// <summary>The keys on which the two agree.</summary>
    public required IReadOnlyList<KeyInCommon> Keys { get; init; }

    /// <summary>All of it in a sentence or a few.</summary>
    public required string Sentence { get; init; }
}
