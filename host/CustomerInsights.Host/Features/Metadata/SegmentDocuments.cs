using System.Text.Json.Serialization;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>A named rule and its members. The members come from <see cref="Rule"/>, from <see cref="Combine"/>, or, for a static one without either, from a list that is sent.</summary>
public sealed record SegmentDocument
{
    /// <summary>For people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>The profile type. Default: customer.</summary>
    public string ProfileType { get; init; } = "customer";

    /// <summary><c>dynamic</c> (members follow the rule) or <c>static</c> (members change only when somebody asks). Default: dynamic.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SegmentKind Kind { get; init; }

    /// <summary>The rule.</summary>
    public string? Rule { get; init; }

    /// <summary>Set operations over other segments, one after the other, instead of a rule: 1 to 50.</summary>
    public IReadOnlyList<SetStepDocument>? Combine { get; init; }

    /// <summary>What its members are used for: a purpose of the consent settings. Exports of it leave out who has not consented. Default: none.</summary>
    public string? Purpose { get; init; }

    /// <summary>The channel to which the consent belongs. With a purpose that needs consent, members are those alone whom the channel reaches. Default: none, and exports leave the others out.</summary>
    public string? Channel { get; init; }

    /// <summary>The time zone of calendar days in the rule, an IANA name. Default: UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>What comes with each member in lists and files: attributes, or expressions over the profile. At most 100.</summary>
    public IReadOnlyList<ExportField>? Project { get; init; }

    /// <summary>When it is computed. Default: with every refresh.</summary>
    public SegmentScheduleDocument? Schedule { get; init; }

    /// <summary>False: it is not computed, and keeps the members that it has. Default: true.</summary>
    public bool? Active { get; init; }

    /// <summary>It is inactive before this moment.</summary>
    public DateTimeOffset? ActivateAt { get; init; }

    /// <summary>It is inactive from this moment on.</summary>
    public DateTimeOffset? DeactivateAt { get; init; }

    /// <summary>True: it never becomes inactive for want of use. Default: false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Keep { get; init; }
}

/// <summary>Whether members follow a rule.</summary>
public enum SegmentKind
{
    /// <summary>Members follow the rule.</summary>
    Dynamic,

    /// <summary>Members change only when somebody asks.</summary>
    Static,
}

/// <summary>A step of set operations: what is done with the members so far and those of a segment.</summary>
public sealed record SetStepDocument
{
    /// <summary>union, intersect or except. The first step has none, or union.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SetOperation Do { get; init; }

    /// <summary>The segment.</summary>
    public required string Segment { get; init; }
}

/// <summary>What is done with two sets.</summary>
public enum SetOperation
{
    /// <summary>Who is in the one or the other.</summary>
    Union,

    /// <summary>Who is in both.</summary>
    Intersect,

    /// <summary>Who is in the first and not in the second.</summary>
    Except,
}

/// <summary>When a segment is computed.</summary>
public sealed record SegmentScheduleDocument
{
    /// <summary>refresh, cron or manual. Default: refresh; with a cron expression, cron.</summary>
    public SegmentRun? Run { get; init; }

    /// <summary>For cron: minute, hour, day of month, month, day of week, such as <c>0 6 * * MON</c>.</summary>
    public string? Cron { get; init; }

    /// <summary>The time zone of the cron expression, an IANA name. Default: UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>What holds.</summary>
    [JsonIgnore]
    public SegmentRun Effective => Run ?? (Cron is null ? SegmentRun.Refresh : SegmentRun.Cron);
}

/// <summary>What makes a segment be computed.</summary>
public enum SegmentRun
{
    /// <summary>Every refresh.</summary>
    Refresh,

    /// <summary>The clock.</summary>
    Cron,

    /// <summary>Somebody who asks.</summary>
    Manual,
}
