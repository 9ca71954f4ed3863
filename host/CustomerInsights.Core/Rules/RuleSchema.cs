using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>What the names in a rule mean: the metadata of one profile type, or the fields of a source record.</summary>
/// <remarks>
/// The dictionaries are read while binding and never changed. Two profile types that refer to each other are built by
/// filling the dictionary given as <see cref="Relationships"/> afterwards.
/// </remarks>
public sealed class RuleSchema
{
    /// <summary>Attributes by name; a namespace is part of the name (<c>office365.engagement_score</c>).</summary>
    public IReadOnlyDictionary<string, DataType> Attributes { get; init; } = new Dictionary<string, DataType>();

    /// <summary>The schema of the profile type at the other end of a relationship, by the relationship's name.</summary>
    public IReadOnlyDictionary<string, RuleSchema> Relationships { get; init; } = new Dictionary<string, RuleSchema>();

    /// <summary>
    /// The fields of each activity type. Every type also has <c>at</c> (time) and <c>id</c> (text); these two need not be
    /// listed and cannot be given another type.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, DataType>> Activities { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, DataType>>();

    /// <summary>The segments there are; null when any name is to be accepted.</summary>
    public IReadOnlySet<string>? Segments { get; init; }

    /// <summary>The channels there are; null when any name is to be accepted.</summary>
    public IReadOnlySet<string>? Channels { get; init; }

    // `at` and `id` are fields of every activity, listed or not.
    internal RuleType? FieldType(string activity, string field) => field switch
    {
        "at" => RuleType.Time,
        "id" => RuleType.Text,
        _ => Activities.TryGetValue(activity, out var fields) && fields.TryGetValue(field, out var type) ? (RuleType)type : null,
    };
}

/// <summary>What a rule is for, which decides what it may be.</summary>
public enum RuleUse
{
    /// <summary>Segment, source filter, export filter, match condition: must be Boolean.</summary>
    Condition,

    /// <summary>Measure per profile, computed attribute, mapped field: any one value.</summary>
    Value,

    /// <summary>Measure over all profiles: aggregates, and perhaps <c>by</c>.</summary>
    BusinessMeasure,
}

/// <summary>What came of binding a rule: a rule that can be run, or errors.</summary>
public sealed class BindResult
{
    internal BindResult(BoundRule? rule, IReadOnlyList<RuleError> errors)
    {
        Rule = rule;
        Errors = errors;
    }

    /// <summary>The rule; null when there are errors.</summary>
    public BoundRule? Rule { get; }

    /// <summary>All errors, in the order of their places.</summary>
    public IReadOnlyList<RuleError> Errors { get; }
}

/// <summary>An attribute across one or more relationships.</summary>
/// <param name="Path">The relationships, from the profile on.</param>
/// <param name="Attribute">The attribute of the last profile.</param>
public sealed record RelatedAttribute(NodeList<string> Path, string Attribute)
{
    /// <summary><c>account.industry</c></summary>
    public override string ToString() => $"{string.Join('.', Path)}.{Attribute}";
}

/// <summary>What a rule reads. All lists are sorted by ordinal and without repetition.</summary>
/// <param name="Attributes">Attributes of the profile.</param>
/// <param name="RelatedAttributes">Attributes of other profiles.</param>
/// <param name="Activities">The fields read of each activity type; empty when only their number or presence counts.
/// <c>at</c> and <c>id</c> are listed when the rule names them.</param>
/// <param name="Segments">Segments asked for.</param>
/// <param name="Channels">Channels asked for.</param>
/// <param name="TimeDependent">The answer can change although no data does.</param>
/// <param name="Population">The rule needs the ranks of all profiles (<c>percentile_rank</c>).</param>
public sealed record RuleDependencies(
    IReadOnlyList<string> Attributes,
    IReadOnlyList<RelatedAttribute> RelatedAttributes,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Activities,
    IReadOnlyList<string> Segments,
    IReadOnlyList<string> Channels,
    bool TimeDependent,
    bool Population);
