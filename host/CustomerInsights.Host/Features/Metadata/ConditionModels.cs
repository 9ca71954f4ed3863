using System.Text.Json;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>A question that an enrichment asks about each profile, bound.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rule">The rule; Boolean.</param>
internal sealed record ConditionModel(string Name, BoundRule Rule)
{
    /// <summary>As <see cref="Sdk.EnrichmentCondition.At"/>.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>As <see cref="Sdk.EnrichmentCondition.Before"/>.</summary>
    public TimeSpan Before { get; init; }

    /// <summary>As <see cref="Sdk.EnrichmentCondition.Within"/>.</summary>
    public TimeSpan? Within { get; init; }

    /// <summary>The moment of the question: activities after it do not count.</summary>
    /// <param name="asOf">The moment of the snapshot.</param>
    public DateTimeOffset Moment(DateTimeOffset asOf) => Earlier((At ?? asOf).ToUniversalTime(), Before);

    /// <summary>The moment behind which activities count; null for all.</summary>
    /// <param name="asOf">The moment of the snapshot.</param>
    public DateTimeOffset? After(DateTimeOffset asOf) => Within is { } within ? Earlier(Moment(asOf), within) : null;

    // A plugin may ask for more time than there was.
    private static DateTimeOffset Earlier(DateTimeOffset moment, TimeSpan by) =>
        by.Ticks >= moment.UtcTicks ? DateTimeOffset.MinValue : moment - by;
}

/// <summary>
/// Binds the conditions of enrichments. One that looks back may read activities, which have a time, and plain attributes, of which only the value of today is
/// known; what is computed of everything that is known today would tell it what came after the moment of the question, and is refused. Who may read what is decided
/// by the admin, who writes the rule into a setting; a rule of the plugin's own may read only what the enrichment is handed anyway.
/// </summary>
internal sealed class ConditionModels(ModelBuilder builder, IReadOnlyList<MeasureModel> measures)
{
    private const string Kind = DefinitionKinds.Enrichment;
    private const int LongestShown = 200;

    /// <summary>Binds the conditions of one enrichment; what is wrong becomes faults, at the setting that holds the rule where there is one.</summary>
    /// <param name="name">The enrichment.</param>
    /// <param name="description">What it said.</param>
    /// <param name="own">The settings of its definition.</param>
    /// <param name="settings">The settings as the plugin gets them, with those of the connection.</param>
    public List<ConditionModel> Bind(string name, EnrichmentDescription description, JsonElement own, JsonElement settings)
    {
        var result = new List<ConditionModel>();
        foreach (var condition in description.Conditions ?? [])
        {
            var pointer = "/settings" + (Holds(own, condition.Rule) ?? "");
            var bound = RuleBinder.Bind(condition.Rule, builder.Schemas[description.ProfileType], RuleUse.Condition);
            foreach (var error in bound.Errors)
            {
                builder.Fault(Kind, name, pointer, error.Code, $"The condition '{condition.Name}': {error}");
            }

            if (bound is not { Errors.Count: 0, Rule: { } rule })
            {
                continue;
            }

            var before = builder.FaultCount;
            if (Holds(settings, condition.Rule) is null && NotHanded(rule.Dependencies, description) is { } other)
            {
                builder.Fault(Kind, name, pointer, "not-handed", $"The condition '{condition.Name}' is the plugin's own, and reads {other}, which the enrichment is not handed. What else is read is for an admin to write, in a setting.");
            }

            var looksBack = condition.At is not null || condition.Before > TimeSpan.Zero || condition.Within is not null;
            foreach (var (asks, part, remedy) in looksBack ? OfToday(rule, description.ProfileType) : OfEveryone(rule))
            {
                var place = part is { Place.Line: > 0 } ? FormattableString.Invariant($" at {part.Place.Line}:{part.Place.Column}") : "";
                builder.Fault(Kind, name, pointer, "as-of", $"The condition '{condition.Name}' {(looksBack ? "looks back and " : "")}{asks}{place}, which {(looksBack ? "is only known as of today" : "needs a pass over everyone")}. {remedy}");
            }

            if (builder.FaultCount == before)
            {
                result.Add(new ConditionModel(condition.Name, rule) { At = condition.At, Before = condition.Before, Within = condition.Within });
            }
        }

        return result;
    }

    // By twenty answers at a time a plugin could find out what it did not say that it reads.
    private static string? NotHanded(RuleDependencies rule, EnrichmentDescription description)
    {
        var attributes = rule.Attributes.Concat(rule.RelatedAttributes.Select(related => related.ToString())).Except(description.Reads, StringComparer.Ordinal);
        var activities = description.Activities.ToLookup(one => one.Type, one => one.Fields, StringComparer.Ordinal);
        var fields = rule.Activities.SelectMany(type => type.Value.Where(field => field is not ("at" or "id")).Select(field => (Type: type.Key, Field: field)));
        return attributes.Select(attribute => $"'{attribute}'")
            .Concat(rule.Activities.Keys.Where(type => !activities.Contains(type)).Select(type => $"the activities '{type}'"))
            .Concat(fields.Where(one => !activities[one.Type].Any(handed => handed.Contains(one.Field, StringComparer.Ordinal))).Select(one => $"'{one.Type}.{one.Field}'"))
            .Concat(rule.Segments.Select(segment => $"segment(\"{segment}\")"))
            .Concat(rule.Channels.Select(channel => $"reachable(\"{channel}\")"))
            .FirstOrDefault();
    }

    // What a rule asks that a question of today cannot have answered.
    private static IEnumerable<(string Asks, Expression? Part, string Remedy)> OfEveryone(BoundRule rule)
    {
        if (rule.Dependencies.Population)
        {
            yield return ("asks percentile_rank", Call(rule, "percentile_rank", null), "Make a measure of it, and name the measure here.");
        }
    }

    // What a rule asks that has no past.
    private IEnumerable<(string Asks, Expression? Part, string Remedy)> OfToday(BoundRule rule, string profileType)
    {
        foreach (var attribute in rule.Dependencies.Attributes)
        {
            if (Computed(profileType, [], attribute, attribute) is { } found)
            {
                yield return (found.Asks, Named(rule, attribute), found.Remedy);
            }
        }

        foreach (var related in rule.Dependencies.RelatedAttributes)
        {
            if (Computed(profileType, related.Path, related.Attribute, related.ToString()) is { } found)
            {
                yield return (found.Asks, Named(rule, related.ToString()), found.Remedy);
            }
        }

        foreach (var segment in rule.Dependencies.Segments)
        {
            yield return ($"asks segment(\"{segment}\")", Call(rule, "segment", segment), "Write the segment's rule here instead; of activities it is then asked as of the moment.");
        }

        foreach (var channel in rule.Dependencies.Channels)
        {
            yield return ($"asks reachable(\"{channel}\")", Call(rule, "reachable", channel), "Leave it out; to enrich only who may be reached, give the enrichment a purpose and a channel.");
        }

        if (rule.Dependencies.Population)
        {
            yield return ("asks percentile_rank", Call(rule, "percentile_rank", null), "Compare with a figure instead.");
        }
    }

    private (string Asks, string Remedy)? Computed(string profileType, NodeList<string> path, string attribute, string written)
    {
        // The point of a namespace: attributes of profile types have none.
        if (attribute.Contains('.', StringComparison.Ordinal))
        {
            return ($"reads the enrichment's attribute '{written}'", "Leave it out, or write here what it is made of.");
        }

        foreach (var step in path)
        {
            profileType = builder.Relationships.GetValueOrDefault(profileType)?.GetValueOrDefault(step)?.To
                ?? builder.Links.First(link => link.From == profileType && link.As == step).To;
        }

        if (measures.FirstOrDefault(measure => measure.Name == attribute && !measure.Document.Business && measure.Document.ProfileType == profileType) is not { } measure)
        {
            return null;
        }

        var remedy = measure.Document.Expression is { Length: > 0 and <= LongestShown } expression && path.Count == 0
            ? $"Write its expression here instead, which is then computed as of the moment: {expression}"
            : "Leave it out, or write here what it is made of.";
        return ($"reads the measure '{written}'", remedy);
    }

    private static NameExpression? Named(BoundRule rule, string name) =>
        ExpressionNodes.Of(rule.Source).OfType<NameExpression>().FirstOrDefault(node => string.Join('.', node.Parts) == name);

    private static CallExpression? Call(BoundRule rule, string function, string? argument) =>
        ExpressionNodes.Of(rule.Source).OfType<CallExpression>().FirstOrDefault(
            node => node.Function == function && (argument is null || node.Arguments is [LiteralExpression { Value: { IsMissing: false } value }] && value.ToString() == argument));

    // Where in the settings a rule stands, as a pointer: the plugin says what it asks and not which setting told it so.
    private static string? Holds(JsonElement settings, string rule)
    {
        switch (settings.ValueKind)
        {
            case JsonValueKind.String:
                return settings.ValueEquals(rule) ? "" : null;
            case JsonValueKind.Object:
                return settings.EnumerateObject().Select(member => Holds(member.Value, rule) is { } place ? $"/{Names.Escape(member.Name)}{place}" : null).FirstOrDefault(place => place is not null);
            case JsonValueKind.Array:
                return settings.EnumerateArray().Select((item, i) => Holds(item, rule) is { } place ? FormattableString.Invariant($"/{i}{place}") : null).FirstOrDefault(place => place is not null);
            default:
                return null;
        }
    }
}
