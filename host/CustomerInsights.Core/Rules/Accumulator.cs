using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>Takes the rows of one aggregate one by one. Serves a single profile and a business measure alike.</summary>
internal abstract class Accumulator
{
    public abstract void Add(Frame frame);

    /// <summary>Adds what another of the same aggregate has taken of later rows. Sums of decimals and doubles may differ in their last digits from those of one.</summary>
    public abstract void Merge(Accumulator later);

    /// <exception cref="OverflowException">The result does not fit.</exception>
    public abstract Value Result();
}

internal sealed class CountAccumulator(Evaluation? value) : Accumulator
{
    private long _count;

    public override void Add(Frame frame) => _count += value is null || !value(frame).IsMissing ? 1 : 0;

    public override void Merge(Accumulator later) => _count += ((CountAccumulator)later)._count;

    public override Value Result() => Value.Of(_count);
}

internal sealed class ExistsAccumulator(Evaluation? value) : Accumulator
{
    private bool _found;

    public override void Add(Frame frame) => _found = _found || value is null || !value(frame).IsMissing;

    public override void Merge(Accumulator later) => _found |= ((ExistsAccumulator)later)._found;

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

    public override void Merge(Accumulator later) => _seen.UnionWith(((DistinctAccumulator)later)._seen);

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

    public override void Merge(Accumulator later)
    {
        var other = (SumAccumulator)later;
        _integer += other._integer;
        _decimal += other._decimal;
        _number += other._number;
        _count += other._count;
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

    public override void Add(Frame frame) => Take(value(frame));

    public override void Merge(Accumulator later) => Take(((ExtremeAccumulator)later)._best);

    public override Value Result() => _best;

    private void Take(Value present)
    {
        if (!present.IsMissing && (_best.IsMissing || order(present, _best) * (long)sign > 0))
        {
            _best = present;
        }
    }
}

/// <summary>The value at the earliest or latest activity that has one.</summary>
internal sealed class EndAccumulator(Evaluation value, int sign) : Accumulator
{
    private IRuleActivity? _activity;
    private Value _value;

    public override void Add(Frame frame) => Take(value(frame), frame.Activity);

    public override void Merge(Accumulator later)
    {
        var other = (EndAccumulator)later;
        Take(other._value, other._activity);
    }

    public override Value Result() => _value;

    /// <summary>By time, ties by id.</summary>
    public static int Order(IRuleActivity a, IRuleActivity b) =>
        a.At.CompareTo(b.At) is not 0 and var byTime ? byTime : string.CompareOrdinal(a.Id, b.Id);

    private void Take(Value present, IRuleActivity? activity)
    {
        if (!present.IsMissing && (_activity is null || Order(activity!, _activity) * (long)sign > 0))
        {
            _activity = activity;
            _value = present;
        }
    }
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
        if (IsBetter(present, frame.Activity))
        {
            (_key, _activity, _value) = (present, frame.Activity, value(frame));
        }
    }

    public override void Merge(Accumulator later)
    {
        var other = (ArgumentAccumulator)later;
        if (IsBetter(other._key, other._activity))
        {
            (_key, _activity, _value) = (other._key, other._activity, other._value);
        }
    }

    public override Value Result() => _value;

    private bool IsBetter(Value present, IRuleActivity? activity)
    {
        if (present.IsMissing || _key.IsMissing)
        {
            return !present.IsMissing;
        }

        var better = order(present, _key) * (long)sign;
        return better > 0 || (better == 0 && activity is not null && EndAccumulator.Order(activity, _activity!) < 0);
    }
}
