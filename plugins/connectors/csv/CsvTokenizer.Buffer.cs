namespace CustomerInsights.Connectors.Csv;

/// <summary>The tokenizer's buffer: filling, the ends of rows, and going on behind what is broken.</summary>
internal sealed partial class CsvTokenizer
{
    /// <summary>Reads more bytes. Call it when <see cref="Read"/> asks for data.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var read = await _content.ReadAsync(_buffer.AsMemory(_end, _buffer.Length - Block - _end), cancellationToken).ConfigureAwait(false);
        _end += read;
        _eof = read == 0;
        _block = -1;
    }

    private void MakeRoom()
    {
        var pending = _end - _next;
        if (_next > 0)
        {
            Buffer.BlockCopy(_buffer, _next, _buffer, 0, pending);
            BufferOffset += _next;
            _next = 0;
            _end = pending;
        }

        // The row at hand fills half of the buffer: double it. The caps on field and row stop this at 8 MiB.
        if (pending > (_buffer.Length - Block) / 2)
        {
            Array.Resize(ref _buffer, ((_buffer.Length - Block) * 2) + Block);
        }
    }

    private CsvStep NeedData(int rowStart)
    {
        _next = rowStart;
        _block = -1;
        return CsvStep.NeedData;
    }

    private CsvStep AtEndOfBuffer(int rowStart, int fieldStart, int count, int inner, int limit, bool quoted)
    {
        if (_end > limit)
        {
            return Broken(quoted ? CsvFault.UnclosedQuote : CsvFault.TooLong, rowStart, fieldStart, count, inner);
        }

        if (!_eof)
        {
            return NeedData(rowStart);
        }

        if (quoted)
        {
            return Broken(CsvFault.UnclosedQuote, rowStart, fieldStart, count, inner);
        }

        AddField(ref count, fieldStart, _end - fieldStart, quoted: false, escaped: false);
        return EndRow(rowStart, _end, count, inner, -1, 0);
    }

    private CsvStep EndRow(int rowStart, int rowEnd, int count, int inner, int block, ulong mask)
    {
        RowStart = rowStart;
        RowLength = rowEnd - rowStart;
        RowOffset = BufferOffset + rowStart;
        RowLine = NextLine;
        RowLastLine = NextLine + inner;
        RowTerminated = rowEnd < _end;
        FieldCount = count;
        _next = rowEnd + 1;
        if (!RowTerminated)
        {
            _next = _end;
        }
        else if (_buffer[rowEnd] == '\r' && _next < _end && _buffer[_next] == '\n')
        {
            _next++;
            block = mask == 0 ? -1 : block;
            mask &= mask - 1; // The LF of a CRLF.
        }

        _block = _next < _end ? block : -1;
        _mask = mask;
        NextLine = RowLastLine + (RowTerminated ? 1 : 0);
        return CsvStep.Row;
    }

    /// <summary>Gives the row up and goes on at the line after the one where the field at fault begins.</summary>
    private CsvStep Broken(CsvFault fault, int rowStart, int fieldStart, int column, int innerBeforeField, int? innerAll = null)
    {
        Fault = fault;
        FaultColumn = column;
        FaultLine = NextLine + innerBeforeField;
        RowOffset = BufferOffset + rowStart;
        RowLine = NextLine;
        RowLastLine = NextLine + (innerAll ?? innerBeforeField);
        RowStart = rowStart;
        RowLength = Math.Min(_end - rowStart, 400);
        RowTerminated = true;
        FieldCount = 0;
        NextLine = FaultLine;
        _next = fieldStart;
        _block = -1;
        _skipping = true;
        return CsvStep.Broken;
    }

    /// <summary>Drops bytes up to and with the next newline, whatever they are.</summary>
    private bool SkipLine()
    {
        var at = _buffer.AsSpan(_next, _end - _next).IndexOfAny((byte)'\n', (byte)'\r');
        _block = -1;
        if (at < 0)
        {
            _next = _end;
            return false;
        }

        at += _next;
        if (_buffer[at] == '\r' && at + 1 == _end && !_eof)
        {
            _next = at;
            return false;
        }

        _next = at + (_buffer[at] == '\r' && at + 1 < _end && _buffer[at + 1] == '\n' ? 2 : 1);
        NextLine++;
        _skipping = false;
        return true;
    }

    /// <summary>Empty lines are no rows. Gives Row when one begins here.</summary>
    private CsvStep SkipBlankLines()
    {
        while (_next < _end && _buffer[_next] is (byte)'\n' or (byte)'\r')
        {
            if (_buffer[_next] == '\r' && _next + 1 == _end && !_eof)
            {
                return CsvStep.NeedData;
            }

            _next += _buffer[_next] == '\r' && _next + 1 < _end && _buffer[_next + 1] == '\n' ? 2 : 1;
            NextLine++;
            _block = -1;
        }

        return _next < _end ? CsvStep.Row : _eof ? CsvStep.End : CsvStep.NeedData;
    }

    private bool IsBlank(int from, int to) => _buffer.AsSpan(from, to - from).IndexOfAnyExcept((byte)' ', (byte)'\t') < 0;
}
