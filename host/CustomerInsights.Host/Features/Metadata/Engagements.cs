using CustomerInsights.Core.Statistics;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>Checks engagement scores and gives activity types their usual weights.</summary>
internal static class Engagements
{
    // What an activity type looks like decides: first that it has an amount, then a word of its name. docs/marketers/engagement.md shows the same table.
    private static readonly (string Word, EngagementWeight Weight)[] s_usual =
    [
        ("order", new(10, 90)), ("purchase", new(10, 90)), ("deal", new(10, 90)), ("subscription", new(8, 90)), ("loyalty", new(5, 90)), ("return", new(-2, 60)),
        ("case", new(-2, 60)), ("complaint", new(-2, 60)), ("unsubscribe", new(-5, 60)), ("click", new(3, 30)), ("review", new(5, 60)), ("feedback", new(5, 60)),
        ("email", new(1, 30)), ("mail", new(1, 30)), ("session", new(1, 14)), ("visit", new(1, 14)), ("page", new(1, 14)), ("screen", new(1, 14)),
    ];

    private static readonly EngagementWeight s_other = new(1, 30);

    /// <summary>What an activity type weighs when nobody says it.</summary>
    public static EngagementWeight Usual(string name, ActivityTypeDocument type) =>
        type.Fields.Values.Any(field => field.SemanticType == "order.amount") ? s_usual[0].Weight
        : s_usual.Where(one => name.Contains(one.Word, StringComparison.OrdinalIgnoreCase)).Select(one => (EngagementWeight?)one.Weight).FirstOrDefault() ?? s_other;

    /// <summary>The model of a definition; null when something is wrong with it, which is told.</summary>
    public static EngagementModel? Build(ModelBuilder builder, string name, EngagementDocument document)
    {
        var before = builder.FaultCount;
        void Fault(string pointer, string code, string message) => builder.Fault(DefinitionKinds.Measure, name, $"/engagement{pointer}", code, message);

        if (document.DailyCap is < 1 or > 10_000)
        {
            Fault("/dailyCap", "range", $"{document.DailyCap} is not possible; give 1 to 10,000.");
        }

        foreach (var (type, weight) in document.Weights)
        {
            var place = $"/weights/{Names.Escape(type)}";
            builder.Known(DefinitionKinds.Measure, name, $"/engagement{place}", type, builder.ActivityTypes, "activity type");
            if (weight.Weight is { } points && !(Math.Abs(points) <= 1000))
            {
                Fault($"{place}/weight", "range", "A weight is −1,000 to 1,000.");
            }

            if (weight.HalfLifeDays is { } days && !(days is > 0 and <= 36_500))
            {
                Fault($"{place}/halfLifeDays", "range", "A half life is more than 0 and at most 36,500 days.");
            }
        }

        var weights = new Dictionary<string, EngagementWeight>(StringComparer.Ordinal);
        foreach (var (type, activity) in builder.ActivityTypes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var (usual, said) = (Usual(type, activity), document.Weights.GetValueOrDefault(type));
            if ((said?.Weight ?? usual.Weight) is not 0 and var weight)
            {
                weights[type] = new EngagementWeight(weight, said?.HalfLifeDays ?? usual.HalfLifeDays);
            }
        }

        if (weights.Count is 0 or > 200)
        {
            Fault("", "types", weights.Count == 0 ? "No activity type counts; define one, or give one a weight." : $"{weights.Count} activity types count; at most 200 can. Give the others the weight 0.");
        }

        return builder.FaultCount == before ? new EngagementModel(weights, document.DailyCap) : null;
    }

    /// <summary>An expression that reads what the score reads: what depends on it is found, and when it must be computed, as for any measure.</summary>
    public static string Reads(EngagementModel model) => string.Join(" + ", model.Weights.Keys.Select(type => $"count(`{type}` where at <= now())"));
}
