using CustomerInsights.Core.Unification.Households;
using CustomerInsights.Core.Unification.Identities;

namespace CustomerInsights.Core.Unification;

/// <summary>
/// How the records of one profile type become profiles: the streams in match order, their deduplication, the matching rules,
/// the overrides and the merge. Plain data; <see cref="PolicyValidator"/> says what is wrong with one.
/// </summary>
public sealed record UnificationPolicy
{
    /// <summary>Streams in match order. The first is primary; a stream matches only streams above it.</summary>
    public IReadOnlyList<StreamPolicy> Streams { get; init; } = [];

    /// <summary>Matching rules, one entry for each stream but the first. A missing entry is reported as "needs rules".</summary>
    public IReadOnlyList<StreamMatching> Matching { get; init; } = [];

    /// <summary>The matcher, which joins by evidence what the rules leave apart; null: the rules alone decide.</summary>
    public MatcherPolicy? Matcher { get; init; }

    /// <summary>What shared identifiers join, within which limits; null: identifiers join nobody, and events wait for the next run.</summary>
    public IdentityPolicy? Identity { get; init; }

    /// <summary>Custom match: pairs that always or never match, bypassed values and aliases.</summary>
    public MatchOverrides Overrides { get; init; } = new();

    /// <summary>How attributes of a profile are chosen from its records.</summary>
    public MergePolicy Merge { get; init; } = new();

    /// <summary>Clusters of their own kind over the profiles, such as households.</summary>
    public IReadOnlyList<ClusterPolicy> Clusters { get; init; } = [];
}

/// <summary>What holds inside one stream.</summary>
public sealed record StreamPolicy
{
    /// <summary>Name of the stream, case-sensitive.</summary>
    public string Stream { get; init; } = "";

    /// <summary>True (default): a record that matches nothing becomes a profile of its own. False: it is dropped.</summary>
    public bool IncludeAll { get; init; } = true;

    /// <summary>Rules that find duplicates inside the stream. All run; they are joined by OR and by transitivity.</summary>
    public IReadOnlyList<MatchRule> Deduplication { get; init; } = [];

    /// <summary>Which of several records of one person gives this stream's values. Ties go to the larger primary key.</summary>
    public WinnerPolicy Winner { get; init; } = new();

    /// <summary>
    /// Exceptions to <see cref="Winner"/> by field name. Such a field comes from the best record that has a value for it, so
    /// that the winner becomes a composite row.
    /// </summary>
    public IReadOnlyDictionary<string, WinnerPolicy> FieldWinners { get; init; } = new Dictionary<string, WinnerPolicy>(StringComparer.Ordinal);
}

/// <summary>Which record of a group of duplicates wins.</summary>
public enum WinnerKind
{
    /// <summary>The record with the most values that are neither missing nor empty text.</summary>
    MostFilled = 0,

    /// <summary>The record with the largest date or number in the given field; a record without one loses.</summary>
    MostRecent = 1,

    /// <summary>The record with the smallest date or number in the given field; a record without one loses.</summary>
    LeastRecent = 2,
}

/// <summary>A way to choose a winner, with the date or number field that the recency kinds need.</summary>
public sealed record WinnerPolicy
{
    /// <summary>Default <see cref="WinnerKind.MostFilled"/>.</summary>
    public WinnerKind Kind { get; init; }

    /// <summary>Date, time or number field of the stream; required for the recency kinds, otherwise null.</summary>
    public string? Field { get; init; }
}

/// <summary>The ordered rules that link one stream to the streams above it.</summary>
public sealed record StreamMatching
{
    /// <summary>The stream whose records look for a partner (the right side).</summary>
    public string Stream { get; init; } = "";

    /// <summary>For a given record rule n+1 runs only if rules 1 to n found nothing.</summary>
    public IReadOnlyList<MatchRule> Rules { get; init; } = [];
}

/// <summary>Conditions joined by AND. Serves deduplication and matching.</summary>
public sealed record MatchRule
{
    /// <summary>Unique within its list; stands on every edge that the rule makes.</summary>
    public string Name { get; init; } = "";

    /// <summary>False keeps the rule without running it.</summary>
    public bool Active { get; init; } = true;

    /// <summary>Earlier streams to look in (the left side). Empty: every earlier stream that has all the fields. Unused in deduplication.</summary>
    public IReadOnlyList<string> LeftStreams { get; init; } = [];

    /// <summary>At least one; all must hold.</summary>
    public IReadOnlyList<MatchCondition> Conditions { get; init; } = [];

    /// <summary>A pair for which all conditions of any one exception hold is dropped.</summary>
    public IReadOnlyList<MatchException> Exceptions { get; init; } = [];
}

/// <summary>A group of conditions, joined by AND, that takes a pair away from a rule.</summary>
public sealed record MatchException
{
    /// <summary>At least one. Here, and only here, a condition may be <see cref="MatchCondition.Differs"/>.</summary>
    public IReadOnlyList<MatchCondition> Conditions { get; init; } = [];
}

/// <summary>
/// Two fields agree when both have a value and score = 1 − d / max(length) reaches the precision. A value that is missing, or
/// empty after normalisation, never matches.
/// </summary>
public sealed record MatchCondition
{
    /// <summary>Field of the right stream, and of the left one unless <see cref="LeftField"/> is given.</summary>
    public string Field { get; init; } = "";

    /// <summary>Field of the left streams where its name differs. Not allowed in deduplication.</summary>
    public string? LeftField { get; init; }

    /// <summary>A set: they apply in the fixed order of the enumeration, whatever the order here.</summary>
    public IReadOnlyList<Normaliser> Normalisers { get; init; } = [];

    /// <summary>Default exact. Only text may be anything else.</summary>
    public Precision Precision { get; init; }

    /// <summary>0.01 to 1.00 in steps of 0.01; required with <see cref="Precision.Custom"/>, otherwise null.</summary>
    public decimal? Threshold { get; init; }

    /// <summary>In an exception: holds when both values are present and do not agree. Not allowed in a rule.</summary>
    public bool Differs { get; init; }

    /// <summary>The threshold in whole percent, 1 to 100.</summary>
    internal int Percent => Precision switch
    {
        Precision.High => 80,
        Precision.Medium => 60,
        Precision.Low => 30,
        Precision.Custom => (int)decimal.Round(Math.Clamp(Threshold ?? 1m, 0.01m, 1m) * 100m),
        _ => 100,
    };
}

/// <summary>How alike two texts must be.</summary>
public enum Precision
{
    /// <summary>Score 1.00.</summary>
    Exact = 0,

    /// <summary>Score at least 0.80.</summary>
    High = 1,

    /// <summary>Score at least 0.60.</summary>
    Medium = 2,

    /// <summary>Score at least 0.30.</summary>
    Low = 3,

    /// <summary>Score at least <see cref="MatchCondition.Threshold"/>.</summary>
    Custom = 4,
}

/// <summary>What is done to a text before it is compared; the data itself never changes. They apply in this order.</summary>
public enum Normaliser
{
    /// <summary>Unicode numeric symbols (circled, superscript, full-width, Roman numeral code points) become plain digits.</summary>
    Numerals = 0,

    /// <summary>Accents, ligatures, circled and full-width letters become ASCII.</summary>
    UnicodeToAscii = 1,

    /// <summary>Invariant lower case.</summary>
    LowerCase = 2,

    /// <summary>Digits of a telephone number; an extension and leading zeros are ignored.</summary>
    Phone = 3,

    /// <summary>Nicknames, spelling variants and titles become one form.</summary>
    Name = 4,

    /// <summary>Common parts of an address become their abbreviation (street, northwest).</summary>
    Address = 5,

    /// <summary>Legal forms and other noise words of an organisation are left out.</summary>
    Organization = 6,

    /// <summary>Words are sorted, so that "Moss Abbie" equals "Abbie Moss". Ours, not in the product it follows.</summary>
    NameOrder = 7,

    /// <summary>ASCII punctuation and special characters are stripped.</summary>
    Symbols = 8,

    /// <summary>All white space is removed.</summary>
    Whitespace = 9,

    /// <summary>Values that <see cref="MatchOverrides.Aliases"/> calls equal become one.</summary>
    Alias = 10,

    /// <summary>Values of <see cref="MatchOverrides.Bypass"/> count as missing.</summary>
    Bypass = 11,
}

/// <summary>Custom match. Overrides beat every rule.</summary>
public sealed record MatchOverrides
{
    /// <summary>Pairs of records that are one person whatever the rules say.</summary>
    public IReadOnlyList<RecordPair> Always { get; init; } = [];

    /// <summary>Pairs of records that never end up in one profile, not even through others.</summary>
    public IReadOnlyList<RecordPair> Never { get; init; } = [];

    /// <summary>Values that never match (dummy telephone numbers). Used by conditions with <see cref="Normaliser.Bypass"/>.</summary>
    public IReadOnlyList<string> Bypass { get; init; } = [];

    /// <summary>Pairs of values that are equal. Used by conditions with <see cref="Normaliser.Alias"/>; they chain.</summary>
    public IReadOnlyList<AliasPair> Aliases { get; init; } = [];
}

/// <summary>Two records by stream and primary key, both case-sensitive. The same stream twice overrides its deduplication.</summary>
public sealed record RecordPair(string Stream1, string Key1, string Stream2, string Key2);

/// <summary>Two values treated as equal.</summary>
public sealed record AliasPair(string Value, string Alias);
