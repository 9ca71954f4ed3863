using System.Numerics;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>A fold: a fresh one a profile.</summary>
internal interface IFold<TFrom, TTo>
{
    void Add(TFrom value);

    /// <summary>The result; false when it is missing. Sets <see cref="Scratch.Failed"/> when it does not fit.</summary>
    bool Result(Scratch scratch, out TTo result);
}

/// <summary>Sum of whole or scaled numbers. 128 bits hold any sum of 2^31 of them.</summary>
internal struct LongSum : IFold<long, long>
{
    private Int128 _sum;

    public void Add(long value) => _sum += value;

    public readonly bool Result(Scratch scratch, out long result)
    {
        result = unchecked((long)_sum);
        scratch.Failed |= result != _sum;
        return true;
    }
}

/// <summary>Sum of scaled decimals with the digits that the one-profile execution would give it: those of the values, or none when there are none.</summary>
internal struct ScaledSum(int digits, bool mean) : IFold<long, decimal>
{
    private Int128 _sum;
    private long _count;

    public void Add(long value)
    {
        _sum += value;
        _count++;
    }

    public readonly bool Result(Scratch scratch, out decimal result)
    {
        result = 0;
        if (_count == 0)
        {
            return !mean;
        }

        result = Exact(_sum, digits);
        result = mean ? result / _count : result;
        return true;
    }

    /// <summary>
    /// The decimal sum × 10^-digits. 2^31 numbers of 63 bits have a sum of less than 96 bits, so it is exact, as it is when decimals
    /// are added one by one.
    /// </summary>
    public static decimal Exact(Int128 sum, int digits)
    {
        var size = (UInt128)Int128.Abs(sum);
        return new decimal((int)(uint)(ulong)size, (int)(uint)((ulong)size >> 32), (int)(uint)(ulong)(size >> 64), Int128.IsNegative(sum), (byte)digits);
    }
}

/// <summary>Sum of decimals.</summary>
internal struct DecimalSum(bool mean) : IFold<decimal, decimal>
{
    private decimal _sum;
    private long _count;

    public void Add(decimal value)
    {
        _sum += value;
        _count++;
    }

    public readonly bool Result(Scratch scratch, out decimal result)
    {
        result = mean && _count > 0 ? _sum / _count : _sum;
        return !mean || _count > 0;
    }
}

/// <summary>Sum of doubles, in the order of the activities; what is no number is missing.</summary>
internal struct NumberSum(bool mean) : IFold<double, double>
{
    private double _sum;
    private long _count;

    public void Add(double value)
    {
        _sum += value;
        _count++;
    }

    public readonly bool Result(Scratch scratch, out double result)
    {
        result = mean ? _sum / _count : _sum;
        return (!mean || _count > 0) && double.IsFinite(result);
    }
}

/// <summary>The smallest or largest; of equal ones the first.</summary>
internal struct Extreme<T>(bool largest) : IFold<T, T>
    where T : unmanaged, IComparisonOperators<T, T, bool>
{
    private T _best;
    private bool _any;

    public void Add(T value)
    {
        if (!_any || (largest ? value > _best : value < _best))
        {
            _best = value;
            _any = true;
        }
    }

    public readonly bool Result(Scratch scratch, out T result)
    {
        result = _best;
        return _any;
    }
}

/// <summary>The first or last.</summary>
internal struct End<T>(bool last) : IFold<T, T>
    where T : unmanaged
{
    private T _value;
    private bool _any;

    public void Add(T value)
    {
        if (!_any || last)
        {
            _value = value;
            _any = true;
        }
    }

    public readonly bool Result(Scratch scratch, out T result)
    {
        result = _value;
        return _any;
    }
}
