using System.Runtime.InteropServices;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Columns;

/// <summary>
/// The values of one attribute, or of one activity field, of all rows of a part. Immutable; may be read by many threads at once.
/// Data lie in sections of plain little-endian bytes, so that a column is the same in memory and in a mapped file.
/// </summary>
public abstract class Column
{
    private readonly ReadOnlyMemory<byte> _present;

    private protected Column(DataType type, int rows, ReadOnlyMemory<byte> present)
    {
        Type = type;
        Rows = rows;
        _present = present;
    }

    /// <summary>The type of every value that is there.</summary>
    public DataType Type { get; }

    /// <summary>How many rows there are.</summary>
    public int Rows { get; }

    /// <summary>True when no value is missing; <see cref="Present"/> is then empty.</summary>
    public bool AllPresent => _present.IsEmpty;

    /// <summary>A bit a row, the lowest first, set where there is a value; bits behind the last row are 0. Empty when all are present.</summary>
    public ReadOnlySpan<ulong> Present => MemoryMarshal.Cast<byte, ulong>(_present.Span);

    /// <summary>The bytes that the column takes, dictionaries included.</summary>
    public virtual long Bytes => _present.Length;

    /// <summary>The section of <see cref="Present"/>, to be written to a file.</summary>
    public ReadOnlyMemory<byte> PresentSection => _present;

    /// <summary>Whether the row has a value.</summary>
    public bool IsPresent(int row) => _present.IsEmpty || ((Present[row >> 6] >> (row & 63)) & 1) != 0;

    /// <summary>The row's value, or missing: slow and obvious, for single rows.</summary>
    public Value ValueAt(int row) => IsPresent(row) ? Read(row) : default;

    private protected abstract Value Read(int row);
}
