using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>
/// Binds measures and segments, which may name each other: measures become attributes of later measures and of segments, segments may ask for
/// membership in others. Both are put in an order in which they can be computed; a cycle is refused with the cycle spelled out.
/// </summary>
internal sealed class MeasuresAndSegments(ModelBuilder builder, EnrichmentModels enrichments)
{
    private readonly List<MeasureModel> _measures = [];

    public IReadOnlyList<MeasureModel> Measures => _measures;

    public IReadOnlyList<SegmentModel> Segments { get; private set; } = [];

    public void Build()
    {
        var measures = builder.Read<MeasureDocument>(DefinitionKinds.Measure).OrderBy(pair => pair.Name, StringComparer.Ordinal).ToList();
        var segments = builder.Read<SegmentDocument>(DefinitionKinds.Segment).OrderBy(pair => pair.Name, StringComparer.Ordinal).ToList();
        var attributes = builder.ProfileTypes.ToDictionary(
            pair => pair.Key,
            pair => pair.Value.Attributes.ToDictionary(attribute => attribute.Key, attribute => attribute.Value.Type, StringComparer.Ordinal),
            StringComparer.Ordinal);
        foreach (var (type, attribute) in builder.ClusterAttributes)
        {
            attributes[type].TryAdd(attribute, DataType.Text);
        }

        enrichments.AddAttributes(attributes);
        MakeSchemas(attributes, segments.Select(segment => segment.Name));
        BindMeasures(measures, attributes);
        Segments = new SegmentBinding(builder).Bind(segments);
    }

    private void MakeSchemas(Dictionary<string, Dictionary<string, DataType>> attributes, IEnumerable<string> segments)
    {
        var activities = builder.ActivityTypes.ToDictionary(
            pair => pair.Key,
            pair => (IReadOnlyDictionary<string, DataType>)pair.Value.Fields.ToDictionary(field => field.Key, field => field.Value.Type, StringComparer.Ordinal),
            StringComparer.Ordinal);
        var names = segments.ToHashSet(StringComparer.Ordinal);
        var channels = builder.Consent.Policy.Channels.Keys.ToHashSet(StringComparer.Ordinal);
        var relationships = attributes.ToDictionary(pair => pair.Key, _ => new Dictionary<string, RuleSchema>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var (type, own) in attributes)
        {
            builder.Schemas[type] = new RuleSchema { Attributes = own, Relationships = relationships[type], Activities = activities, Segments = names, Channels = channels };
        }

        foreach (var (type, own) in builder.Relationships)
        {
            foreach (var (name, relationship) in own)
            {
                relationships[type][name] = builder.Schemas[relationship.To];
            }
        }

        foreach (var link in builder.Links)
        {
            relationships[link.From].TryAdd(link.As, builder.Schemas[link.To]);
        }
    }

    // A measure's type is known only once it is bound, and it may name others: bind what can be bound, make it an attribute, and go round again.
    private void BindMeasures(List<(string Name, MeasureDocument Document)> measures, Dictionary<string, Dictionary<string, DataType>> attributes)
    {
        var waiting = new List<(string Name, MeasureDocument Document)>();
        foreach (var (name, document) in measures)
        {
            if (builder.Known(DefinitionKinds.Measure, name, "/profileType", document.ProfileType, attributes, "profile type") is not { } own)
            {
                continue;
            }

            if (own.ContainsKey(name) || !Names.IsField(name))
            {
                builder.Fault(
                    DefinitionKinds.Measure, name, "", "name",
                    own.ContainsKey(name) ? $"'{name}' is an attribute of '{document.ProfileType}' already; choose another name." : $"'{name}' is not a name for a measure; use letters, digits and _, beginning with a letter.");
                continue;
            }

            if (IsWellFormed(name, document))
            {
                waiting.Add((name, document));
            }
        }

        var names = waiting.Select(measure => measure.Name).ToHashSet(StringComparer.Ordinal);
        bool bound;
        do
        {
            bound = false;
            foreach (var (name, document) in waiting.ToList())
            {
                var engagement = document.Engagement is { } one ? Engagements.Build(builder, name, one) : null;
                if (document.Engagement is not null && engagement is null)
                {
                    waiting.Remove((name, document));
                    continue;
                }

                var result = MeasureModels.Bind(
                    engagement is null ? document : document with { Expression = Engagements.Reads(engagement) }, builder.Schemas[document.ProfileType]);
                if (result.Measure is { Errors.Count: 0, Rule: { } rule })
                {
                    if (rule.Dependencies.Segments.Count > 0)
                    {
                        RefuseSegment(name, rule.Dependencies.Segments[0]);
                        waiting.Remove((name, document));
                        continue;
                    }

                    _measures.Add(MeasureModels.Make(name, document, rule, result.Total) with { Engagement = engagement });
                    waiting.Remove((name, document));
                    bound = true;
                    if (!document.Business)
                    {
                        attributes[document.ProfileType][name] = rule.Type;
                    }
                }
            }
        }
        while (bound && waiting.Count > 0);

        foreach (var (name, document) in waiting)
        {
            Explain(name, document, waiting.ToDictionary(measure => measure.Name, measure => measure.Document, StringComparer.Ordinal), names);
        }
    }

    // Measures are computed before segments, of profiles that are in none: the answer would always be false.
    private void RefuseSegment(string name, string segment) => builder.Fault(
        DefinitionKinds.Measure, name, "/expression", "segment",
        $"A measure cannot ask for membership in segment '{segment}': measures are computed before segments. Write the segment's condition into the measure, or ask segment(\"{segment}\") in another segment's rule.");

    private bool IsWellFormed(string name, MeasureDocument document)
    {
        var before = builder.FaultCount;
        if (name is "templates" or "paths")
        {
            builder.Fault(DefinitionKinds.Measure, name, "", "reserved", $"'{name}' is a place of the interface itself; choose another name.");
        }

        if (document.Engagement is null && document.Expression.Length == 0)
        {
            builder.Fault(DefinitionKinds.Measure, name, "/expression", "required", "Give an expression, \"sum(order.amount)\", or \"engagement\": {} for an engagement score.");
        }

        if (document.Engagement is not null && (document.Business || document.Expression.Length > 0))
        {
            builder.Fault(DefinitionKinds.Measure, name, "/engagement", "shape", "An engagement score is of profiles, and has no expression of its own.");
        }

        if (!document.Business && MeasureModels.BusinessOnly(document) is { } pointer)
        {
            builder.Fault(DefinitionKinds.Measure, name, pointer, "business-only", $"'{pointer[1..]}' has a meaning for business measures alone; leave it out, or say \"business\": true.");
        }

        if (!TimeZones.TryFind(document.TimeZone, out _))
        {
            builder.Fault(DefinitionKinds.Measure, name, "/timeZone", "timezone", TimeZones.Unknown(document.TimeZone));
        }

        return builder.FaultCount == before;
    }

    private void Explain(string name, MeasureDocument document, Dictionary<string, MeasureDocument> unbound, HashSet<string> names)
    {
        if (Cycles.Find(name, measure => unbound.TryGetValue(measure, out var one) ? NamesIn(one).Where(names.Contains) : []) is { } cycle)
        {
            builder.Fault(DefinitionKinds.Measure, name, "/expression", "cycle", $"Measures may not name each other in a circle: {string.Join(" → ", cycle)}.");
            return;
        }

        var schema = builder.Schemas[document.ProfileType];
        var before = builder.FaultCount;
        builder.Bind(DefinitionKinds.Measure, name, "/expression", document.Expression, schema, document.Business ? RuleUse.BusinessMeasure : RuleUse.Value);
        if (document.Filter is { } filter)
        {
            builder.Bind(DefinitionKinds.Measure, name, "/filter", filter, schema, RuleUse.Condition);
        }

        // What is left is wrong only together: each by itself is valid.
        foreach (var error in builder.FaultCount > before ? [] : MeasureModels.Bind(document, schema).Measure.Errors)
        {
            builder.Fault(DefinitionKinds.Measure, name, document.Bucket == TimeBucket.None ? "/filter" : "/bucket", error.Code, error.ToString());
        }
    }

    private static IEnumerable<string> NamesIn(MeasureDocument document) =>
        new[] { document.Expression, document.Filter }.OfType<string>().SelectMany(text => RuleText.Parse(text).Expression is { } parsed ? ExpressionNames.Of(parsed) : []);
}
