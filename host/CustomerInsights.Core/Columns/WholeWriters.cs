using System.Runtime.InteropServices;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Columns;

/// <summary>Writes scaled numbers in the narrowest width; missing rows do not widen it.</summary>
internal abstract class ScaledWriter : ColumnWriter
{
    protected ScaledColumn Scaled(DataType type, ReadOnlySpan<long> scaled, int digits, ReadOnlyMemory<byte> scales)
    {
        long least = long.MaxValue, most = long.MinValue;
        for (var row = 0; row < scaled.Length; row++)
        {
            if (IsPresent(row))
            {
                least = Math.Min(least, scaled[row]);
                most = Math.Max(most, scaled[row]);
            }
        }

        if (least > most)
        {
            least = most = 0;
        }

        var encoding = ScaledEncoding.Of(least, most, Step(scaled, least), digits);
        return new ScaledColumn(type, scaled.Length, Present(), encoding, Store(scaled, least, encoding), scales);
    }

    // Distances to the least are taken without a sign: the range of two long numbers may be wider than a long.
    private long Step(ReadOnlySpan<long> scaled, long least)
    {
        var step = 0UL;
        for (var row = 0; row < scaled.Length && step != 1; row++)
        {
            if (IsPresent(row))
            {
                var distance = unchecked((ulong)scaled[row] - (ulong)least);
                if (step == 0 || distance % step != 0)
                {
                    step = Divisor(step, distance);
                }
            }
        }

        return step is 0 or > long.MaxValue ? 1 : (long)step;
    }

    private byte[] Store(ReadOnlySpan<long> scaled, long least, ScaledEncoding encoding)
    {
        var data = new byte[scaled.Length * encoding.Width];
        switch (encoding.Width)
        {
            case 1:
                Narrow(scaled, least, encoding, data, 1L << 7, static (row, stored, data) => data[row] = (byte)(sbyte)stored);
                break;
            case 2:
                Narrow(scaled, least, encoding, data, 1L << 15, static (row, stored, data) => MemoryMarshal.Cast<byte, short>(data.AsSpan())[row] = (short)stored);
                break;
            case 4:
                Narrow(scaled, least, encoding, data, 1L << 31, static (row, stored, data) => MemoryMarshal.Cast<byte, int>(data.AsSpan())[row] = (int)stored);
                break;
            case 8:
                MemoryMarshal.AsBytes(scaled).CopyTo(data);
                break;
            default:
                break;
        }

        return data;
    }

    private void Narrow(ReadOnlySpan<long> scaled, long least, ScaledEncoding encoding, byte[] data, long half, Action<int, long, byte[]> put)
    {
        var step = (ulong)encoding.Step;
        for (var row = 0; row < scaled.Length; row++)
        {
            if (IsPresent(row))
            {
                var distance = unchecked((ulong)scaled[row] - (ulong)least);
                put(row, (long)(step == 1 ? distance : distance / step) - half, data);
            }
        }
    }

    private static ulong Divisor(ulong a, ulong b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}

/// <summary>Integers, days, instants.</summary>
internal sealed class WholeWriter(DataType type, int capacity = 0) : ScaledWriter
{
    private readonly List<long> _numbers = new(capacity);

    public override Column Build() => Scaled(type, CollectionsMarshal.AsSpan(_numbers), 0, default);

    /// <summary>A row's number.</summary>
    public long At(int row) => _numbers[row];

    /// <summary>Adds a row that has a value: the integer, the day number, or the UTC ticks.</summary>
    public void AddWhole(long number)
    {
        _numbers.Add(number);
        End(there: true);
    }

    protected override bool Put(Value value)
    {
        var there = value.Type == type;
        _numbers.Add(!there ? 0 : type switch
        {
            DataType.Integer => value.AsInteger(),
            DataType.Date => value.AsDate().DayNumber,
            _ => value.AsTime().UtcTicks,
        });
        return there;
    }

    protected override bool Put(DocumentValue value)
    {
        var there = value.Kind == (type switch { DataType.Integer => DocumentValueKind.Integer, DataType.Date => DocumentValueKind.Date, _ => DocumentValueKind.Time });
        _numbers.Add(!there ? 0 : type switch
        {
            DataType.Integer => value.AsLong(),
            DataType.Date => value.AsDayNumber(),
            _ => value.AsTicks(),
        });
        return there;
    }

    protected override bool PutFrom(Column column, int row)
    {
        if (column is not ScaledColumn scaled || column.Type != type)
        {
            return base.PutFrom(column, row);
        }

        _numbers.Add(scaled.ScaledAt(row));
        return true;
    }

    protected override void Move(ReadOnlySpan<int> order) => Arranged.Items(_numbers, order);
}

/// <summary>Decimals: their digits as a 64-bit number and a scale, until one comes that does not fit.</summary>
internal sealed class DecimalWriter(int capacity = 0) : ScaledWriter
{
    private readonly List<long> _units = new(capacity);
    private readonly List<byte> _scales = new(capacity);
    private List<decimal>? _wide;
    private int _digits;
    private bool _mixed;

    public override Column Build()
    {
        if (_wide is not null || !TryScale(out var scaled))
        {
            return new WideDecimalColumn(Rows, Present(), Sections.Of<decimal>(CollectionsMarshal.AsSpan(Widen())));
        }

        return Scaled(DataType.Decimal, scaled, _digits, _mixed ? _scales.ToArray() : []);
    }

    protected override bool Put(Value value)
    {
        var there = value.Type is DataType.Decimal or DataType.Integer;
        return there ? PutAmount(value.AsDecimal()) : PutMissing();
    }

    protected override bool Put(DocumentValue value)
    {
        switch (value.Kind)
        {
            case DocumentValueKind.Integer:
                return PutUnits(value.AsLong(), 0);
            case DocumentValueKind.Decimal:
                return value.TryUnits(out var units, out var scale) ? PutUnits(units, scale) : PutAmount(value.AsDecimal());
            default:
                return PutMissing();
        }
    }

    protected override bool PutFrom(Column column, int row)
    {
        if (column is not ScaledColumn { Type: DataType.Decimal } scaled)
        {
            return base.PutFrom(column, row);
        }

        var written = scaled.Scales.IsEmpty ? scaled.Digits : scaled.Scales.Span[row];
        return PutUnits(scaled.ScaledAt(row) / Decimals.Power(scaled.Digits - written), (byte)written);
    }

    protected override void Move(ReadOnlySpan<int> order)
    {
        if (_wide is not null)
        {
            Arranged.Items(_wide, order);
            return;
        }

        Arranged.Items(_units, order);
        Arranged.Items(_scales, order);
    }

    private bool PutMissing()
    {
        if (_wide is not null)
        {
            _wide.Add(0);
        }
        else
        {
            _units.Add(0);
            _scales.Add(0);
        }

        return false;
    }

    private bool PutAmount(decimal amount)
    {
        if (Decimals.TryScale(amount, amount.Scale, out var units))
        {
            return PutUnits(units, amount.Scale);
        }

        Widen().Add(amount);
        return true;
    }

    private bool PutUnits(long units, byte scale)
    {
        if (_wide is not null)
        {
            _wide.Add(Decimals.Unscale(units, scale, scale));
            return true;
        }

        _mixed |= Count > 0 && scale != _digits;
        _digits = Math.Max(_digits, scale);
        _units.Add(units);
        _scales.Add(scale);
        return true;
    }

    private List<decimal> Widen()
    {
        _wide ??= [.. _units.Select((units, row) => Decimals.Unscale(units, _scales[row], _scales[row]))];
        return _wide;
    }

    private bool TryScale(out long[] scaled)
    {
        scaled = new long[_units.Count];
        for (var row = 0; row < scaled.Length; row++)
        {
            var factor = Decimals.Power(_digits - _scales[row]);
            var high = Math.BigMul(_units[row], factor, out var low);
            if (high != low >> 63)
            {
                return false;
            }

            scaled[row] = low;
        }

        return true;
    }
}
