using System.Text.Json;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>A field of a profile or activity type.</summary>
public sealed record FieldDocument
{
    /// <summary>text, integer, decimal, number, boolean, date, time or textList.</summary>
    public required DataType Type { get; init; }

    /// <summary>What it means: <c>person.first_name</c>, <c>contact.email</c>, <c>contact.phone</c>, <c>order.amount</c>…</summary>
    public string? SemanticType { get; init; }

    /// <summary>
    /// Whether it says who somebody is, so that it goes when people are made anonymous. If absent, what is of a semantic type of person, contact, address or
    /// identity does.
    /// </summary>
    public bool? Personal { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }
}

/// <summary>A type of profile: <c>customer</c>, <c>account</c>, <c>contact</c> or another.</summary>
public sealed record ProfileTypeDocument
{
    /// <summary>For people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Attributes by name.</summary>
    public required IReadOnlyDictionary<string, FieldDocument> Attributes { get; init; }

    /// <summary>A ready-made card: <c>contact</c> adds the attributes of a contact that are not declared here, and shows its 17 fields in their order.</summary>
    public string? Card { get; init; }

    /// <summary>The type whose profiles own those of this one: a <c>contact</c> belongs to an <c>account</c>, which is unified first.</summary>
    public BelongsToDocument? BelongsTo { get; init; }

    /// <summary>Where a profile of this type finds its parent: an account's parent account.</summary>
    public HierarchyDocument? Hierarchy { get; init; }
}

/// <summary>A type of activity: what happened, when it did, to whom.</summary>
public sealed record ActivityTypeDocument
{
    /// <summary>For people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The name of an icon, for the timeline.</summary>
    public string? Icon { get; init; }

    /// <summary>Fields by name; <c>at</c> and <c>id</c> come by themselves.</summary>
    public required IReadOnlyDictionary<string, FieldDocument> Fields { get; init; }

    /// <summary>Whether it shows that the person was active, for monthly active users. Default: true, but not for what systems tell of people: consent, reachability, list subscriptions, compliance, campaigns sent, discovery.</summary>
    public bool? Active { get; init; }
}

/// <summary>A relationship between profiles, many to one: every profile of <see cref="From"/> has at most one of <see cref="To"/>.</summary>
public sealed record RelationshipDocument
{
    /// <summary>The profile type that points.</summary>
    public required string From { get; init; }

    /// <summary>The profile type pointed at.</summary>
    public required string To { get; init; }

    /// <summary>The attribute of <see cref="From"/> that holds the reference.</summary>
    public required string Attribute { get; init; }

    /// <summary>The attribute of <see cref="To"/> that it equals.</summary>
    public required string TargetAttribute { get; init; }

    /// <summary>The name in rules: <c>account</c> in <c>account.industry</c>. The definition's own name if absent.</summary>
    public string? As { get; init; }
}

/// <summary>A configured connector run.</summary>
public sealed record SourceDocument : IConnected
{
    /// <summary>For people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The plugin's id.</summary>
    public required string Plugin { get; init; }

    /// <summary>The contribution's id within the plugin; not needed when the plugin has one connector.</summary>
    public string? Contribution { get; init; }

    /// <summary>The connection that it uses, whose settings and secrets are added to those here.</summary>
    public string? Connection { get; init; }

    /// <summary>The connector's configuration, after its schema. Secrets are <c>{"$secret":"name"}</c>.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Settings { get; init; }

    /// <summary>Streams by name, where they differ from the default (all enabled, full).</summary>
    public IReadOnlyDictionary<string, SourceStreamDocument> Streams { get; init; } = new Dictionary<string, SourceStreamDocument>(StringComparer.Ordinal);
}

/// <summary>How a stream of a source is read.</summary>
public sealed record SourceStreamDocument
{
    /// <summary>Whether it is read. Default: true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary><c>full</c> (what is not seen any more is deleted) or <c>incremental</c>. Default: full where the connector can.</summary>
    public StreamMode Mode { get; init; } = StreamMode.Full;
}

/// <summary>How a stream is read.</summary>
public enum StreamMode
{
    /// <summary>Everything each time; what is not seen any more is deleted.</summary>
    Full,

    /// <summary>What was added or changed; only explicit deletes delete.</summary>
    Incremental,
}

/// <summary>What the records of a stream are: profiles or activities. Named after the stream, <c>crm.contacts</c>.</summary>
public sealed record MappingDocument
{
    /// <summary>The records are people, accounts or the like.</summary>
    public ProfileMapping? Profile { get; init; }

    /// <summary>The records are things that happened.</summary>
    public ActivityMapping? Activity { get; init; }
}

/// <summary>Records as profiles.</summary>
public sealed record ProfileMapping
{
    /// <summary>The profile type.</summary>
    public required string Type { get; init; }

    /// <summary>Attribute by expression over the record: <c>"email": "lower(EMail)"</c>. A column with unusual characters is quoted with backticks.</summary>
    public required IReadOnlyDictionary<string, string> Fields { get; init; }
}

/// <summary>Records as activities.</summary>
public sealed record ActivityMapping
{
    /// <summary>The activity type.</summary>
    public required string Type { get; init; }

    /// <summary>An expression that gives the time; a date counts as its midnight in UTC.</summary>
    public required string At { get; init; }

    /// <summary>Whose it is.</summary>
    public ActivityLink? Link { get; init; }

    /// <summary>Whose it is where it carries no key: the one person whose attributes are those of the record.</summary>
    public ActivityMatch? Match { get; init; }

    /// <summary>Who else takes part, in which role: on their timelines it stands too. Measures and rules count it for its owner alone.</summary>
    public IReadOnlyList<ParticipantLink>? Participants { get; init; }

    /// <summary>Field by expression over the record.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>A condition over the record; records that do not hold it give no activity.</summary>
    public string? Filter { get; init; }
}

/// <summary>The record that an activity belongs to.</summary>
public sealed record ActivityLink
{
    /// <summary>A stream mapped to profiles.</summary>
    public required string Stream { get; init; }

    /// <summary>An expression that gives the key of a record there.</summary>
    public required string Key { get; init; }
}

/// <summary>By which attributes an activity without a key finds its person.</summary>
public sealed record ActivityMatch
{
    /// <summary>The profile type.</summary>
    public required string Type { get; init; }

    /// <summary>Attribute by expression over the record; all of them must be equal, capitals, accents, spaces and signs aside: <c>{"last_name": "Name", "postcode": "Zip"}</c>.</summary>
    public required IReadOnlyDictionary<string, string> On { get; init; }
}

/// <summary>Somebody who takes part in an activity.</summary>
public sealed record ParticipantLink
{
    /// <summary>As what: <c>recipient</c>, <c>attendee</c>.</summary>
    public required string Role { get; init; }

    /// <summary>A stream mapped to profiles.</summary>
    public required string Stream { get; init; }

    /// <summary>An expression that gives the key of a record there, or a list of keys.</summary>
    public required string Key { get; init; }
}

/// <summary>A named expression: per profile (an attribute), or of the business (a number by dimensions).</summary>
public sealed record MeasureDocument
{
    /// <summary>For people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>The profile type. Default: customer.</summary>
    public string ProfileType { get; init; } = "customer";

    /// <summary>True for a measure over all profiles, which may end in <c>by …</c>.</summary>
    public bool Business { get; init; }

    /// <summary>The expression; required unless <see cref="Engagement"/> is given.</summary>
    public string Expression { get; init; } = "";

    /// <summary>Measures per profile: an engagement score in place of an expression.</summary>
    public EngagementDocument? Engagement { get; init; }

    /// <summary>Business measures: a condition over the profile; those for whom it does not hold are left out. Default: everyone counts.</summary>
    public string? Filter { get; init; }

    /// <summary>Business measures: divides by the time of the activities; it becomes the last dimension. Default: none.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)]
    public Core.Rules.TimeBucket Bucket { get; init; }

    /// <summary>Business measures: the time zone of buckets and calendar days, an IANA name. Default: UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Business measures: true computes the value over all rows together, too.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)]
    public bool Total { get; init; }

    /// <summary>Business measures: false, and it is not computed and keeps the rows that it has. Default: true.</summary>
    public bool? Active { get; init; }
}

/// <summary>A plugin and a mapping that bring a segment's members to a target.</summary>
public sealed record ExportDocument : IConnected
{
    /// <summary>For people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The plugin's id.</summary>
    public required string Plugin { get; init; }

    /// <summary>The contribution's id within the plugin; not needed when the plugin has one export.</summary>
    public string? Contribution { get; init; }

    /// <summary>The connection that it uses, whose settings and secrets are added to those here.</summary>
    public string? Connection { get; init; }

    /// <summary>The target's configuration, after its schema.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Settings { get; init; }

    /// <summary>The segment.</summary>
    public required string Segment { get; init; }

    /// <summary>What is exported, in order.</summary>
    public required IReadOnlyList<ExportField> Fields { get; init; }

    /// <summary>What it is for: a purpose of the consent settings. Who has not consented to it is left out. Default: that of the segment.</summary>
    public string? Purpose { get; init; }

    /// <summary>The channel over which the target messages people; needed where the purpose needs consent.</summary>
    public string? Channel { get; init; }

    /// <summary>Whether it runs after each refresh. Default: true, where there is no schedule.</summary>
    public bool AfterRefresh { get; init; } = true;

    /// <summary>When it runs, if not after each refresh: by a cron expression, or when it is asked.</summary>
    public SegmentScheduleDocument? Schedule { get; init; }
}

/// <summary>A field of an export, or one that a segment brings with its members.</summary>
public sealed record ExportField
{
    /// <summary>The name at the target, or in the list of members.</summary>
    public required string Name { get; init; }

    /// <summary>An attribute, a measure, or any expression over the profile; <see cref="Name"/> itself if absent. <c>profile_id</c> is the profile's id.</summary>
    public string? Expression { get; init; }
}
