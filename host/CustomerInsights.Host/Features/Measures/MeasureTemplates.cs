using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>A usual measure, to be filled with an activity type and one of its fields.</summary>
/// <param name="Name">Its name; the name of the measure that it gives, unless another is asked for.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="Description">What it tells, and when it is missing.</param>
/// <param name="Business">Whether it gives a business measure.</param>
/// <param name="Field">What the field means that it needs, as a semantic type; null when it needs none.</param>
/// <param name="Expression">The expression: <c>{a}</c> is the activity type, <c>{f}</c> the field, <c>{w}</c> the period's condition, <c>{and}</c> the same after another, <c>{days}</c> the days of the period.</param>
/// <param name="Bucket">The time bucket of the measure.</param>
internal sealed record MeasureTemplate(
    string Name, string DisplayName, string Description, bool Business, string? Field, string Expression, TimeBucket Bucket = TimeBucket.None);

/// <summary>The templates there are.</summary>
internal static class MeasureTemplates
{
    private const string Amount = "order.amount";
    private const string Points = "loyalty.points";

    // A month is 1/12 of the Julian year of 365.25 days.
    private const string Daily = "sum({a}.{f}{w}) / {days}";

    public static IReadOnlyList<MeasureTemplate> All { get; } =
    [
        new("total_transaction_value", "Total transaction value", "The sum of the amounts; 0 for who has none.", false, Amount, "sum({a}.{f}{w})"),
        new("average_transaction_value", "Average transaction value", "The mean amount; missing for who has none.", false, Amount, "avg({a}.{f}{w})"),
        new("transaction_count", "Transaction count", "How many there are.", false, null, "count({a}{w})"),
        new("average_daily_revenue", "Average daily revenue", "The sum by the days of the period; without a period by the days from the first to the last, both counted, and missing for who has none.", false, Amount, Daily),
        new("average_monthly_revenue", "Average monthly revenue", "30.4375 times the average daily revenue.", false, Amount, Daily + " * 30.4375"),
        new("average_yearly_revenue", "Average yearly revenue", "365.25 times the average daily revenue.", false, Amount, Daily + " * 365.25"),
        new("days_since_last_purchase", "Days since last purchase", "Whole days since the last one; missing for who has none.", false, null, "days_since(last({a}.at{w}))"),
        new("active_customer_lifespan", "Active customer lifespan", "Whole days from the first to the last; missing for who has none.", false, null, "days_between(first({a}.at{w}), last({a}.at{w}))"),
        new("is_active_customer", "Active customer", "Whether there is one.", false, null, "exists({a}{w})"),
        new("loyalty_points_earned", "Loyalty points earned", "The sum of the points above 0.", false, Points, "sum({a}.{f} where {f} > 0{and})"),
        new("loyalty_points_redeemed", "Loyalty points redeemed", "The sum of the points below 0, without its sign.", false, Points, "-sum({a}.{f} where {f} < 0{and})"),
        new("loyalty_points_balance", "Loyalty points balance", "The sum of all points.", false, Points, "sum({a}.{f}{w})"),
        new("revenue_by_month", "Revenue by month", "The sum of the amounts for each calendar month.", true, Amount, "sum({a}.{f}{w})", TimeBucket.Month),
        new("average_transaction_value_by_month", "Average transaction value by month", "The mean amount for each calendar month.", true, Amount, "avg({a}.{f}{w})", TimeBucket.Month),
        new("transactions_by_month", "Transactions by month", "How many there are in each calendar month.", true, null, "count({a}{w})", TimeBucket.Month),
    ];

    /// <summary>The expression of a template in its canonical form. The caller has seen that the names are those of the model and the period is a duration.</summary>
    public static string Fill(MeasureTemplate template, string activity, string? field, string? period)
    {
        var at = period is null ? "" : $"at >= ago({period})";
        var text = template.Expression
            .Replace("{days}", period is null ? "(days_between(first({a}.at), last({a}.at)) + 1)" : $"days_between(ago({period}), now())", StringComparison.Ordinal)
            .Replace("{w}", at.Length == 0 ? "" : $" where {at}", StringComparison.Ordinal)
            .Replace("{and}", at.Length == 0 ? "" : $" and {at}", StringComparison.Ordinal)
            .Replace("{f}", $"`{field}`", StringComparison.Ordinal)
            .Replace("{a}", string.Join('.', activity.Split('.').Select(part => $"`{part}`")), StringComparison.Ordinal);
        return RuleText.Parse(text).Expression is { } parsed ? RuleText.Format(parsed) : text;
    }

    /// <summary>The activity types and fields that a template could be filled with: those whose field has the template's meaning first, then, for amounts, other numbers; each by name.</summary>
    public static IEnumerable<(string Activity, string? Field)> Suggestions(MeasureTemplate template, InsightsModel model)
    {
        var types = model.ActivityTypes.OrderBy(type => type.Key, StringComparer.Ordinal);
        if (template.Field is null)
        {
            return types.OrderByDescending(type => type.Value.Fields.Values.Any(field => field.SemanticType == Amount)).Select(type => (type.Key, (string?)null));
        }

        return types
            .SelectMany(type => type.Value.Fields.Where(field => IsNumber(field.Value.Type)).OrderBy(field => field.Key, StringComparer.Ordinal), (type, field) => (Activity: type.Key, Field: field.Key, Fits: field.Value.SemanticType == template.Field))
            .Where(found => found.Fits || template.Field == Amount)
            .OrderByDescending(found => found.Fits)
            .Select(found => (found.Activity, (string?)found.Field));
    }

    public static bool IsNumber(DataType type) => type is DataType.Integer or DataType.Decimal or DataType.Number;
}
