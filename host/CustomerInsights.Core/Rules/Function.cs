namespace CustomerInsights.Core.Rules;

/// <summary>Every function by name; the binder gives each its type rule, the evaluator its meaning.</summary>
internal enum Function
{
    Lower,
    Upper,
    Trim,
    Length,
    Substring,
    Concat,
    Abs,
    Round,
    Floor,
    Ceil,
    Now,
    Today,
    Ago,
    Year,
    Quarter,
    Month,
    Day,
    Weekday,
    Hour,
    DaysSince,
    DaysBetween,
    Truncate,
    Coalesce,
    If,
    Segment,
    Reachable,
    PercentileRank,
}

/// <param name="Function">Which one.</param>
/// <param name="Name">As written in a rule.</param>
/// <param name="Signature">As shown in messages.</param>
/// <param name="Least">Fewest arguments.</param>
/// <param name="Most">Most arguments.</param>
internal sealed record FunctionEntry(Function Function, string Name, string Signature, int Least, int Most)
{
    private static readonly Dictionary<string, FunctionEntry> ByName = new FunctionEntry[]
    {
        new(Function.Lower, "lower", "lower(text)", 1, 1),
        new(Function.Upper, "upper", "upper(text)", 1, 1),
        new(Function.Trim, "trim", "trim(text)", 1, 1),
        new(Function.Length, "length", "length(text or list)", 1, 1),
        new(Function.Substring, "substring", "substring(text, start, length)", 2, 3),
        new(Function.Concat, "concat", "concat(text, text…)", 1, RuleLimits.Items),
        new(Function.Abs, "abs", "abs(number)", 1, 1),
        new(Function.Round, "round", "round(number, digits)", 1, 2),
        new(Function.Floor, "floor", "floor(number)", 1, 1),
        new(Function.Ceil, "ceil", "ceil(number)", 1, 1),
        new(Function.Now, "now", "now()", 0, 0),
        new(Function.Today, "today", "today()", 0, 0),
        new(Function.Ago, "ago", "ago(duration)", 1, 1),
        new(Function.Year, "year", "year(date or time)", 1, 1),
        new(Function.Quarter, "quarter", "quarter(date or time)", 1, 1),
        new(Function.Month, "month", "month(date or time)", 1, 1),
        new(Function.Day, "day", "day(date or time)", 1, 1),
        new(Function.Weekday, "weekday", "weekday(date or time)", 1, 1),
        new(Function.Hour, "hour", "hour(time)", 1, 1),
        new(Function.DaysSince, "days_since", "days_since(date or time)", 1, 1),
        new(Function.DaysBetween, "days_between", "days_between(from, to)", 2, 2),
        new(Function.Truncate, "truncate", "truncate(date or time, \"month\")", 2, 2),
        new(Function.Coalesce, "coalesce", "coalesce(value, value…)", 1, RuleLimits.Items),
        new(Function.If, "if", "if(condition, then, otherwise)", 3, 3),
        new(Function.Segment, "segment", "segment(\"name\")", 1, 1),
        new(Function.Reachable, "reachable", "reachable(\"channel\")", 1, 1),
        new(Function.PercentileRank, "percentile_rank", "percentile_rank(value)", 1, 1),
    }.ToDictionary(entry => entry.Name);

    public static IEnumerable<string> AllNames { get; } = [.. ByName.Keys, .. Spelling.AggregateNames, "date", "time"];

    public static FunctionEntry? Find(string name) => ByName.GetValueOrDefault(name);
}
