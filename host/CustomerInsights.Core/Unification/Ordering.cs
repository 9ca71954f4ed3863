using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Unification;

/// <summary>Orders dates, times and numbers. A day counts as its first instant in UTC.</summary>
internal sealed class RecencyOrder : IComparer<Value>
{
    /// <summary>For "the largest wins": missing is smaller than any value.</summary>
    public static readonly RecencyOrder MissingFirst = new(-1);

    /// <summary>For "the smallest wins": missing is larger than any value.</summary>
    public static readonly RecencyOrder MissingLast = new(1);

    private readonly int _missing;

    private RecencyOrder(int missing) => _missing = missing;

    public int Compare(Value x, Value y)
    {
        if (x.IsMissing || y.IsMissing)
        {
            return x.IsMissing == y.IsMissing ? 0 : x.IsMissing ? _missing : -_missing;
        }

        // Instants stand apart from numbers; comparing the two would be a mistake of the policy, but must have an order.
        var (a, b) = (Ticks(x), Ticks(y));
        if (a is not null && b is not null)
        {
            return a.Value.CompareTo(b.Value);
        }

        return a is null && b is null ? CompareNumbers(x, y) : (a is null).CompareTo(b is null);
    }

    private static long? Ticks(Value value) => value.Type switch
    {
        DataType.Date => value.AsDate().ToDateTime(TimeOnly.MinValue).Ticks,
        DataType.Time => value.AsTime().UtcTicks,
        _ => null,
    };

    private static int CompareNumbers(Value x, Value y) => x.Type == DataType.Number || y.Type == DataType.Number
        ? x.AsNumber().CompareTo(y.AsNumber())
        : x.AsDecimal().CompareTo(y.AsDecimal());
}

/// <summary>
/// "The larger primary key": keys of digits alone by amount, so that 10 is larger than 9; all others by ordinal and larger than
/// those.
/// </summary>
internal static class KeyOrder
{
    public static int Compare(string left, string right)
    {
        var (a, b) = (IsNumber(left), IsNumber(right));
        if (a != b)
        {
            return a ? -1 : 1;
        }

        if (a)
        {
            var x = left.AsSpan().TrimStart('0');
            var y = right.AsSpan().TrimStart('0');
            var order = x.Length.CompareTo(y.Length);
            order = order != 0 ? order : x.SequenceCompareTo(y);
            if (order != 0)
            {
                return order;
            }
        }

        return string.CompareOrdinal(left, right);
    }

    private static bool IsNumber(string key) => key.Length > 0 && key.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;
}
