using System.Runtime.InteropServices;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Columns;

/// <summary>
/// Integers, days, instants, and decimals that fit 64 bits, in as few bytes as their range needs:
/// <c>scaled = Base + Step × stored</c>, stored as signed numbers of <see cref="Width"/> bytes. The scaled number is the integer itself,
/// the day number of a date, the UTC ticks of a time, or the decimal × 10^<see cref="Digits"/>. Order and equality of scaled
/// numbers are those of the values, and so are those of stored numbers.
/// </summary>
public sealed class ScaledColumn : Column
{
    private readonly ReadOnlyMemory<byte> _data;
    private readonly ReadOnlyMemory<byte> _scales;

    /// <summary>Over sections as a builder wrote them.</summary>
    /// <param name="type">Integer, Decimal, Date or Time.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="present">See <see cref="Column.Present"/>.</param>
    /// <param name="encoding">How numbers are stored.</param>
    /// <param name="data">rows × width bytes.</param>
    /// <param name="scales">For decimals written with different numbers of digits: one byte a row, the digits that it was written with. Empty: all have <see cref="Digits"/>.</param>
    public ScaledColumn(DataType type, int rows, ReadOnlyMemory<byte> present, ScaledEncoding encoding, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> scales)
        : base(type, rows, present)
    {
        Encoding = encoding;
        _data = data;
        _scales = scales;
    }

    /// <summary>How numbers are stored.</summary>
    public ScaledEncoding Encoding { get; }

    /// <summary>Bytes of a stored number: 0 (all are <see cref="Base"/>), 1, 2, 4 or 8.</summary>
    public int Width => Encoding.Width;

    /// <summary>The scaled number that is stored as 0.</summary>
    public long Base => Encoding.Base;

    /// <summary>The distance of neighbours, at least 1.</summary>
    public long Step => Encoding.Step;

    /// <summary>Decimal digits behind the point that a scaled number of a decimal has, 0 to 28; 0 for other types.</summary>
    public int Digits => Encoding.Digits;

    /// <inheritdoc />
    public override long Bytes => base.Bytes + _data.Length + _scales.Length;

    /// <summary>The stored numbers, row by row; of a missing value any number.</summary>
    public ReadOnlyMemory<byte> Data => _data;

    /// <summary>The digits that each decimal was written with, or empty.</summary>
    public ReadOnlyMemory<byte> Scales => _scales;

    /// <summary>The stored numbers as signed integers of <see cref="Width"/> bytes.</summary>
    public ReadOnlySpan<T> Stored<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_data.Span);

    /// <summary>The row's scaled number; any number when it is missing.</summary>
    public long ScaledAt(int row) => Width switch
    {
        0 => Base,
        1 => Base + (Step * Stored<sbyte>()[row]),
        2 => Base + (Step * Stored<short>()[row]),
        4 => Base + (Step * Stored<int>()[row]),
        _ => Stored<long>()[row],
    };

    private protected override Value Read(int row)
    {
        var scaled = ScaledAt(row);
        return Type switch
        {
            DataType.Integer => Value.Of(scaled),
            DataType.Date => Value.Of(DateOnly.FromDayNumber((int)scaled)),
            DataType.Time => Value.Of(new DateTimeOffset(scaled, TimeSpan.Zero)),
            _ => Value.Of(Decimals.Unscale(scaled, Digits, _scales.IsEmpty ? Digits : _scales.Span[row])),
        };
    }
}

/// <summary>How a <see cref="ScaledColumn"/> stores its numbers.</summary>
/// <param name="Width">Bytes: 0, 1, 2, 4 or 8. With 8, <paramref name="Base"/> is 0 and <paramref name="Step"/> 1.</param>
/// <param name="Base">The scaled number stored as 0.</param>
/// <param name="Step">The distance of neighbours, at least 1.</param>
/// <param name="Digits">Of decimals.</param>
public readonly record struct ScaledEncoding(int Width, long Base, long Step, int Digits)
{
    /// <summary>The narrowest encoding of a range.</summary>
    /// <param name="least">The smallest scaled number.</param>
    /// <param name="most">The largest scaled number.</param>
    /// <param name="step">A common divisor of all distances to <paramref name="least"/>; 0 when all are equal.</param>
    /// <param name="digits">Of decimals.</param>
    public static ScaledEncoding Of(long least, long most, long step, int digits)
    {
        if (least == most)
        {
            return new ScaledEncoding(0, least, 1, digits);
        }

        var steps = ((Int128)most - least) / step;
        foreach (var width in (ReadOnlySpan<int>)[1, 2, 4])
        {
            var half = (Int128)1 << ((8 * width) - 1);
            var zero = least + (step * half);
            if (steps < 2 * half && zero <= long.MaxValue)
            {
                return new ScaledEncoding(width, (long)zero, step, digits);
            }
        }

        return new ScaledEncoding(8, 0, 1, digits);
    }
}

/// <summary>Decimals as scaled integers and back.</summary>
internal static class Decimals
{
    private static ReadOnlySpan<long> Powers =>
    [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000, 100_000_000_000,
        1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
        100_000_000_000_000_000, 1_000_000_000_000_000_000,
    ];

    /// <summary>10^digits; digits 0 to 18.</summary>
    public static long Power(int digits) => Powers[digits];

    /// <summary>The decimal × 10^digits, when that is whole and fits 64 bits.</summary>
    public static bool TryScale(decimal amount, int digits, out long scaled)
    {
        scaled = 0;
        if (digits > 18 || amount.Scale > digits)
        {
            return false;
        }

        Span<int> bits = stackalloc int[4];
        decimal.GetBits(amount, bits);
        var unscaled = (Int128)(UInt128)new UInt128((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
        if (unscaled > long.MaxValue)
        {
            return false;
        }

        var product = unscaled * Power(digits - amount.Scale);
        if (product > long.MaxValue)
        {
            return false;
        }

        scaled = bits[3] < 0 ? -(long)product : (long)product;
        return true;
    }

    /// <summary>The decimal that was scaled by <paramref name="digits"/>, written with <paramref name="written"/> digits.</summary>
    public static decimal Unscale(long scaled, int digits, int written)
    {
        var number = scaled / Power(digits - written);
        var size = number < 0 ? (ulong)(-(number + 1)) + 1 : (ulong)number;
        return new decimal((int)(uint)size, (int)(uint)(size >> 32), 0, number < 0, (byte)written);
    }
}
