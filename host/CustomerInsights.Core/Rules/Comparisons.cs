using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>How two present values of one type compare.</summary>
internal static class Comparisons
{
    public static Func<Value, Value, bool> For(BinaryOperator op, RuleType type)
    {
        var order = Order(type);
        return op switch
        {
            BinaryOperator.Equal => (a, b) => order(a, b) == 0,
            BinaryOperator.NotEqual => (a, b) => order(a, b) != 0,
            BinaryOperator.Less => (a, b) => order(a, b) < 0,
            BinaryOperator.LessOrEqual => (a, b) => order(a, b) <= 0,
            BinaryOperator.Greater => (a, b) => order(a, b) > 0,
            BinaryOperator.GreaterOrEqual => (a, b) => order(a, b) >= 0,
            BinaryOperator.EqualIgnoringCase => (a, b) => string.Equals(a.AsText(), b.AsText(), StringComparison.OrdinalIgnoreCase),
            BinaryOperator.StartsWith => (a, b) => a.AsText().StartsWith(b.AsText(), StringComparison.Ordinal),
            BinaryOperator.EndsWith => (a, b) => a.AsText().EndsWith(b.AsText(), StringComparison.Ordinal),
            BinaryOperator.Contains when type == RuleType.TextList => (a, b) => a.AsTextList().Contains(b.AsText()),
            BinaryOperator.Contains => (a, b) => a.AsText().Contains(b.AsText(), StringComparison.Ordinal),
            _ => throw new InvalidOperationException($"{op} compares nothing."),
        };
    }

    public static Comparison<Value> Order(RuleType type) => type switch
    {
        RuleType.Text => (a, b) => string.CompareOrdinal(a.AsText(), b.AsText()),
        RuleType.Integer => (a, b) => a.AsInteger().CompareTo(b.AsInteger()),
        RuleType.Decimal => (a, b) => a.AsDecimal().CompareTo(b.AsDecimal()),
        RuleType.Number => (a, b) => a.AsNumber().CompareTo(b.AsNumber()),
        RuleType.Boolean => (a, b) => a.AsBoolean().CompareTo(b.AsBoolean()),
        RuleType.Date => (a, b) => a.AsDate().CompareTo(b.AsDate()),
        RuleType.Time => (a, b) => a.AsTime().CompareTo(b.AsTime()),
        _ => (_, _) => 0,
    };

    /// <summary>The value under which equal values meet in a set: -0.0 and 0.0 are one number.</summary>
    public static Value Key(Value value) =>
        value.Type == DataType.Number && value.AsNumber() == 0 ? Value.Of(0.0) : value;

    /// <summary>A total order of dimension values: by type, then by value; missing comes last.</summary>
    public static int Total(Value a, Value b)
    {
        if (a.Type is not { } type || b.Type is not { } other)
        {
            return a.IsMissing.CompareTo(b.IsMissing);
        }

        if (type != other)
        {
            return type.CompareTo(other);
        }

        return type == DataType.TextList ? string.CompareOrdinal(a.ToString(), b.ToString()) : Order((RuleType)type)(a, b);
    }
}
