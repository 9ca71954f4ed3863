using System.Numerics;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>The same value for all rows, or none for any.</summary>
internal sealed class ConstantVector<T>(T? value) : VectorNode<T>
    where T : unmanaged
{
    public override void Fill(Extent extent, Scratch scratch, Span<T> values, Span<ulong> present)
    {
        values[..(extent.Words << 6)].Fill(value ?? default);
        present[..extent.Words].Fill(value is null ? 0 : ulong.MaxValue);
    }
}

/// <summary>A column's scaled numbers.</summary>
internal sealed class ScaledVector(ScaledColumn column) : VectorNode<long>
{
    public ScaledColumn Column => column;

    public override void Fill(Extent extent, Scratch scratch, Span<long> values, Span<ulong> present)
    {
        Presence.Fill(column, extent, present);
        switch (column.Width)
        {
            case 0:
                values[..extent.Rows].Fill(column.Base);
                break;
            case 1:
                Decode(column.Stored<sbyte>().Slice(extent.FirstRow, extent.Rows), values);
                break;
            case 2:
                Decode(column.Stored<short>().Slice(extent.FirstRow, extent.Rows), values);
                break;
            case 4:
                Decode(column.Stored<int>().Slice(extent.FirstRow, extent.Rows), values);
                break;
            default:
                column.Stored<long>().Slice(extent.FirstRow, extent.Rows).CopyTo(values);
                break;
        }
    }

    private void Decode<T>(ReadOnlySpan<T> stored, Span<long> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        long start = column.Base, step = column.Step;
        for (var i = 0; i < stored.Length; i++)
        {
            values[i] = unchecked(start + (step * long.CreateTruncating(stored[i])));
        }
    }
}

/// <summary>A column's doubles.</summary>
internal sealed class NumberVector(NumberColumn column) : VectorNode<double>
{
    public override void Fill(Extent extent, Scratch scratch, Span<double> values, Span<ulong> present)
    {
        Presence.Fill(column, extent, present);
        column.Numbers.Slice(extent.FirstRow, extent.Rows).CopyTo(values);
    }
}

/// <summary>A column's decimals, each with the digits that it was written with.</summary>
internal sealed class DecimalVector(Column column) : VectorNode<decimal>
{
    public override void Fill(Extent extent, Scratch scratch, Span<decimal> values, Span<ulong> present)
    {
        Presence.Fill(column, extent, present);
        for (var i = 0; i < extent.Rows; i++)
        {
            if (((present[i >> 6] >> (i & 63)) & 1) != 0)
            {
                values[i] = column is ScaledColumn { Scales.IsEmpty: true } scaled
                    ? ScaledSum.Exact(scaled.ScaledAt(extent.FirstRow + i), scaled.Digits)
                    : column.ValueAt(extent.FirstRow + i).AsDecimal();
            }
        }
    }
}

/// <summary>A text column's codes, from 1 on; a missing value is not there.</summary>
internal sealed class CodeVector(TextColumn column) : VectorNode<long>
{
    public override void Fill(Extent extent, Scratch scratch, Span<long> values, Span<ulong> present)
    {
        Presence.Fill(column, extent, present);
        switch (column.Width)
        {
            case 1:
                Widen(column.Codes<byte>().Slice(extent.FirstRow, extent.Rows), values);
                break;
            case 2:
                Widen(column.Codes<ushort>().Slice(extent.FirstRow, extent.Rows), values);
                break;
            default:
                Widen(column.Codes<uint>().Slice(extent.FirstRow, extent.Rows), values);
                break;
        }
    }

    private static void Widen<T>(ReadOnlySpan<T> codes, Span<long> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (var i = 0; i < codes.Length; i++)
        {
            values[i] = long.CreateTruncating(codes[i]) + 1;
        }
    }
}
