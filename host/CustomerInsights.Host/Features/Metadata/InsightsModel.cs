using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>All metadata of one moment, checked and compiled: what the pipeline runs on. Immutable.</summary>
internal sealed class InsightsModel
{
    public required IReadOnlyDictionary<string, ProfileTypeModel> ProfileTypes { get; init; }

    public required IReadOnlyDictionary<string, ActivityTypeDocument> ActivityTypes { get; init; }

    /// <summary>By name, their settings with those of their connections.</summary>
    public required IReadOnlyDictionary<string, SourceDocument> Sources { get; init; }

    /// <summary>By name.</summary>
    public required IReadOnlyDictionary<string, EventSourceModel> EventSources { get; init; }

    /// <summary>By stream. Only those whose stream is known and which bind.</summary>
    public required IReadOnlyDictionary<string, MappingModel> Mappings { get; init; }

    /// <summary>By profile type.</summary>
    public required IReadOnlyDictionary<string, UnificationModel> Unification { get; init; }

    /// <summary>Every profile type with a policy, usable or not: a broken one must fail its job, not vanish from the refresh.</summary>
    public required IReadOnlyList<string> UnificationNames { get; init; }

    /// <summary>In the order in which they can be computed.</summary>
    public required IReadOnlyList<MeasureModel> Measures { get; init; }

    /// <summary>In the order in which they can be computed.</summary>
    public required IReadOnlyList<SegmentModel> Segments { get; init; }

    /// <summary>What profiles point at: accounts and parents. At most one of each kind for a profile type.</summary>
    public required IReadOnlyList<LinkModel> Links { get; init; }

    /// <summary>Channels, purposes, and who can be reached.</summary>
    public required ConsentModel Consent { get; init; }

    public required IReadOnlyDictionary<string, ExportModel> Exports { get; init; }

    /// <summary>By name. Only those whose plugin has described itself and which bind.</summary>
    public required IReadOnlyDictionary<string, EnrichmentModel> Enrichments { get; init; }

    /// <summary>Cards that are defined, and one for each profile type without.</summary>
    public required IReadOnlyList<CardModel> Cards { get; init; }

    /// <summary>The rule schemas by profile type: attributes, measures, relationships, activities, segments.</summary>
    public required IReadOnlyDictionary<string, RuleSchema> Schemas { get; init; }

    /// <summary>Everything that is wrong; what is wrong is left out of the lists above.</summary>
    public required IReadOnlyList<DefinitionFault> Faults { get; init; }
}

/// <summary>A profile type with the relationships that start at it.</summary>
internal sealed record ProfileTypeModel(string Name, ProfileTypeDocument Document, IReadOnlyDictionary<string, RelationshipDocument> Relationships);

/// <summary>A mapping, compiled. Exactly one of the two is there.</summary>
internal sealed record MappingModel(string Stream, ProfileMappingModel? Profile, ActivityMappingModel? Activity, string Fingerprint);

internal sealed record ProfileMappingModel(string Type, IReadOnlyList<MappedField> Fields);

internal sealed record ActivityMappingModel(string Type, BoundRule At, string? LinkStream, BoundRule? LinkKey, IReadOnlyList<MappedField> Fields, BoundRule? Filter)
{
    /// <summary>By which attributes one without a key finds its person; null when it does not.</summary>
    public Activities.MatchModel? Match { get; init; }

    /// <summary>Who else takes part.</summary>
    public IReadOnlyList<(string Role, string Stream, BoundRule Key)> Participants { get; init; } = [];
}

/// <summary>A field filled by an expression.</summary>
internal sealed record MappedField(string Name, DataType Type, BoundRule Rule);

internal sealed record UnificationModel(string ProfileType, UnificationPolicy Policy, IReadOnlyList<StreamSchema> Streams)
{
    /// <summary>The clusters that a run makes, with their rules.</summary>
    public IReadOnlyList<ClusterModel> Clusters { get; init; } = [];
}

/// <summary>A measure, compiled. The rule of a business measure holds its filter and its time bucket.</summary>
internal sealed record MeasureModel(string Name, MeasureDocument Document, BoundRule Rule)
{
    /// <summary>The measure over all its rows together; null where none is asked for or it has no dimensions.</summary>
    public BoundRule? Total { get; init; }

    /// <summary>The zone of calendar days.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>How it is scored, for an engagement score. Its rule reads what the score reads and gives nothing.</summary>
    public Core.Statistics.EngagementModel? Engagement { get; init; }

    /// <summary>Whether it is computed; one that is not keeps its rows.</summary>
    public bool IsActive => Document.Active != false;
}

/// <summary>A segment, compiled. One whose members come from a list alone has the rule <c>false</c>.</summary>
internal sealed record SegmentModel(string Name, SegmentDocument Document, BoundRule Rule, TimeZoneInfo Zone)
{
    /// <summary>The rule without the consent that its purpose asks for; null where its purpose asks for none.</summary>
    public BoundRule? WithoutConsent { get; init; }

    /// <summary>What comes with each member.</summary>
    public IReadOnlyList<MappedField> Projected { get; init; } = [];

    /// <summary>When it is computed, where the clock says so.</summary>
    public Platform.CronSchedule? Cron { get; init; }

    public bool IsStatic => Document.Kind == SegmentKind.Static;

    /// <summary>False for one whose members come from a list alone.</summary>
    public bool HasRule => Document.Rule is not null || Document.Combine is not null;

    /// <summary>Whether it is computed at all at a moment; one that is not keeps its members.</summary>
    public bool IsActiveAt(DateTimeOffset now) =>
        Document.Active != false && !(now < Document.ActivateAt) && !(now >= Document.DeactivateAt);

    /// <summary>Whether its members follow every refresh, and every other answer of now; those of another are as they are stored.</summary>
    public bool FollowsAt(DateTimeOffset now) => !IsStatic && IsActiveAt(now) && (Document.Schedule?.Effective ?? SegmentRun.Refresh) == SegmentRun.Refresh;
}

internal sealed record ExportModel(string Name, ExportDocument Document, string ProfileType, IReadOnlyList<MappedField> Fields)
{
    /// <summary>What it is for: its own purpose, else that of its segment; null where neither has one, and everybody is exported.</summary>
    public PurposeDocument? Purpose { get; init; }

    /// <summary>When the clock runs it; null where it does not.</summary>
    public Platform.CronSchedule? Cron { get; init; }

    /// <summary>Whether it runs after each refresh.</summary>
    public bool AfterRefresh => Document.Schedule is { } schedule ? schedule.Effective == SegmentRun.Refresh : Document.AfterRefresh;
}
