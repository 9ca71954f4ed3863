using System.Text.Json;
using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.Events.Plans;

/// <summary>What a source's plan says of an event.</summary>
/// <param name="Refused">Why it is not taken; null when it is.</param>
/// <param name="Rule">The rule that was met: <c>unplanned</c> or <c>schema</c>; null for none.</param>
/// <param name="Note">What does not fit, where the event is taken all the same.</param>
/// <param name="Omitted">Properties that are left out.</param>
internal sealed record PlannedEvent(string? Refused, string? Rule, string? Note, IReadOnlySet<string> Omitted)
{
    private static readonly HashSet<string> s_none = [];

    public static PlannedEvent Fits { get; } = new(null, null, null, s_none);

    public static PlannedEvent Refuse(string rule, string why) => new(why, rule, null, s_none);

    public static PlannedEvent Warn(string rule, string note, IReadOnlySet<string>? omitted = null) => new(null, rule, note, omitted ?? s_none);
}

/// <summary>Holds events against their source's plan.</summary>
internal static class EventPlan
{
    private const int MostProblems = 5;

    private static readonly JsonElement s_empty = JsonDocument.Parse("{}").RootElement.Clone();

    /// <summary>The name by which a plan knows an event: that of a track call, else the call.</summary>
    public static string NameOf(EventEnvelope envelope) =>
        envelope.Kind == "track" && envelope.Event.TryGetProperty("event"u8, out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()! : envelope.Kind;

    /// <summary>What the plan says of an event.</summary>
    public static PlannedEvent Check(EventSourceModel source, EventEnvelope envelope)
    {
        if (envelope.Kind is "identify" or "alias")
        {
            return PlannedEvent.Fits;
        }

        var name = NameOf(envelope);
        if (!source.Document.Events.TryGetValue(name, out var plan))
        {
            return source.Document.Unplanned switch
            {
                UnplannedEvents.Refuse => PlannedEvent.Refuse("unplanned", $"The source's plan has no event '{name}'."),
                UnplannedEvents.Warn => PlannedEvent.Warn("unplanned", $"The source's plan has no event '{name}'."),
                _ => PlannedEvent.Fits,
            };
        }

        if (!source.Schemas.TryGetValue(name, out var schema))
        {
            return PlannedEvent.Fits;
        }

        var given = envelope.Event.TryGetProperty("properties"u8, out var properties) && properties.ValueKind == JsonValueKind.Object ? properties : s_empty;
        var problems = schema.Validate(given).Where(problem => !problem.IsWarning).ToList();
        if (problems.Count == 0)
        {
            return PlannedEvent.Fits;
        }

        var told = string.Join(' ', problems.Take(MostProblems).Select(problem => problem.ToString()));
        return plan.OnViolation switch
        {
            SchemaViolation.Block => PlannedEvent.Refuse("schema", told),
            SchemaViolation.Omit => PlannedEvent.Warn("schema", told, problems.SelectMany(problem => Properties(problem.Pointer, given)).ToHashSet(StringComparer.Ordinal)),
            _ => PlannedEvent.Warn("schema", told),
        };
    }

    // The property that does not fit, whole: half of one would be something that nobody sent. What is missing cannot be left out.
    private static IEnumerable<string> Properties(string pointer, JsonElement given)
    {
        if (pointer.Length > 1)
        {
            var step = pointer[1..].Split('/')[0].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (given.TryGetProperty(step, out _))
            {
                yield return step;
            }
        }
    }
}
