namespace CustomerInsights.Core.Rules;

/// <summary>What a name before a parenthesis is.</summary>
public enum RuleFunctionKind
{
    /// <summary>Works on values.</summary>
    Function,

    /// <summary>Runs over the activities of one type and takes a <c>where</c>.</summary>
    Aggregate,

    /// <summary>Writes a value: <c>date(…)</c> and <c>time(…)</c>.</summary>
    Literal,
}

/// <summary>One entry of the language's reference.</summary>
/// <param name="Name">As written in a rule.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Signature">Its arguments, in words.</param>
/// <param name="Type">The type of its answer, in words.</param>
/// <param name="Description">What it answers, in one sentence.</param>
/// <param name="Example">A use of it.</param>
public sealed record RuleFunction(string Name, RuleFunctionKind Kind, string Signature, string Type, string Description, string Example);

/// <summary>The reference of all functions, aggregates and literals, in the order in which the documentation lists them.</summary>
public static class RuleFunctions
{
    /// <summary>All of them; names are unique.</summary>
    public static IReadOnlyList<RuleFunction> All { get; } =
    [
        Of("lower", "text", "The text in lower case, in the invariant culture.", "lower(city)"),
        Of("upper", "text", "The text in upper case, in the invariant culture.", "upper(city)"),
        Of("trim", "text", "The text without white space at its ends.", "trim(city)"),
        Of("length", "integer", "How many characters a text has, or how many items a list.", "length(city)"),
        Of("substring", "text", "The text from a position (1 is the first), perhaps for a length.", "substring(city, 1, 3)"),
        Of("concat", "text", "Texts and integers joined.", "concat(first_name, \" \", last_name)"),
        Of("abs", "as given", "The number without its sign.", "abs(score)"),
        Of("round", "as given", "The number rounded, half to even, perhaps to a number of digits.", "round(lifetime_spend, 2)"),
        Of("floor", "as given", "The next whole number below.", "floor(score)"),
        Of("ceil", "as given", "The next whole number above.", "ceil(score)"),
        Of("now", "time", "This instant.", "last_seen < now()"),
        Of("today", "date", "This day, in the rule's time zone.", "birthday = today()"),
        Of("ago", "time", "This instant less a duration.", "last_seen >= ago(90d)"),
        Of("year", "integer", "The year of a date or time.", "year(birthday)"),
        Of("quarter", "integer", "The quarter of a date or time, 1 to 4.", "quarter(birthday)"),
        Of("month", "integer", "The month of a date or time, 1 to 12.", "month(birthday)"),
        Of("day", "integer", "The day of the month of a date or time.", "day(birthday)"),
        Of("weekday", "integer", "The day of the week of a date or time: 1 is Monday, 7 is Sunday.", "weekday(last_seen)"),
        Of("hour", "integer", "The hour of a time, 0 to 23.", "hour(last_seen)"),
        Of("days_since", "integer", "Whole days until now, cut towards zero.", "days_since(last_seen) > 30"),
        Of("days_between", "integer", "Whole days from the first to the second.", "days_between(joined, last_seen)"),
        Of("truncate", "as given", "The start of the year, quarter, month, week, day or hour.", "truncate(last_seen, \"month\")"),
        Of("coalesce", "as given", "The first value that is not missing.", "coalesce(first_name, \"there\")"),
        Of("if", "as given", "The second value if the condition holds, otherwise the third.", "if(vip, 1, 2)"),
        Of("segment", "boolean", "Whether the profile is a member of the segment.", "segment(\"vips\")"),
        Of("reachable", "boolean", "Whether the channel may be used and works.", "reachable(\"email\")"),
        Of("percentile_rank", "number", "The share of the other profiles whose value is lower, 0 to 100, as of the last snapshot.", "percentile_rank(score) >= 90"),
        Over("count", "count(activity where condition)", "integer", "How many activities there are, or how many with a value; 0 of nothing.", "count(order where gift)"),
        Over("count_distinct", "count_distinct(activity.field where condition)", "integer", "How many different values there are; 0 of nothing.", "count_distinct(order.category)"),
        Over("sum", "sum(activity.field where condition)", "as given", "The total; 0 of nothing.", "sum(order.amount)"),
        Over("avg", "avg(activity.field where condition)", "decimal or number", "The mean; missing of nothing.", "avg(order.amount)"),
        Over("min", "min(activity.field where condition)", "as given", "The smallest value.", "min(order.amount)"),
        Over("max", "max(activity.field where condition)", "as given", "The largest value.", "max(order.at)"),
        Over("first", "first(activity.field where condition)", "as given", "The value of the earliest activity that has one.", "first(order.category)"),
        Over("last", "last(activity.field where condition)", "as given", "The value of the latest activity that has one.", "last(order.at)"),
        Over("exists", "exists(activity where condition)", "boolean", "Whether there is such an activity.", "exists(order where amount > 100)"),
        Over("arg_min", "arg_min(activity.field, key where condition)", "as given", "The value where the key is smallest.", "arg_min(order.category, order.amount)"),
        Over("arg_max", "arg_max(activity.field, key where condition)", "as given", "The value where the key is largest.", "arg_max(order.category, order.amount)"),
        new("date", RuleFunctionKind.Literal, "date(2025-01-31)", "date", "A calendar day.", "birthday >= date(2000-01-31)"),
        new("time", RuleFunctionKind.Literal, "time(2025-01-31T10:00:00Z)", "time", "An instant, with Z or an offset.", "last_seen > time(2025-01-31T10:00:00Z)"),
    ];

    private static RuleFunction Of(string name, string type, string description, string example) =>
        new(name, RuleFunctionKind.Function, FunctionEntry.Find(name)!.Signature, type, description, example);

    private static RuleFunction Over(string name, string signature, string type, string description, string example) =>
        new(name, RuleFunctionKind.Aggregate, signature, type, description, example);
}
