using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Unification;

/// <summary>
/// How the matcher joins what the rules leave apart. It learns from the records themselves how much agreement in each field says; rules, told
/// pairs and denials stand above it. Every member has a default that suits most data.
/// </summary>
public sealed record MatcherPolicy
{
    /// <summary>The rule that the matcher's edges name.</summary>
    public const string Rule = "matcher";

    /// <summary>Most fields that are compared.</summary>
    public const int MostFields = PairLevels.MostFields;

    /// <summary>The least <see cref="MemoryMegabytes"/>: what a run takes however few its records are.</summary>
    public const int LeastMegabytes = 256;

    /// <summary>The fields to compare; at most <see cref="MostFields"/>. Empty: those that are suggested, see <see cref="MatcherSuggestion"/>.</summary>
    public IReadOnlyList<MatcherField> Fields { get; init; } = [];

    /// <summary>How sure the matcher must be. Default balanced.</summary>
    public MatcherStrictness Strictness { get; init; }

    /// <summary>In place of <see cref="Strictness"/>, for experts: average evidence in bits at which records join, −5 to 15; 0 is even odds.</summary>
    public double? Bits { get; init; }

    /// <summary>Streams that have each person once: two of their records are never joined by the matcher. At most 64.</summary>
    public IReadOnlyList<string> DuplicateFree { get; init; } = [];

    /// <summary>
    /// Fields in which records of one person must agree, such as a government id or a date of birth. Two records that both have a value, and
    /// values with nothing in common, are never joined by the matcher, not even through others. A slip is no disagreement, nor is a value that
    /// is missing or was set aside as standing for "not known".
    /// </summary>
    public IReadOnlyList<string> MustAgree { get; init; } = [];

    /// <summary>Pairs of records to compare, for each record on average: 1 to 200, default 10. More finds more and takes longer.</summary>
    public double PairsPerRecord { get; init; } = 10;

    /// <summary>
    /// What the matcher may take of memory, in MiB: 256 or more. What does not fit is put aside on disk for the time of the run; the result is the same.
    /// Null: what the host allows, by default no bound but the machine's. Records that exceed it alone make the run fail before it begins.
    /// </summary>
    public int? MemoryMegabytes { get; init; }

    /// <summary>For experts: what records must have in common to be compared, used unless <see cref="KeyUse"/> is auto. At most <see cref="MatchKeys.Most"/>.</summary>
    public IReadOnlyList<MatchKey> Keys { get; init; } = [];

    /// <summary>Where the keys come from. Default auto: chosen from the records.</summary>
    public MatchKeyUse KeyUse { get; init; }

    /// <summary>
    /// The country of telephone numbers that name none, ISO 3166 alpha-2 in capitals (<c>GB</c>). A record's own country stands above it, where a compared
    /// field holds countries. Null, the default: such a number is compared by its last digits.
    /// </summary>
    public string? Country { get; init; }

    /// <summary>The average evidence, in bits, at which records join.</summary>
    internal double Stop => Bits ?? Strictness switch
    {
        MatcherStrictness.Cautious => 3,
        MatcherStrictness.Eager => -2,
        _ => 0,
    };
}

/// <summary>How sure the matcher must be that records are one person.</summary>
public enum MatcherStrictness
{
    /// <summary>A wrong merge weighs like a missed one: odds of 1 to 1.</summary>
    Balanced = 0,

    /// <summary>Better to miss a person's second record than to mix two people: odds of 8 to 1 (3 bits).</summary>
    Cautious = 1,

    /// <summary>Better to mix two people now and then than to miss a second record: odds of 1 to 4 (−2 bits).</summary>
    Eager = 2,
}

/// <summary>One field that the matcher compares.</summary>
public sealed record MatcherField
{
    /// <summary>Name of the field, that is of the attribute that streams are mapped to. Records of streams without it have no value.</summary>
    public string Field { get; init; } = "";

    /// <summary>What its values are; null: as suggested.</summary>
    public MatchFieldType? Type { get; init; }

    /// <summary>
    /// For experts: the levels between equal and different, from most to least alike, at most <see cref="MatchLevels.Most"/>. Null: those of the
    /// type (<see cref="MatchLevels.DefaultOf"/>). Empty: equal and different alone. <see cref="Type"/> must be set beside them.
    /// </summary>
    public IReadOnlyList<MatchLevel>? Levels { get; init; }

    /// <summary>False keeps the field in the list without comparing it.</summary>
    public bool Use { get; init; } = true;
}
