using System.Text.Json;
using CustomerInsights.Core.Model;
using CustomerInsights.Plugins.Schema;
using StoredField = CustomerInsights.Storage.Records.StreamField;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>An event source, checked.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Document">What defines it.</param>
/// <param name="Schemas">The properties' schemas by event, compiled.</param>
internal sealed record EventSourceModel(string Name, EventSourceDocument Document, IReadOnlyDictionary<string, JsonSchema> Schemas)
{
    /// <summary>The stream of its identities: a record each for <c>user_id/42</c> and <c>anonymous_id/7f3…</c>, with the traits that they were given.</summary>
    public string Identities => EventSources.Identities(Name);

    /// <summary>The stream that its activities come from; it has no records, and no mapping.</summary>
    public string Activities => EventSources.Activities(Name);
}

/// <summary>Reads and checks event sources.</summary>
internal static class EventSources
{
    public const string UserId = "user_id";
    public const string AnonymousId = "anonymous_id";

    private static readonly Dictionary<string, DataType> Reserved = new(StringComparer.Ordinal)
    {
        ["email"] = DataType.Text,
        ["phone"] = DataType.Text,
        ["name"] = DataType.Text,
        ["firstName"] = DataType.Text,
        ["lastName"] = DataType.Text,
        ["username"] = DataType.Text,
        ["title"] = DataType.Text,
        ["gender"] = DataType.Text,
        ["age"] = DataType.Integer,
        ["avatar"] = DataType.Text,
        ["birthday"] = DataType.Date,
        ["company_name"] = DataType.Text,
        ["createdAt"] = DataType.Time,
        ["description"] = DataType.Text,
        ["website"] = DataType.Text,
        ["address_street"] = DataType.Text,
        ["address_city"] = DataType.Text,
        ["address_state"] = DataType.Text,
        ["address_postalCode"] = DataType.Text,
        ["address_country"] = DataType.Text,
    };

    public static string Identities(string source) => source + ".identities";

    public static string Activities(string source) => source + ".events";

    /// <summary>The stream of its visitors' sessions; it has no records, and no mapping.</summary>
    public static string Sessions(string source) => source + ".sessions";

    /// <summary>The traits that a mapping sees.</summary>
    public static IReadOnlyDictionary<string, DataType> Traits(EventSourceDocument document) => document.Traits ?? Reserved;

    /// <summary>The source's streams, which are there from its definition on.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<StoredField>> Streams(string name, EventSourceDocument document) =>
        new Dictionary<string, IReadOnlyList<StoredField>>(StringComparer.Ordinal)
        {
            [Identities(name)] =
            [
                new(UserId, DataType.Text), new(AnonymousId, DataType.Text),
                .. Traits(document).Where(trait => trait.Key is not (UserId or AnonymousId)).Select(trait => new StoredField(trait.Key, trait.Value)),
            ],
            [Activities(name)] = [],
            [Sessions(name)] = [],
        };

    /// <summary>The activity type that an event of no other name becomes: its name in lower case, with underscores.</summary>
    public static string TypeOf(string eventName)
    {
        var letters = eventName.Trim().Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '_').ToArray();
        var type = string.Join('_', new string(letters).Split('_', StringSplitOptions.RemoveEmptyEntries));
        return type.Length == 0 ? "event" : char.IsAsciiLetter(type[0]) ? type[..Math.Min(type.Length, 100)] : "event_" + type[..Math.Min(type.Length, 90)];
    }

    public static Dictionary<string, EventSourceModel> Build(ModelBuilder builder, IReadOnlyDictionary<string, SourceDocument> sources)
    {
        var result = new Dictionary<string, EventSourceModel>(StringComparer.Ordinal);
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, document) in builder.Read<EventSourceDocument>(DefinitionKinds.EventSource))
        {
            var before = builder.FaultCount;
            void Fault(string pointer, string code, string message) => builder.Fault(DefinitionKinds.EventSource, name, pointer, code, message);

            if (name.Contains('.', StringComparison.Ordinal) || sources.ContainsKey(name))
            {
                Fault("", "name", sources.ContainsKey(name) ? $"There is a source '{name}'; call the event source something else." : "The name of an event source has no point, since its streams are called source.stream.");
            }

            if (document.WriteKey.Length is < 16 or > 100 || !document.WriteKey.All(char.IsAsciiLetterOrDigit))
            {
                Fault("/writeKey", "key", "A write key has 16 to 100 letters and digits.");
            }
            else if (!keys.TryAdd(document.WriteKey, name))
            {
                Fault("/writeKey", "duplicate", $"The event source '{keys[document.WriteKey]}' has this write key; an event could not be told whose it is.");
            }

            foreach (var trait in (document.Traits ?? Reserved).Keys.Where(trait => !Names.IsField(trait)))
            {
                Fault($"/traits/{Names.Escape(trait)}", "name", $"'{trait}' is not a name; use 1 to 100 letters, digits and _, beginning with a letter.");
            }

            foreach (var (origin, i) in (document.Origins ?? []).Select((origin, i) => (origin, i)))
            {
                if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.GetLeftPart(UriPartial.Authority) != origin)
                {
                    Fault($"/origins/{i}", "origin", $"'{origin}' is no origin; give scheme and host, https://shop.example.");
                }
            }

            var schemas = new Dictionary<string, JsonSchema>(StringComparer.Ordinal);
            foreach (var (eventName, plan) in document.Events)
            {
                Check(builder, name, eventName, plan, schemas);
            }

            if (builder.FaultCount == before)
            {
                result[name] = new EventSourceModel(name, document, schemas);
            }
        }

        return result;
    }

    private static void Check(ModelBuilder builder, string name, string eventName, EventDocument plan, Dictionary<string, JsonSchema> schemas)
    {
        var place = $"/events/{Names.Escape(eventName)}";
        if (plan.Activity is not null || plan.Fields.Count > 0)
        {
            var asked = plan.Activity ?? TypeOf(eventName);
            if (builder.Known(DefinitionKinds.EventSource, name, $"{place}/activity", asked, builder.ActivityTypes, "activity type") is { } type)
            {
                foreach (var field in plan.Fields.Keys)
                {
                    builder.Known(DefinitionKinds.EventSource, name, $"{place}/fields/{Names.Escape(field)}", field, type.Fields, "field", asked);
                }
            }
        }

        if (plan.Schema is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } schema)
        {
            try
            {
                schemas[eventName] = JsonSchema.Load(schema.GetRawText());
            }
            catch (SchemaException error)
            {
                builder.Fault(DefinitionKinds.EventSource, name, $"{place}/schema", "schema", $"This is no JSON schema that can be used: {error.Message}");
            }
        }
    }
}
