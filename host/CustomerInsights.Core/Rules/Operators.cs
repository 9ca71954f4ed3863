namespace CustomerInsights.Core.Rules;

/// <summary>Operators with one operand.</summary>
public enum UnaryOperator
{
    /// <summary><c>not x</c>.</summary>
    Not,

    /// <summary><c>-x</c>.</summary>
    Negate,
}

/// <summary>Operators that join conditions.</summary>
public enum LogicalOperator
{
    /// <summary><c>a and b</c>.</summary>
    And,

    /// <summary><c>a or b</c>.</summary>
    Or,
}

/// <summary>Operators with two operands.</summary>
public enum BinaryOperator
{
    /// <summary><c>+</c></summary>
    Add,

    /// <summary><c>-</c></summary>
    Subtract,

    /// <summary><c>*</c></summary>
    Multiply,

    /// <summary><c>/</c></summary>
    Divide,

    /// <summary><c>%</c></summary>
    Remainder,

    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary><c>=~</c>: equal text, whatever the case.</summary>
    EqualIgnoringCase,

    /// <summary><c>contains</c>: part of a text, or an item of a list.</summary>
    Contains,

    /// <summary><c>starts with</c></summary>
    StartsWith,

    /// <summary><c>ends with</c></summary>
    EndsWith,

    /// <summary><c>matches</c>: a regular expression, matched in linear time.</summary>
    Matches,
}

/// <summary>Aggregates over the activities of one type.</summary>
public enum AggregateFunction
{
    /// <summary>How many.</summary>
    Count,

    /// <summary>How many different values.</summary>
    CountDistinct,

    /// <summary>Total; 0 of nothing.</summary>
    Sum,

    /// <summary>Mean.</summary>
    Avg,

    /// <summary>Smallest.</summary>
    Min,

    /// <summary>Largest.</summary>
    Max,

    /// <summary>Value of the earliest activity.</summary>
    First,

    /// <summary>Value of the latest activity.</summary>
    Last,

    /// <summary>Whether there is one.</summary>
    Exists,

    /// <summary>Value where another is smallest.</summary>
    ArgMin,

    /// <summary>Value where another is largest.</summary>
    ArgMax,
}

/// <summary>Units of a duration. Months and years follow the calendar, the others are fixed lengths.</summary>
public enum DurationUnit
{
    /// <summary><c>min</c></summary>
    Minute,

    /// <summary><c>h</c></summary>
    Hour,

    /// <summary><c>d</c>: 24 hours.</summary>
    Day,

    /// <summary><c>w</c>: 7 days.</summary>
    Week,

    /// <summary><c>mo</c></summary>
    Month,

    /// <summary><c>y</c></summary>
    Year,
}

/// <summary>How operators are spelled; the one list that parser, formatter and JSON form share.</summary>
internal static class Spelling
{
    private static readonly string[] BinaryOperators =
        ["+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "=~", "contains", "starts with", "ends with", "matches"];

    private static readonly string[] Aggregates =
        ["count", "count_distinct", "sum", "avg", "min", "max", "first", "last", "exists", "arg_min", "arg_max"];

    private static readonly string[] Units = ["min", "h", "d", "w", "mo", "y"];

    public static IReadOnlyList<string> AggregateNames => Aggregates;

    public static IReadOnlyList<string> UnitNames => Units;

    public static string Of(BinaryOperator value) => BinaryOperators[(int)value];

    public static string Of(AggregateFunction value) => Aggregates[(int)value];

    public static string Of(DurationUnit value) => Units[(int)value];

    public static bool TryRead(string text, out BinaryOperator value) => TryRead(BinaryOperators, text, out value);

    public static bool TryRead(string text, out AggregateFunction value) => TryRead(Aggregates, text, out value);

    public static bool TryRead(string text, out DurationUnit value) => TryRead(Units, text, out value);

    public static bool IsArithmetic(BinaryOperator value) => value <= BinaryOperator.Remainder;

    private static bool TryRead<T>(string[] spellings, string text, out T value)
        where T : struct, Enum
    {
        int index = Array.IndexOf(spellings, text);
        value = index < 0 ? default : (T)(object)index;
        return index >= 0;
    }
}
