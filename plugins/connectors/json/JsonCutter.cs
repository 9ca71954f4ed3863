using System.Buffers;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Json;

/// <summary>What came of a step of the cutter.</summary>
internal enum JsonStep
{
    /// <summary>A record is there; it may still be bad JSON.</summary>
    Record,

    /// <summary>A record was over 4 MiB and has been passed over.</summary>
    TooLong,

    /// <summary>Bring more bytes.</summary>
    NeedData,

    /// <summary>There are no more records.</summary>
    End,
}

/// <summary>How the records of a file stand in it.</summary>
internal enum JsonShape
{
    /// <summary>One per line.</summary>
    Lines,

    /// <summary>The elements of an array.</summary>
    Array,

    /// <summary>One object.</summary>
    Single,
}

/// <summary>
/// Cuts UTF-8 JSON into records without reading the file as a whole: lines at newlines, the elements of an array by
/// counting brackets outside strings. So a record that is bad in itself spoils no other. Memory is bounded by 4 MiB a record.
/// </summary>
/// <param name="content">UTF-8 bytes; the cutter disposes it.</param>
/// <param name="file">Its name, for failures.</param>
/// <param name="shape">How the records stand.</param>
/// <param name="offset">Where the content stands in its file: at a line, or within the array before, between or behind elements.</param>
/// <param name="line">The line at which it stands, from 1.</param>
/// <param name="bufferSize">First size of the buffer; tests make it tiny.</param>
internal sealed class JsonCutter(Stream content, string file, JsonShape shape, long offset, long line, int bufferSize = 256 * 1024) : IDisposable
{
    internal const int MaxRecordBytes = 4 << 20;

    // Within a record a comma means nothing; behind a plain value it ends it.
    private static readonly SearchValues<byte> Inside = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> Outside = SearchValues.Create("\"{}[],"u8);

    private byte[] _buffer = new byte[bufferSize];
    private int _next;
    private int _end;
    private bool _eof;
    private long _bufferOffset = offset;

    // How far the record at hand has been scanned; kept over refills, so that no byte is scanned twice.
    private int _scanned;
    private int _depth;
    private bool _inString;
    private bool _escaped;
    private bool _inRecord;
    private bool _tooLong;
    private bool _ended;

    /// <summary>Bytes of memory held for the content.</summary>
    public int BufferSize => _buffer.Length;

    /// <summary>The record's bytes.</summary>
    public ReadOnlySpan<byte> Record => _buffer.AsSpan(RecordStart, RecordLength);

    /// <summary>The line on which the record begins.</summary>
    public long RecordLine { get; private set; }

    /// <summary>False when the file ended without a newline behind the line: more may be appended to it.</summary>
    public bool Terminated { get; private set; } = true;

    /// <summary>Where reading can go on behind the record.</summary>
    public long NextOffset => _bufferOffset + _next;

    /// <summary>The line there.</summary>
    public long NextLine { get; private set; } = line;

    private int RecordStart { get; set; }

    private int RecordLength { get; set; }

    /// <summary>Reads more bytes. Call it when <see cref="Read"/> asks for data.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        var pending = _end - _next;
        Buffer.BlockCopy(_buffer, _next, _buffer, 0, pending);
        _bufferOffset += _next;
        _scanned -= _next;
        _next = 0;
        _end = pending;
        if (pending > _buffer.Length / 2)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await content.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += read;
        _eof = read == 0;
    }

    /// <summary>Moves to the next record within the bytes at hand.</summary>
    public JsonStep Read() => _ended ? JsonStep.End : shape == JsonShape.Lines ? ReadLine() : ReadElement();

    private JsonStep ReadLine()
    {
        while (true)
        {
            _scanned = Math.Max(_scanned, _next);
            var at = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
            if (at < 0 && !_eof)
            {
                _scanned = _end;
                LetGo();
                return JsonStep.NeedData;
            }

            var end = at < 0 ? _end : _scanned + at;
            if (at < 0 && _next == _end && !_tooLong)
            {
                _ended = true;
                return JsonStep.End;
            }

            var text = _buffer.AsSpan(_next, end - _next).Trim(" \t\r"u8);
            RecordStart = end - _next == 0 ? end : _next + _buffer.AsSpan(_next, end - _next).IndexOf(text);
            RecordLength = text.Length;
            RecordLine = NextLine;
            Terminated = at >= 0;
            NextLine += at < 0 ? 0 : 1;
            var tooLong = _tooLong || text.Length > MaxRecordBytes;
            _tooLong = false;
            _next = at < 0 ? end : end + 1;
            _scanned = _next;
            if (tooLong)
            {
                RecordLength = Math.Min(RecordLength, 200);
                return JsonStep.TooLong;
            }

            if (text.Length > 0)
            {
                return JsonStep.Record;
            }
        }
    }

    private JsonStep ReadElement()
    {
        if (!_inRecord && FindElement() is { } step)
        {
            return step;
        }

        if (!ScanElement())
        {
            if (_eof)
            {
                throw Broken($"ends in the middle of the record that begins in line {RecordLine}");
            }

            LetGo();
            return JsonStep.NeedData;
        }

        _inRecord = false;
        var tooLong = _tooLong || _scanned - _next > MaxRecordBytes;
        _tooLong = false;
        RecordStart = _next;
        RecordLength = tooLong ? Math.Min(200, _scanned - _next) : _scanned - _next;
        NextLine += _buffer.AsSpan(_next, _scanned - _next).Count((byte)'\n');
        _next = _scanned;
        _ended = shape == JsonShape.Single;
        return tooLong ? JsonStep.TooLong : JsonStep.Record;
    }

    /// <summary>Goes to where the next element begins. Gives null when it is there.</summary>
    private JsonStep? FindElement()
    {
        while (_next < _end)
        {
            switch (_buffer[_next])
            {
                case (byte)'\n':
                    NextLine++;
                    _next++;
                    break;
                case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)',':
                    _next++;
                    break;
                case (byte)']':
                    _ended = true;
                    return JsonStep.End;
                default:
                    RecordLine = NextLine;
                    _scanned = _next;
                    _depth = 0;
                    _inString = _escaped = false;
                    _inRecord = true;
                    return null;
            }
        }

        _scanned = _next;
        return _eof ? throw Broken("ends before the array of records is closed") : JsonStep.NeedData;
    }

    /// <summary>Scans to the end of the element: the bracket that closes it, or for a plain value what follows it.</summary>
    private bool ScanElement()
    {
        while (_scanned < _end)
        {
            var rest = _buffer.AsSpan(_scanned, _end - _scanned);
            if (_escaped)
            {
                _escaped = false;
                _scanned++;
            }
            else if (_inString)
            {
                var at = rest.IndexOfAny((byte)'"', (byte)'\\');
                _scanned += at < 0 ? rest.Length : at + 1;
                if (at >= 0)
                {
                    _escaped = rest[at] == '\\';
                    _inString = _escaped;
                }
            }
            else
            {
                var at = rest.IndexOfAny(_depth > 0 ? Inside : Outside);
                if (at < 0)
                {
                    _scanned = _end;
                    return false;
                }

                _scanned += at;
                switch (rest[at])
                {
                    case (byte)'"':
                        _inString = true;
                        break;
                    case (byte)'{' or (byte)'[':
                        _depth++;
                        break;
                    default:
                        if (_depth == 0)
                        {
                            return true; // Behind a plain value.
                        }

                        if (--_depth == 0)
                        {
                            _scanned++;
                            return true;
                        }

                        break;
                }

                _scanned++;
            }
        }

        return false;
    }

    /// <summary>Lets go of a record that has become too long; its end is looked for all the same.</summary>
    private void LetGo()
    {
        if (_end - _next > MaxRecordBytes || (_tooLong && _end > _next))
        {
            _tooLong = true;
            NextLine += shape == JsonShape.Lines ? 0 : _buffer.AsSpan(_next, _end - _next).Count((byte)'\n');
            _next = _end;
            _scanned = _end;
        }
    }

    private PluginException Broken(string what) =>
        new(FailureKind.Data, $"'{file}' {what}. It is cut off or not JSON; write or copy it again.");

    /// <inheritdoc />
    public void Dispose() => content.Dispose();
}
