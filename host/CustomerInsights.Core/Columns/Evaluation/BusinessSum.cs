using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>An aggregate of a group over all parts.</summary>
internal struct BusinessSum
{
    private long _count;
    private Int128 _whole;
    private decimal _amount;

    /// <summary>The sum of doubles.</summary>
    public double Number { get; private set; }

    /// <summary>Adds what was found in a part; false when it does not fit.</summary>
    /// <param name="cell">What was found.</param>
    /// <param name="aggregate">The aggregate.</param>
    /// <param name="digits">Of scaled decimals in that part.</param>
    public bool Add(BusinessCell cell, BoundAggregate aggregate, int digits)
    {
        if (aggregate.Function is AggregateFunction.Min or AggregateFunction.Max)
        {
            Pick(cell, aggregate, digits);
            return true;
        }

        _count += cell.Count;
        _whole += cell.Whole;
        Number = cell.Number;
        if (aggregate.Value?.Type == RuleType.Decimal && cell.Count > 0 && aggregate.Function is AggregateFunction.Sum or AggregateFunction.Avg)
        {
            if (Int128.Abs(cell.Whole) >= (Int128)1 << 92)
            {
                return false;
            }

            _amount += ScaledSum.Exact(cell.Whole, digits);
        }

        return true;
    }

    /// <summary>The aggregate's value, missing included; null when it does not fit.</summary>
    public readonly Value? Result(BoundAggregate aggregate) => (aggregate.Function, aggregate.Value?.Type) switch
    {
        (AggregateFunction.Count, _) => Value.Of(_count),
        (AggregateFunction.Exists, _) => Value.Of(_count > 0),
        (AggregateFunction.Sum, RuleType.Integer) => _whole >= long.MinValue && _whole <= long.MaxValue ? Value.Of((long)_whole) : null,
        (AggregateFunction.Sum, RuleType.Decimal) => Value.Of(_amount),
        (AggregateFunction.Sum, _) => Value.Of(Number),
        _ when _count == 0 => Value.Missing,
        (AggregateFunction.Min or AggregateFunction.Max, var type) => type switch
        {
            RuleType.Decimal => Value.Of(_amount),
            RuleType.Date => Value.Of(DateOnly.FromDayNumber((int)_whole)),
            RuleType.Time => Value.Of(new DateTimeOffset((long)_whole, TimeSpan.Zero)),
            _ => Value.Of((long)_whole),
        },
        (_, RuleType.Decimal) => Value.Of(_amount / _count),
        _ => Value.Of(Number / _count),
    };

    // Of equal ones the first stays: decimals of another part may be written with other digits.
    private void Pick(BusinessCell cell, BoundAggregate aggregate, int digits)
    {
        if (cell.Count == 0)
        {
            return;
        }

        var largest = aggregate.Function == AggregateFunction.Max;
        if (aggregate.Value!.Type == RuleType.Decimal)
        {
            var amount = ScaledSum.Exact(cell.Whole, digits);
            _amount = _count == 0 || (largest ? amount > _amount : amount < _amount) ? amount : _amount;
        }
        else
        {
            _whole = _count == 0 || (largest ? cell.Whole > _whole : cell.Whole < _whole) ? cell.Whole : _whole;
        }

        _count += cell.Count;
    }
}
