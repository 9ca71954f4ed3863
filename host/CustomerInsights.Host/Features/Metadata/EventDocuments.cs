using System.Text.Json;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>A site, app or service that posts events. Who it tells of are the records of the stream <c>name.identities</c>, which a mapping makes profiles of.</summary>
public sealed record EventSourceDocument
{
    /// <summary>For people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>What the SDKs call the write key: 16 to 100 letters and digits. It stands in web pages, so it is no secret: it may post events and nothing else.</summary>
    public required string WriteKey { get; init; }

    /// <summary>Whether events are taken. Default: true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// Traits by name with their types, as a mapping of <c>name.identities</c> sees them, beside <c>user_id</c> and <c>anonymous_id</c>. A trait inside an
    /// object is named with an underscore, <c>address_city</c>. Default: the traits that the Segment specification reserves.
    /// </summary>
    public IReadOnlyDictionary<string, DataType>? Traits { get; init; }

    /// <summary>Events by name: that of a track call; <c>page</c>, <c>screen</c> and <c>group</c> are those calls.</summary>
    public IReadOnlyDictionary<string, EventDocument> Events { get; init; } = new Dictionary<string, EventDocument>(StringComparer.Ordinal);

    /// <summary>What becomes of an event that <see cref="Events"/> does not name. Default: it is accepted.</summary>
    public UnplannedEvents Unplanned { get; init; } = UnplannedEvents.Accept;

    /// <summary>Sites whose pages may post: <c>https://shop.example</c>. Default: all.</summary>
    public IReadOnlyList<string>? Origins { get; init; }
}

/// <summary>What becomes of an event that the plan does not name.</summary>
public enum UnplannedEvents
{
    /// <summary>It becomes an activity of the type that its name gives.</summary>
    Accept,

    /// <summary>As accepted, and counted with samples.</summary>
    Warn,

    /// <summary>It is rejected, counted with samples.</summary>
    Refuse,
}

/// <summary>What becomes of an event, or of its properties, that do not fit their schema.</summary>
public enum SchemaViolation
{
    /// <summary>Counted with samples; the event is taken as it is.</summary>
    Warn,

    /// <summary>The properties that do not fit are left out, and counted with samples.</summary>
    Omit,

    /// <summary>The event is rejected, counted with samples.</summary>
    Block,
}

/// <summary>An event of a source's plan.</summary>
public sealed record EventDocument
{
    /// <summary>The activity type that it becomes. Default: its name in lower case with underscores, <c>order_completed</c>.</summary>
    public string? Activity { get; init; }

    /// <summary>
    /// Field of the activity by the place of its value: <c>total</c> is <c>properties.total</c>; <c>context.page.url</c> looks into the context. A field that
    /// is not named takes the property of its own name.
    /// </summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>A JSON schema (2020-12) of the properties.</summary>
    public JsonElement? Schema { get; init; }

    /// <summary>What becomes of what does not fit the schema. Default: it is counted.</summary>
    public SchemaViolation OnViolation { get; init; } = SchemaViolation.Warn;
}
