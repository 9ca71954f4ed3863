using System.Text.Json;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Events.Plans;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Events.Projecting;

/// <summary>What an event of the log says: whom it tells of, when it happened, what becomes of it. Pure.</summary>
internal sealed class EventReading(InsightsModel model)
{
    private const int MostTraits = 300;
    private const int MostFields = 100;
    private const int MostDepth = 4;

    /// <summary>A clock that runs fast is forgiven so much; what claims to be later happened when it came.</summary>
    private static readonly TimeSpan s_ahead = TimeSpan.FromMinutes(5);

    /// <summary>An event that claims to be older is wrong about it.</summary>
    private static readonly TimeSpan s_oldest = TimeSpan.FromDays(3653);

    /// <summary>The event, read; null when its source is gone.</summary>
    public ProjectedEvent? Read(LoggedEvent logged)
    {
        var envelope = EventEnvelope.Read(logged.Body);
        if (!model.EventSources.TryGetValue(envelope.Source, out var source))
        {
            return null;
        }

        var read = new ProjectedEvent(logged.Position, logged.ReceivedAt, envelope.Source, envelope.Kind, Text(envelope.Event, "messageId") ?? "") { ProfileType = model.Mappings.GetValueOrDefault(source.Identities)?.Profile?.Type ?? "customer" };
        if (envelope.Refused is { } refused)
        {
            return read with { Refused = refused, Rule = "form" };
        }

        var notes = new List<string>();
        var (at, late) = At(envelope, logged.ReceivedAt, notes);
        if (late)
        {
            return read with { Refused = "It is said to have happened more than ten years before it came.", Rule = "time" };
        }

        var plan = EventPlan.Check(source, envelope);
        if (plan.Refused is not null)
        {
            return read with { Refused = plan.Refused, Rule = plan.Rule };
        }

        if (plan.Note is not null)
        {
            notes.Add(plan.Note);
        }

        var (identities, rule) = Identities(envelope, notes);
        return identities.Count == 0
            ? read with { Refused = "Its ids stand for nobody.", Rule = "blocked", Note = Note(notes) }
            : Made(read with { At = at, Identities = identities, EdgeRule = $"{rule}:{envelope.Source}", Rule = plan.Rule }, envelope, source, plan, notes);
    }

    private ProjectedEvent Made(ProjectedEvent read, EventEnvelope envelope, EventSourceModel source, PlannedEvent plan, List<string> notes)
    {
        var traits = Traits(envelope, source, notes);
        read = read with { Seen = [.. Seen(traits)] };
        if (envelope.Kind is "identify" or "alias")
        {
            return read with { Traits = traits, Note = Note(notes) };
        }

        var name = EventPlan.NameOf(envelope);
        var planned = source.Document.Events.GetValueOrDefault(name);
        var type = planned?.Activity ?? EventSources.TypeOf(name);
        return read with { Traits = traits, ActivityType = type, Document = Fields(envelope, type, planned, plan.Omitted, notes), View = PageViews.Of(envelope, read), Note = Note(notes) };
    }

    // The sender's clock may be wrong; how long the event waited at the sender is not. So the time of receipt, less that wait.
    private static (DateTimeOffset At, bool Late) At(EventEnvelope envelope, DateTimeOffset received, List<string> notes)
    {
        var said = Time(envelope.Event, "originalTimestamp") ?? Time(envelope.Event, "timestamp");
        var at = said is { } own && envelope.SentAt is { } sent ? Corrected(received, sent - own) ?? own : said ?? received;
        if (at > received + s_ahead)
        {
            notes.Add("It was said to be in the future; it counts as of when it came.");
            at = received;
        }

        return (at, at < received - s_oldest);
    }

    private static DateTimeOffset? Corrected(DateTimeOffset received, TimeSpan waited) =>
        waited < TimeSpan.FromDays(36_500) && waited > TimeSpan.FromDays(-36_500) ? received - waited : null;

    private static (List<EventIdentity> Identities, string Rule) Identities(EventEnvelope envelope, List<string> notes)
    {
        var found = new List<EventIdentity>();
        void Add(string type, string name)
        {
            if (Text(envelope.Event, name) is not { } value || value.Trim().Length == 0)
            {
                return;
            }

            if (BlockedIdentities.Contains(value))
            {
                notes.Add($"'{name}' stands for nobody and is left out.");
            }
            else if (!found.Contains(new EventIdentity(type, value.Trim())))
            {
                found.Add(new EventIdentity(type, value.Trim()));
            }
        }

        Add(EventSources.UserId, "userId");
        if (envelope.Kind == "alias")
        {
            // The protocol lets it be either. Ids that SDKs give to visitors are UUIDs; those of users are the site's own.
            Add(Guid.TryParse(Text(envelope.Event, "previousId"), out _) ? EventSources.AnonymousId : EventSources.UserId, "previousId");
            return (found.Count == 2 ? found : [], "alias");
        }

        Add(EventSources.AnonymousId, "anonymousId");
        return (found, "identify");
    }

    // The traits that the protocol reserves for addresses.
    private static IEnumerable<ProfileIdentifier> Seen(IEnumerable<KeyValuePair<string, Value>> traits)
    {
        foreach (var (name, value) in traits)
        {
            if (name is "email" or "phone" && value.Type == DataType.Text && Semantics.NormaliseIdentifier(name, value.AsText()) is { Length: > 0 and <= 500 } normal)
            {
                yield return new ProfileIdentifier(name, normal);
            }
        }
    }

    private static List<KeyValuePair<string, Value>> Traits(EventEnvelope envelope, EventSourceModel source, List<string> notes)
    {
        var declared = EventSources.Traits(source.Document);
        var found = new Dictionary<string, Value>(StringComparer.Ordinal);
        var unfit = new List<string>();
        void Flatten(string prefix, JsonElement json, int depth)
        {
            foreach (var property in json.EnumerateObject())
            {
                var name = prefix + property.Name;
                if (property.Value.ValueKind == JsonValueKind.Object && depth < MostDepth && !declared.ContainsKey(name))
                {
                    Flatten(name + "_", property.Value, depth + 1);
                }
                else if (name is not (EventSources.UserId or EventSources.AnonymousId) && name.Length is > 0 and <= 100 && found.Count < MostTraits)
                {
                    var value = declared.TryGetValue(name, out var type) ? EventValues.As(property.Value, type) : EventValues.Natural(property.Value);
                    if (value.IsMissing && property.Value.ValueKind != JsonValueKind.Null)
                    {
                        unfit.Add(name);
                    }
                    else
                    {
                        found[name] = value;
                    }
                }
            }
        }

        // What a group call tells of is the group; of the person it says that it belongs there.
        if (envelope.Event.TryGetProperty("context"u8, out var context) && Part(context, "traits") is { } shared)
        {
            Flatten("", shared, 1);
        }

        if (envelope.Kind == "identify" && Part(envelope.Event, "traits") is { } own)
        {
            Flatten("", own, 1);
        }
        else if (envelope.Kind == "group" && Text(envelope.Event, "groupId") is { } group)
        {
            found["group_id"] = Value.Of(group);
        }

        if (unfit.Count > 0)
        {
            notes.Add($"Traits of another type than declared are left out: {string.Join(", ", unfit.Take(10))}.");
        }

        return [.. found];
    }

    private byte[] Fields(EventEnvelope envelope, string type, EventDocument? planned, IReadOnlySet<string> omitted, List<string> notes)
    {
        var values = new Dictionary<string, Value>(StringComparer.Ordinal);
        var properties = Part(envelope.Event, "properties");
        if (model.ActivityTypes.TryGetValue(type, out var declared))
        {
            var unfit = new List<string>();
            foreach (var (name, field) in declared.Fields)
            {
                var path = planned?.Fields.GetValueOrDefault(name);
                if (omitted.Contains(path?.Split('.')[0] ?? name) || Find(envelope, path, name) is not { ValueKind: not JsonValueKind.Null } json)
                {
                    continue;
                }

                var value = EventValues.As(json, field.Type);
                if (value.IsMissing)
                {
                    unfit.Add(name);
                }
                else
                {
                    values[name] = value;
                }
            }

            if (unfit.Count > 0)
            {
                notes.Add($"Fields that cannot be of their type are left out: {string.Join(", ", unfit.Take(10))}.");
            }
        }
        else if (properties is { } given)
        {
            foreach (var property in given.EnumerateObject().Where(property => !omitted.Contains(property.Name) && property.Name.Length is > 0 and <= 100).Take(MostFields))
            {
                if (EventValues.Natural(property.Value) is { IsMissing: false } value)
                {
                    values[property.Name] = value;
                }
            }
        }

        return ValueDocument.Write([.. values.Keys], [.. values.Values]);
    }

    // By the plan's path; else the property of the field's name, else the page's, else the event's own (a page's name).
    private static JsonElement? Find(EventEnvelope envelope, string? path, string field)
    {
        if (path is not null)
        {
            var steps = path.Split('.');
            return steps[0] is "context" or "properties" or "traits" ? Walk(envelope.Event, steps) : Walk(envelope.Event, ["properties", .. steps]);
        }

        return Walk(envelope.Event, ["properties", field]) ?? Walk(envelope.Event, ["context", "page", field])
            ?? (field is "name" or "category" ? Walk(envelope.Event, [field]) : null) ?? (field == "session_id" ? Walk(envelope.Event, ["context", "sessionId"]) : null);
    }

    private static JsonElement? Walk(JsonElement from, IReadOnlyList<string> steps)
    {
        var at = from;
        foreach (var step in steps)
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
            {
                return null;
            }
        }

        return at;
    }

    private static JsonElement? Part(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var part) && part.ValueKind == JsonValueKind.Object ? part : null;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Time(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? EventValues.Moment(value) : null;

    private static string? Note(List<string> notes) => notes.Count == 0 ? null : string.Join(' ', notes);
}
