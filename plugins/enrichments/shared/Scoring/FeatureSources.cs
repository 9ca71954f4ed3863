using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Predictions.Scoring;

/// <summary>An activity type that gives features.</summary>
/// <param name="Activity">The activity type.</param>
/// <param name="Amount">A field with a number: its sums, its mean and its last value become features.</param>
/// <param name="Categories">Fields of which the last value becomes a feature.</param>
internal sealed record ActivityFeatures(string Activity, string? Amount = null, IReadOnlyList<string>? Categories = null);

/// <summary>What features are made from.</summary>
/// <param name="Activities">Activity types.</param>
/// <param name="Attributes">Attributes of the profile; they are as of today whatever the snapshot is.</param>
/// <param name="Orders">Which activities are orders: these give what a transaction model says. None to do without.</param>
internal sealed record FeatureSources(IReadOnlyList<ActivityFeatures> Activities, IReadOnlyList<string> Attributes, IReadOnlyList<OrderSource> Orders)
{
    /// <summary>The activities to ask the host for, one a type; the fields of an order come first, in the order in which orders are read.</summary>
    public IReadOnlyList<ActivitySelection> Selections =>
    [
        .. Orders.Select(order => order.Activity).Concat(Activities.Select(one => one.Activity)).Distinct(StringComparer.Ordinal).Select(type => new ActivitySelection(
            type,
            [
                .. Orders.Where(order => order.Activity == type).SelectMany(order => order.Fields)
                    .Concat(Activities.Where(one => one.Activity == type).SelectMany(one => new[] { one.Amount }.Concat(one.Categories ?? []).OfType<string>()))
                    .Distinct(StringComparer.Ordinal),
            ])),
    ];
}

/// <summary>What the values of an attribute are; the first value that is seen decides.</summary>
internal enum AttributeShape
{
    /// <summary>No value was seen.</summary>
    Unknown,

    /// <summary>Numbers, or true and false as 1 and 0.</summary>
    Number,

    /// <summary>Days or times: the days since then are the feature.</summary>
    Date,

    /// <summary>Texts.</summary>
    Category,
}

/// <summary>A feature.</summary>
/// <param name="Name">For people.</param>
/// <param name="Group">What is judged together: all that tell how recently something was, and so on.</param>
internal sealed record FeatureSpec(string Name, string Group);
