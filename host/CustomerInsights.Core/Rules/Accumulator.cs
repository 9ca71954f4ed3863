using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>Takes the rows of one aggregate one by one. Serves a single profile and a business measure alike.</summary>
internal abstract class Accumulator
{
    public abstract void Add(Frame frame);

    /// <exception cref="OverflowException">The result does not fit.</exception>
    public abstract Value Result();
}

internal sealed class CountAccumulator(Evaluation? value) : Accumulator
{
    private long _count;

    public override void Add(Frame frame) => _count += value is null || !value(frame).IsMissing ? 1 : 0;

    public override Value Result() => Value.Of(_count);
}

internal sealed class ExistsAccumulator(Evaluation? value) : Accumulator
{
    private bool _found;

    public override void Add(Frame frame) => _found = _found || value is null || !value(frame).IsMissing;

    public override Value Result() => Value.Of(_found);
}

internal sealed class DistinctAccumulator(Evaluation value) : Accumulator
{
    private readonly HashSet<Value> _seen = [];

    public override void Add(Frame frame)
    {
        if (value(frame) is { IsMissing: false } present)
        {
            _seen.Add(Comparisons.Key(present));
        }
    }

    public override Value Result() => Value.Of((long)_seen.Count);
}

/// <summary>Sum and mean. Integers are summed in 128 bits, so that only the result can overflow and not the way to it.</summary>
internal sealed class SumAccumulator(Evaluation value, RuleType type, bool mean) : Accumulator
{
    private Int128 _integer;
    private decimal _decimal;
    private double _number;
    private long _count;

    public override void Add(Frame frame)
    {
        var present = value(frame);
        if (present.IsMissing)
        {
            return;
        }

        _count++;
        switch (type)
        {
            case RuleType.Integer:
                _integer += present.AsInteger();
                break;
            case RuleType.Decimal:
                _decimal += present.AsDecimal();
                break;
            default:
                _number += present.AsNumber();
                break;
        }
    }

    public override Value Result()
    {
        if (mean)
        {
            return _count == 0 ? default : type == RuleType.Number ? Value.Of(_number / _count) : Value.Of(_decimal / _count);
        }

        return type switch
        {
            RuleType.Integer => Value.Of(checked((long)_integer)),
            RuleType.Decimal => Value.Of(_decimal),
            _ => Value.Of(_number),
        };
    }
}

internal sealed class ExtremeAccumulator(Evaluation value, Comparison<Value> order, int sign) : Accumulator
{
    private Value _best;

    public override void Add(Frame frame)
    {
        if (value(frame) is { IsMissing: false } present && (_best.IsMissing || order(present, _best) * (long)sign > 0))
        {
            _best = present;
        }
    }

    public override Value Result() => _best;
}

/// <summary>The value at the earliest or latest activity that has one.</summary>
internal sealed class EndAccumulator(Evaluation value, int sign) : Accumulator
{
    private IRuleActivity? _activity;
    private Value _value;

    public override void Add(Frame frame)
    {
        if (value(frame) is { IsMissing: false } present && (_activity is null || Order(frame.Activity!, _activity) * (long)sign > 0))
        {
            _activity = frame.Activity;
            _value = present;
        }
    }

    public override Value Result() => _value;

    /// <summary>By time, ties by id.</summary>
    public static int Order(IRuleActivity a, IRuleActivity b) =>
        a.At.CompareTo(b.At) is not 0 and var byTime ? byTime : string.CompareOrdinal(a.Id, b.Id);
}

/// <summary>The value where the key is smallest or largest; of equal keys the earliest activity counts.</summary>
internal sealed class ArgumentAccumulator(Evaluation value, Evaluation key, Comparison<Value> order, int sign) : Accumulator
{
    private IRuleActivity? _activity;
    private Value _key;
    private Value _value;

    public override void Add(Frame frame)
    {
        var present = key(frame);
        if (present.IsMissing)
        {
            return;
        }

        long better = _key.IsMissing ? 1 : order(present, _key) * (long)sign;
        bool earlier = better == 0 && frame.Activity is { } activity && EndAccumulator.Order(activity, _activity!) < 0;
        if (better > 0 || earlier)
        {
            _activity = frame.Activity;
            _key = present;
            _value = value(frame);
        }
    }

    public override Value Result() => _value;
}
