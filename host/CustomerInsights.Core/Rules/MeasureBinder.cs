namespace CustomerInsights.Core.Rules;

/// <summary>The length of the spans of time by which a business measure is divided.</summary>
public enum TimeBucket
{
    /// <summary>Not divided by time.</summary>
    None,

    /// <summary>From one full hour to the next.</summary>
    Hour,

    /// <summary>From midnight to midnight in the measure's time zone.</summary>
    Day,

    /// <summary>From Monday to Sunday.</summary>
    Week,

    /// <summary>Calendar months.</summary>
    Month,

    /// <summary>Quarters, beginning in January.</summary>
    Quarter,

    /// <summary>Calendar years.</summary>
    Year,
}

/// <summary>What a business measure comes to once it is bound.</summary>
/// <param name="Measure">The measure by its dimensions; errors if it is not valid.</param>
/// <param name="Total">The same over everything, without dimensions; null when there are none or the measure is not valid.</param>
public sealed record BoundMeasure(BindResult Measure, BoundRule? Total);

/// <summary>Binds business measures together with the filter and the time bucket that stand beside the expression.</summary>
public static class MeasureBinder
{
    /// <summary>
    /// Binds the expression as if each of its aggregates were <c>where filter</c> too, the filter's names being those of the profile, and as if
    /// <c>truncate(activity.at, bucket)</c> stood behind <c>by</c>, last. Never throws for any tree; all errors come at once.
    /// </summary>
    /// <param name="parsed">The measure.</param>
    /// <param name="filter">A condition over the profile which binds by itself; null takes all profiles.</param>
    /// <param name="bucket">By what time the activities are divided; every aggregate must then be over one activity type.</param>
    /// <param name="schema">What names mean.</param>
    public static BoundMeasure Bind(ParseResult parsed, Expression? filter, TimeBucket bucket, RuleSchema schema)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        ArgumentNullException.ThrowIfNull(schema);
        if (parsed.Partial is not { } expression)
        {
            return new BoundMeasure(new BindResult(null, parsed.Errors), null);
        }

        var measure = expression is GroupedExpression grouped ? grouped.Measure : expression;
        if (bucket != TimeBucket.None && parsed.Errors.Count == 0)
        {
            if (ActivityOf(measure, schema) is not { } activity)
            {
                return new BoundMeasure(new BindResult(null, [RuleError.At(
                    measure.Place, "RUL029", "a time bucket needs every aggregate to be over one activity type, such as sum(order.amount) / count(order)")]), null);
            }

            var at = new CallExpression("truncate", [new NameExpression([.. activity.Split('.'), "at"]), new LiteralExpression(Model.Value.Of(Spelled(bucket)))]);
            expression = new GroupedExpression(measure, [.. expression is GroupedExpression by ? by.Dimensions : [], at]) { Place = expression.Place };
        }

        var bound = Binder.Bind(expression, schema, RuleUse.BusinessMeasure, parsed.Errors, filter);
        var total = bound.Rule is null || expression is not GroupedExpression ? null : Binder.Bind(measure, schema, RuleUse.BusinessMeasure, [], filter).Rule;
        return new BoundMeasure(bound, total);
    }

    // Bound without dimensions, since only that tells which names are activity types.
    private static string? ActivityOf(Expression measure, RuleSchema schema)
    {
        var rule = Binder.Bind(measure, schema, RuleUse.BusinessMeasure, []).Rule;
        return rule?.BusinessAggregates.Select(one => (one as BoundAggregate)?.Activity).Distinct().ToList() is [{ } only] ? only : null;
    }

    private static string Spelled(TimeBucket bucket) => bucket switch
    {
        TimeBucket.Hour => "hour",
        TimeBucket.Day => "day",
        TimeBucket.Week => "week",
        TimeBucket.Month => "month",
        TimeBucket.Quarter => "quarter",
        _ => "year",
    };
}
