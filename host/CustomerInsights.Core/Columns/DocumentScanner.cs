namespace CustomerInsights.Core.Columns;

/// <summary>
/// Walks through a value document as <see cref="Model.ValueDocument.Write(IReadOnlyList{string}, ReadOnlySpan{Model.Value})"/> writes it: without spaces.
/// Of another form it says so, and the caller takes the slow way.
/// </summary>
/// <param name="utf8">The document.</param>
internal ref struct DocumentScanner(ReadOnlySpan<byte> utf8)
{
    private readonly ReadOnlySpan<byte> _utf8 = utf8;
    private int _at = utf8 is [(byte)'{', ..] ? 1 : -1;

    /// <summary>Where the last name begins.</summary>
    public int NameStart { get; private set; }

    /// <summary>Its length in bytes.</summary>
    public int NameLength { get; private set; }

    /// <summary>Whether it has escapes.</summary>
    public bool NameEscaped { get; private set; }

    /// <summary>What the last value is.</summary>
    public DocumentValueKind Kind { get; private set; }

    /// <summary>Where the value's bytes begin.</summary>
    public int Start { get; private set; }

    /// <summary>How many there are.</summary>
    public int Length { get; private set; }

    /// <summary>True when the document came to its end as it should.</summary>
    public bool AtEnd { get; private set; }

    /// <summary>Whether the last name was the expected one; then its place is not told.</summary>
    public bool AsExpected { get; private set; }

    /// <summary>Goes to the next name and value; false at the end, or where it is not of the form: see <see cref="AtEnd"/>.</summary>
    /// <param name="expected">What probably comes: a name in quotes with the colon; may be empty.</param>
    public bool Next(ReadOnlySpan<byte> expected)
    {
        if (_at < 0 || _at >= _utf8.Length)
        {
            return false;
        }

        if (_utf8[_at] == '}')
        {
            AtEnd = _at == _utf8.Length - 1;
            return Fail();
        }

        if (_utf8[_at] == ',' && _at > 1)
        {
            _at++;
        }

        AsExpected = !expected.IsEmpty && _utf8[_at..].StartsWith(expected) && _at + expected.Length < _utf8.Length;
        if (AsExpected)
        {
            _at += expected.Length;
            return Value() || Fail();
        }

        if (!TryText(_utf8, _at, out var length, out var escaped))
        {
            return Fail();
        }

        (NameStart, NameLength, NameEscaped) = (_at + 1, length, escaped);
        _at += length + 2;
        if (_at + 1 >= _utf8.Length || _utf8[_at] != ':')
        {
            return Fail();
        }

        _at++;
        return Value() || Fail();
    }

    /// <summary>A text in quotes; its length without them.</summary>
    internal static bool TryText(ReadOnlySpan<byte> utf8, int at, out int length, out bool escaped)
    {
        (length, escaped) = (0, false);
        if (at >= utf8.Length || utf8[at] != '"')
        {
            return false;
        }

        var i = at + 1;
        while (true)
        {
            var found = utf8[i..].IndexOfAny((byte)'"', (byte)'\\');
            if (found < 0)
            {
                return false;
            }

            i += found;
            if (utf8[i] == '"')
            {
                length = i - at - 1;
                return true;
            }

            escaped = true;
            i += 2;
            if (i > utf8.Length)
            {
                return false;
            }
        }
    }

    private bool Value()
    {
        switch (_utf8[_at])
        {
            case (byte)'"':
                return Text(DocumentValueKind.Text);
            case (byte)'{':
                return Tagged();
            case (byte)'[':
                return List();
            case (byte)'t':
                return Word("true"u8, DocumentValueKind.True);
            case (byte)'f':
                return Word("false"u8, DocumentValueKind.False);
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                return Number();
            default:
                return false;
        }
    }

    private bool Text(DocumentValueKind kind)
    {
        if (!TryText(_utf8, _at, out var length, out var escaped))
        {
            return false;
        }

        return Take(escaped ? DocumentValueKind.EscapedText : kind, _at + 1, length, _at + length + 2);
    }

    private bool Number()
    {
        // Short mostly: a search with wide registers would take longer to begin.
        var whole = true;
        for (var end = _at + 1; end < _utf8.Length; end++)
        {
            switch (_utf8[end])
            {
                case (byte)',' or (byte)'}':
                    return Take(whole ? DocumentValueKind.Integer : DocumentValueKind.Number, _at, end - _at, end);
                case (byte)'.' or (byte)'E' or (byte)'e':
                    whole = false;
                    break;
                default:
                    break;
            }
        }

        return false;
    }

    private bool Word(ReadOnlySpan<byte> word, DocumentValueKind kind) => _utf8[_at..].StartsWith(word) && Take(kind, _at, word.Length, _at + word.Length);

    private bool Tagged()
    {
        var rest = _utf8[_at..];
        var (tag, kind) = rest.StartsWith("{\"d\":\""u8) ? (5, DocumentValueKind.Decimal)
            : rest.StartsWith("{\"at\":\""u8) ? (6, DocumentValueKind.Time)
            : rest.StartsWith("{\"day\":\""u8) ? (7, DocumentValueKind.Date)
            : (0, DocumentValueKind.Missing);
        if (tag == 0)
        {
            return false;
        }

        _at += tag;
        if (!Text(kind) || Kind == DocumentValueKind.EscapedText || _at >= _utf8.Length || _utf8[_at] != '}')
        {
            return false;
        }

        _at++;
        return true;
    }

    private bool List()
    {
        var start = _at + 1;
        var at = start;
        while (at < _utf8.Length && _utf8[at] != ']')
        {
            if (!TryText(_utf8, at, out var length, out _))
            {
                return false;
            }

            at += length + 2;
            if (at < _utf8.Length && _utf8[at] == ',')
            {
                at++;
            }
        }

        return at < _utf8.Length && Take(DocumentValueKind.List, start, at - start, at + 1);
    }

    private bool Take(DocumentValueKind kind, int start, int length, int next)
    {
        (Kind, Start, Length, _at) = (kind, start, length, next);
        return true;
    }

    private bool Fail()
    {
        _at = -1;
        return false;
    }
}
