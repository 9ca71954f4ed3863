using System.Text.Json;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>Binds enrichments: first what they write, which rules may name; then, once all else is bound, what they read and ask.</summary>
internal sealed class EnrichmentModels(ModelBuilder builder, IReadOnlyDictionary<string, EnrichmentDescription> descriptions)
{
    private const string Kind = DefinitionKinds.Enrichment;
    private readonly List<(string Name, EnrichmentDocument Document, JsonElement Own, EnrichmentDescription Description)> _described = [];

    /// <summary>Adds what enrichments write to the attributes of profile types.</summary>
    public void AddAttributes(Dictionary<string, Dictionary<string, DataType>> attributes)
    {
        foreach (var (name, document) in builder.Read<EnrichmentDocument>(Kind).OrderBy(pair => pair.Name, StringComparer.Ordinal))
        {
            if (!descriptions.TryGetValue(name, out var description))
            {
                builder.Fault(Kind, name, "/plugin", "undescribed", $"The plugin '{document.Plugin}' has not said yet what it reads and writes; save the enrichment again once the plugin is enabled.", warning: true);
            }
            else if (builder.Known(Kind, name, "/settings", description.ProfileType, attributes, "profile type") is { } own && Add(name, description, own))
            {
                _described.Add((name, document with { Settings = builder.Connected(Kind, name, document) }, document.Settings, description));
            }
        }
    }

    public Dictionary<string, EnrichmentModel> Build(IReadOnlyList<MeasureModel> measures, IReadOnlyList<SegmentModel> segments)
    {
        var asking = new ConditionModels(builder, measures);
        var byName = segments.ToDictionary(segment => segment.Name, StringComparer.Ordinal);
        var result = new Dictionary<string, EnrichmentModel>(StringComparer.Ordinal);
        foreach (var (name, document, own, description) in _described)
        {
            var before = builder.FaultCount;
            var schema = builder.Schemas[description.ProfileType];
            var reads = description.Reads.Select(field => Bind(name, field, schema)).OfType<BoundRule>().ToList();
            foreach (var activity in description.Activities)
            {
                Check(name, activity);
            }

            var conditions = asking.Bind(name, description, own, document.Settings);
            var segment = document.Segment is { } asked ? builder.Known(Kind, name, "/segment", asked, byName, "segment") : null;
            if (segment is not null && segment.Document.ProfileType != description.ProfileType)
            {
                builder.Fault(Kind, name, "/segment", "type", $"The segment '{segment.Name}' has {segment.Document.ProfileType}s as members, the enrichment is of {description.ProfileType}s.");
            }

            var purpose = builder.Consent.PurposeOf(builder, Kind, name, document.Purpose, document.Channel, segment?.Document.Purpose);
            var cron = new ScheduleBinding(builder, Kind).Bind(name, document.Schedule, out _);
            if (builder.FaultCount == before)
            {
                result[name] = new EnrichmentModel(name, document, description, reads) { Conditions = conditions, Purpose = purpose, Cron = cron };
            }
        }

        return result;
    }

    private bool Add(string name, EnrichmentDescription description, Dictionary<string, DataType> own)
    {
        var before = builder.FaultCount;
        if (builder.Relationships.GetValueOrDefault(description.ProfileType)?.ContainsKey(description.Namespace) == true
            || builder.Links.Any(link => link.From == description.ProfileType && link.As == description.Namespace))
        {
            builder.Fault(Kind, name, "/settings", "namespace", $"What it writes would be called {description.Namespace}.…, and '{description.Namespace}' is a relationship of '{description.ProfileType}'. Give it another namespace, where its settings allow it, or the relationship another name.");
        }

        foreach (var field in description.Writes.Where(field => !Names.IsField(field.Name)))
        {
            builder.Fault(Kind, name, "/plugin", "name", $"The plugin writes '{field.Name}', which is no name of an attribute: 1 to 100 letters, digits and _, beginning with a letter.");
        }

        if (_described.FirstOrDefault(other => other.Description.ProfileType == description.ProfileType && other.Description.Namespace == description.Namespace) is { Name: { } first })
        {
            builder.Fault(Kind, name, "/settings", "namespace", $"The enrichment '{first}' writes to {description.Namespace}.… of '{description.ProfileType}' already; give this one another namespace.");
        }

        if (builder.FaultCount > before)
        {
            return false;
        }

        foreach (var field in description.Writes)
        {
            own[description.Attribute(field.Name)] = field.Type;
        }

        return true;
    }

    // An attribute, a measure, or one across a relationship; not any expression: a plugin declares names.
    private BoundRule? Bind(string name, string field, RuleSchema schema)
    {
        if (field.Length > 300 || !field.Split('.').All(Names.IsField))
        {
            builder.Fault(Kind, name, "/settings", "name", $"It reads '{(field.Length > 300 ? field[..300] : field)}', which is no name of an attribute.");
            return null;
        }

        var bound = RuleBinder.Bind(field, schema, RuleUse.Value);
        foreach (var error in bound.Errors)
        {
            builder.Fault(Kind, name, "/settings", error.Code, $"It reads '{field}': {error}");
        }

        return bound.Rule;
    }

    private void Check(string name, EnrichmentDescription.Activity activity)
    {
        if (builder.Known(Kind, name, "/settings", activity.Type, builder.ActivityTypes, "activity type") is not { } type)
        {
            return;
        }

        foreach (var field in activity.Fields)
        {
            builder.Known(Kind, name, "/settings", field, type.Fields, "field", activity.Type);
        }
    }
}
