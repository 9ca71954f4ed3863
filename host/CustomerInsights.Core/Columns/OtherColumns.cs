using System.Runtime.InteropServices;
using System.Text;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Columns;

/// <summary>Doubles, always finite; 8 bytes a row.</summary>
public sealed class NumberColumn(int rows, ReadOnlyMemory<byte> present, ReadOnlyMemory<byte> data) : Column(DataType.Number, rows, present)
{
    /// <inheritdoc />
    public override long Bytes => base.Bytes + data.Length;

    /// <summary>The section of the numbers.</summary>
    public ReadOnlyMemory<byte> Data => data;

    /// <summary>The numbers, row by row; of a missing value any number.</summary>
    public ReadOnlySpan<double> Numbers => MemoryMarshal.Cast<byte, double>(data.Span);

    private protected override Value Read(int row) => Value.Of(Numbers[row]);
}

/// <summary>Decimals that do not fit 64 bits at one scale; 16 bytes a row.</summary>
public sealed class WideDecimalColumn(int rows, ReadOnlyMemory<byte> present, ReadOnlyMemory<byte> data) : Column(DataType.Decimal, rows, present)
{
    /// <inheritdoc />
    public override long Bytes => base.Bytes + data.Length;

    /// <summary>The section of the decimals.</summary>
    public ReadOnlyMemory<byte> Data => data;

    /// <summary>The decimals, row by row; of a missing value any.</summary>
    public ReadOnlySpan<decimal> Amounts => MemoryMarshal.Cast<byte, decimal>(data.Span);

    private protected override Value Read(int row) => Value.Of(Amounts[row]);
}

/// <summary>Booleans; a bit a row.</summary>
public sealed class BooleanColumn(int rows, ReadOnlyMemory<byte> present, ReadOnlyMemory<byte> data) : Column(DataType.Boolean, rows, present)
{
    /// <inheritdoc />
    public override long Bytes => base.Bytes + data.Length;

    /// <summary>The section of the bits.</summary>
    public ReadOnlyMemory<byte> Data => data;

    /// <summary>A bit a row, the lowest first; 0 where the value is missing and behind the last row.</summary>
    public ReadOnlySpan<ulong> Flags => MemoryMarshal.Cast<byte, ulong>(data.Span);

    private protected override Value Read(int row) => Value.Of(((Flags[row >> 6] >> (row & 63)) & 1) != 0);
}

/// <summary>UTF-8 texts behind each other.</summary>
/// <param name="Offsets">count + 1 offsets of 4 bytes into <paramref name="Utf8"/>, the first 0.</param>
/// <param name="Utf8">The texts.</param>
public readonly record struct TextSection(ReadOnlyMemory<byte> Offsets, ReadOnlyMemory<byte> Utf8)
{
    /// <summary>How many texts there are.</summary>
    public int Count => (Offsets.Length / sizeof(int)) - 1;

    /// <summary>The bytes that they take.</summary>
    public long Bytes => Offsets.Length + (long)Utf8.Length;

    /// <summary>Where each text begins, and where the last ends.</summary>
    public ReadOnlySpan<int> Starts => MemoryMarshal.Cast<byte, int>(Offsets.Span);

    /// <summary>A text's bytes.</summary>
    public ReadOnlySpan<byte> At(int index)
    {
        var starts = Starts;
        return Utf8.Span[starts[index]..starts[index + 1]];
    }

    /// <summary>A text.</summary>
    public string TextAt(int index) => Encoding.UTF8.GetString(At(index));
}

/// <summary>Texts of which many are equal: a code a row into a dictionary of the different ones.</summary>
/// <param name="rows">Rows.</param>
/// <param name="present">See <see cref="Column.Present"/>.</param>
/// <param name="width">Bytes of a code, unsigned: 1, 2 or 4.</param>
/// <param name="codes">The codes; 0 where the value is missing.</param>
/// <param name="dictionary">The different texts, in the order in which they first came; at least one.</param>
public sealed class TextColumn(int rows, ReadOnlyMemory<byte> present, int width, ReadOnlyMemory<byte> codes, TextSection dictionary)
    : Column(DataType.Text, rows, present)
{
    /// <inheritdoc />
    public override long Bytes => base.Bytes + codes.Length + dictionary.Bytes;

    /// <summary>Bytes of a code: 1, 2 or 4.</summary>
    public int Width => width;

    /// <summary>The section of the codes.</summary>
    public ReadOnlyMemory<byte> Data => codes;

    /// <summary>The different texts.</summary>
    public TextSection Dictionary => dictionary;

    /// <summary>The codes as unsigned integers of <see cref="Width"/> bytes.</summary>
    public ReadOnlySpan<T> Codes<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(codes.Span);

    /// <summary>The row's code.</summary>
    public int CodeAt(int row) => width switch
    {
        1 => codes.Span[row],
        2 => Codes<ushort>()[row],
        _ => Codes<int>()[row],
    };

    private protected override Value Read(int row) => Value.Of(dictionary.TextAt(CodeAt(row)));
}

/// <summary>Texts of which most are different, such as e-mail addresses: row by row, without a dictionary.</summary>
/// <param name="rows">Rows.</param>
/// <param name="present">See <see cref="Column.Present"/>.</param>
/// <param name="texts">One text a row, empty where it is missing.</param>
public sealed class PlainTextColumn(int rows, ReadOnlyMemory<byte> present, TextSection texts) : Column(DataType.Text, rows, present)
{
    /// <inheritdoc />
    public override long Bytes => base.Bytes + texts.Bytes;

    /// <summary>One text a row.</summary>
    public TextSection Texts => texts;

    private protected override Value Read(int row) => Value.Of(texts.TextAt(row));
}

/// <summary>Lists of text.</summary>
/// <param name="rows">Rows.</param>
/// <param name="present">See <see cref="Column.Present"/>.</param>
/// <param name="offsets">rows + 1 offsets of 4 bytes into <paramref name="items"/>.</param>
/// <param name="items">The items of all rows behind each other; none is missing.</param>
public sealed class TextListColumn(int rows, ReadOnlyMemory<byte> present, ReadOnlyMemory<byte> offsets, TextColumn items) : Column(DataType.TextList, rows, present)
{
    /// <inheritdoc />
    public override long Bytes => base.Bytes + offsets.Length + items.Bytes;

    /// <summary>The section of the offsets.</summary>
    public ReadOnlyMemory<byte> Data => offsets;

    /// <summary>Where each row's items begin, and where the last ones end.</summary>
    public ReadOnlySpan<int> Starts => MemoryMarshal.Cast<byte, int>(offsets.Span);

    /// <summary>The items.</summary>
    public TextColumn Items => items;

    private protected override Value Read(int row)
    {
        var starts = Starts;
        var list = new string[starts[row + 1] - starts[row]];
        for (var i = 0; i < list.Length; i++)
        {
            list[i] = items.Dictionary.TextAt(items.CodeAt(starts[row] + i));
        }

        return Value.Of(list);
    }
}
