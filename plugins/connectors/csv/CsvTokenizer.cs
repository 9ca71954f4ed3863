using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CustomerInsights.Connectors.Csv;

/// <summary>
/// Cuts UTF-8 CSV into rows: RFC 4180 with LF, CRLF or CR ends, any one-byte delimiter and quote. The caller pulls rows
/// with <see cref="Read"/> and brings more bytes with <see cref="FillAsync"/>. Memory is bounded by <see cref="MaxRowBytes"/>.
/// </summary>
/// <remarks>
/// Structural bytes are found 64 at a time as a bit mask, so a byte is looked at once. What is too long, or a quote that is
/// never closed, costs one row: reading goes on at the line after the one where that field began.
/// </remarks>
internal sealed partial class CsvTokenizer : IDisposable
{
    internal const int MaxFieldBytes = 1 << 20;
    internal const int MaxRowBytes = 4 << 20;
    internal const int MaxFields = 4096;
    private const int Block = 64;

    private readonly Stream _content;
    private readonly byte _delimiter;
    private readonly byte _quote;
    private readonly bool _trim;
    private byte[] _buffer;
    private int _next;
    private int _end;
    private bool _eof;
    private bool _skipping;
    private ulong _mask;
    private int _block = -1;
    private CsvField[] _fields = new CsvField[32];

    /// <summary>Makes a tokenizer.</summary>
    /// <param name="content">UTF-8 bytes; the tokenizer disposes it.</param>
    /// <param name="delimiter">The delimiter.</param>
    /// <param name="quote">The quote, or 0 for none.</param>
    /// <param name="trim">Whether blanks around a quoted field are skipped.</param>
    /// <param name="offset">Where the content stands in its file.</param>
    /// <param name="line">The line at which it stands, from 1.</param>
    /// <param name="bufferSize">First size of the buffer; tests make it tiny.</param>
    public CsvTokenizer(Stream content, byte delimiter, byte quote, bool trim, long offset = 0, long line = 1, int bufferSize = 256 * 1024)
    {
        _content = content;
        _delimiter = delimiter;
        // Without a quote the newline stands in for it: the comparison stays four wide and never hits anything new.
        _quote = quote == 0 ? (byte)'\n' : quote;
        _trim = trim;
        _buffer = new byte[bufferSize + Block];
        BufferOffset = offset;
        NextLine = line;
    }

    /// <summary>Bytes of memory held for the content.</summary>
    public int BufferSize => _buffer.Length;

    /// <summary>How many fields the current row has.</summary>
    public int FieldCount { get; private set; }

    /// <summary>The line on which the current row begins, from 1.</summary>
    public long RowLine { get; private set; }

    /// <summary>The line on which it ends.</summary>
    public long RowLastLine { get; private set; }

    /// <summary>False when the file ended without a newline behind the current row: more may be appended to it.</summary>
    public bool RowTerminated { get; private set; }

    /// <summary>Why the current row is broken.</summary>
    public CsvFault Fault { get; private set; }

    /// <summary>The column (from 0) at which it broke.</summary>
    public int FaultColumn { get; private set; }

    /// <summary>The line on which the field that broke begins.</summary>
    public long FaultLine { get; private set; }

    /// <summary>Where the current row begins in the content.</summary>
    public long RowOffset { get; private set; }

    /// <summary>True behind a broken row, until the next row is found: no place to go on from later.</summary>
    public bool Skipping => _skipping;

    /// <summary>Where the next row begins in the content.</summary>
    public long NextOffset => BufferOffset + _next;

    /// <summary>The line on which the next row begins.</summary>
    public long NextLine { get; private set; }

    private long BufferOffset { get; set; }

    private int RowStart { get; set; }

    private int RowLength { get; set; }

    /// <summary>The current row's bytes, without the newline at its end.</summary>
    public ReadOnlySpan<byte> Row => _buffer.AsSpan(RowStart, RowLength);

    /// <summary>One field as it stands in the file, without the outer quotes.</summary>
    /// <param name="index">0 to <see cref="FieldCount"/> − 1.</param>
    public ReadOnlySpan<byte> Raw(int index)
    {
        ref var field = ref _fields[index];
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_buffer), field.Start), field.Length);
    }

    /// <summary>How one field was written.</summary>
    /// <param name="index">As for <see cref="Raw"/>.</param>
    public ref readonly CsvField Field(int index) => ref _fields[index];

    /// <summary>Moves to the next row within the bytes at hand.</summary>
    public CsvStep Read()
    {
        if (_skipping && !SkipLine())
        {
            return _eof ? CsvStep.End : CsvStep.NeedData;
        }

        var step = SkipBlankLines();
        return step == CsvStep.Row ? ReadRow() : step;
    }

    private CsvStep ReadRow()
    {
        var buffer = _buffer;
        var end = _end;
        var rowStart = _next;
        var block = _block;
        var mask = _mask;
        if (block < 0)
        {
            block = rowStart;
            mask = Structure(block);
        }

        var fieldStart = rowStart;
        var count = 0;
        var inner = 0;
        // Whichever cap comes first; the same at every buffer boundary, so that a file is read the same way every time.
        var limit = Math.Min(fieldStart + MaxFieldBytes, rowStart + MaxRowBytes);
        while (true)
        {
            while (mask == 0)
            {
                block += Block;
                if (block >= end)
                {
                    return AtEndOfBuffer(rowStart, fieldStart, count, inner, limit, quoted: false);
                }

                mask = Structure(block);
            }

            var at = block + BitOperations.TrailingZeroCount(mask);
            mask &= mask - 1;
            if (at > limit)
            {
                return Broken(CsvFault.TooLong, rowStart, fieldStart, count, inner);
            }

            var found = buffer[at];
            if (found == _delimiter)
            {
                AddField(ref count, fieldStart, at - fieldStart, quoted: false, escaped: false);
            }
            else if (found is (byte)'\n' or (byte)'\r')
            {
                if (found == '\r' && at + 1 == end && !_eof)
                {
                    return NeedData(rowStart);
                }

                AddField(ref count, fieldStart, at - fieldStart, quoted: false, escaped: false);
                return EndRow(rowStart, at, count, inner, block, mask);
            }
            else if (at != fieldStart && !(_trim && IsBlank(fieldStart, at)))
            {
                continue; // A quote inside an unquoted field is a character like any other: 5" pipe.
            }
            else
            {
                // Quoted. Nothing but another quote ends it; newlines are counted on the way.
                var opened = inner;
                var escaped = false;
                int close;
                while (true)
                {
                    while (mask == 0)
                    {
                        block += Block;
                        if (block >= end)
                        {
                            return AtEndOfBuffer(rowStart, fieldStart, count, opened, limit, quoted: true);
                        }

                        mask = Structure(block);
                    }

                    close = block + BitOperations.TrailingZeroCount(mask);
                    mask &= mask - 1;
                    if (close > limit)
                    {
                        return Broken(CsvFault.UnclosedQuote, rowStart, fieldStart, count, opened);
                    }

                    found = buffer[close];
                    if (found == _quote)
                    {
                        if (close + 1 == end && !_eof)
                        {
                            return NeedData(rowStart);
                        }

                        if (close + 1 == end || buffer[close + 1] != _quote)
                        {
                            break;
                        }

                        escaped = true;
                        Consume(ref block, ref mask);
                    }
                    else if (found == '\n')
                    {
                        inner++;
                    }
                    else if (found == '\r')
                    {
                        if (close + 1 == end && !_eof)
                        {
                            return NeedData(rowStart);
                        }

                        // CRLF is one line: the LF behind it will be counted.
                        inner += close + 1 < end && buffer[close + 1] == '\n' ? 0 : 1;
                    }
                }

                var after = close + 1;
                while (_trim && after < end && buffer[after] is (byte)' ' or (byte)'\t' && buffer[after] != _delimiter)
                {
                    after++;
                }

                if (after == end && !_eof)
                {
                    return end > limit
                        ? Broken(CsvFault.TooLong, rowStart, fieldStart, count, opened)
                        : NeedData(rowStart);
                }

                AddField(ref count, at + 1, close - at - 1, quoted: true, escaped);
                if (after == end)
                {
                    _block = -1;
                    return EndRow(rowStart, end, count, inner, -1, 0);
                }

                found = buffer[after];
                if (found != _delimiter && found is not ((byte)'\n' or (byte)'\r'))
                {
                    return Broken(CsvFault.TextAfterQuote, rowStart, fieldStart, count - 1, opened, inner);
                }

                if (found == '\r' && after + 1 == end && !_eof)
                {
                    return NeedData(rowStart);
                }

                Consume(ref block, ref mask);
                if (found != _delimiter)
                {
                    return EndRow(rowStart, after, count, inner, block, mask);
                }

                at = after;
            }

            fieldStart = at + 1;
            limit = Math.Min(fieldStart + MaxFieldBytes, rowStart + MaxRowBytes);
        }
    }

    /// <summary>Takes the next structural byte, which the caller has already looked at.</summary>
    private void Consume(ref int block, ref ulong mask)
    {
        while (mask == 0)
        {
            block += Block;
            mask = Structure(block);
        }

        mask &= mask - 1;
    }

    /// <summary>One bit for each delimiter, quote, LF and CR among the 64 bytes from here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Structure(int from)
    {
        ref var start = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_buffer), from);
        var delimiter = Vector256.Create(_delimiter);
        var quote = Vector256.Create(_quote);
        var lf = Vector256.Create((byte)'\n');
        var cr = Vector256.Create((byte)'\r');
        var low = Vector256.LoadUnsafe(ref start);
        var high = Vector256.LoadUnsafe(ref start, 32);
        var bits = (ulong)(Vector256.Equals(low, delimiter) | Vector256.Equals(low, quote) | Vector256.Equals(low, lf) | Vector256.Equals(low, cr)).ExtractMostSignificantBits()
            | ((ulong)(Vector256.Equals(high, delimiter) | Vector256.Equals(high, quote) | Vector256.Equals(high, lf) | Vector256.Equals(high, cr)).ExtractMostSignificantBits() << 32);
        var left = _end - from;
        return left >= Block ? bits : bits & ((1UL << left) - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddField(ref int count, int start, int length, bool quoted, bool escaped)
    {
        if (count == _fields.Length)
        {
            if (count == MaxFields)
            {
                return; // No header is that wide: the row is rejected by its count anyway.
            }

            Array.Resize(ref _fields, _fields.Length * 2);
        }

        _fields[count++] = new CsvField(start, length, quoted, escaped);
    }

    /// <inheritdoc />
    public void Dispose() => _content.Dispose();
}
