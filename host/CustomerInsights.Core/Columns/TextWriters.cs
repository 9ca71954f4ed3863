using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Columns;

/// <summary>Texts: by a dictionary of their bytes, until it shows that most differ.</summary>
/// <param name="plain">True when they are known to differ, as ids do.</param>
internal sealed class TextWriter(bool plain = false) : ColumnWriter
{
    // A dictionary that is half as long as the column would only be in the way.
    private const int PlainFrom = 65_536;

    private readonly Utf8Dictionary _dictionary = new();
    private readonly List<int> _codes = [];
    private PlainTexts? _plain = plain ? new PlainTexts() : null;

    public override Column Build()
    {
        if (MostDiffer)
        {
            GoPlain();
        }

        return _plain is { } texts ? new PlainTextColumn(Rows, Present(), texts.Section()) : Coded(Present());
    }

    public TextColumn Coded(ReadOnlyMemory<byte> present)
    {
        if (_dictionary.Count == 0)
        {
            _dictionary.Add([]);
        }

        var codes = CollectionsMarshal.AsSpan(_codes);
        return new TextColumn(codes.Length, present, Sections.CodeWidth(_dictionary.Count), Sections.Codes(codes, _dictionary.Count), _dictionary.Section());
    }

    /// <summary>Adds a row that has a value.</summary>
    public void AddUtf8(ReadOnlySpan<byte> text) => End(PutUtf8(text));

    /// <summary>Takes a text by its code.</summary>
    public void PutCode(ReadOnlySpan<byte> text) => _codes.Add(_dictionary.Add(text));

    public void PutCode(string text) => PutCode(Encoding.UTF8.GetBytes(text));

    protected override bool Put(Value value) => value.Type == DataType.Text ? PutUtf8(Encoding.UTF8.GetBytes(value.AsText())) : PutMissing();

    protected override bool Put(DocumentValue value) => value.Kind switch
    {
        DocumentValueKind.Text => PutUtf8(value.Utf8),
        DocumentValueKind.EscapedText => PutUtf8(value.Unescape()),
        _ => PutMissing(),
    };

    protected override bool PutFrom(Column column, int row) => column switch
    {
        TextColumn coded => PutUtf8(coded.Dictionary.At(coded.CodeAt(row))),
        PlainTextColumn texts => PutUtf8(texts.Texts.At(row)),
        _ => base.PutFrom(column, row),
    };

    private bool PutUtf8(ReadOnlySpan<byte> text)
    {
        if (_plain is null)
        {
            PutCode(text);
            if (_dictionary.Count >= 2 * PlainFrom && int.IsPow2(_dictionary.Count) && MostDiffer)
            {
                // The row being put is not among the rows yet.
                GoPlain();
                _plain!.Add(text);
            }
        }
        else
        {
            _plain.Add(text);
        }

        return true;
    }

    private bool PutMissing()
    {
        if (_plain is null)
        {
            _codes.Add(0);
        }
        else
        {
            _plain.Add([]);
        }

        return false;
    }

    private bool MostDiffer => _plain is null && _dictionary.Count > PlainFrom && _dictionary.Count > Rows / 2;

    private void GoPlain()
    {
        _plain = new PlainTexts();
        for (var row = 0; row < Rows; row++)
        {
            _plain.Add(IsPresent(row) ? _dictionary.At(_codes[row]) : []);
        }
    }

    /// <summary>Texts row by row.</summary>
    private sealed class PlainTexts
    {
        private readonly ArrayBufferWriter<byte> _utf8 = new();
        private readonly List<int> _starts = [0];

        public void Add(ReadOnlySpan<byte> text)
        {
            _utf8.Write(text);
            _starts.Add(_utf8.WrittenCount);
        }

        public TextSection Section() => new(Sections.Of<int>(CollectionsMarshal.AsSpan(_starts)), _utf8.WrittenSpan.ToArray());
    }
}

/// <summary>Lists of text.</summary>
internal sealed class TextListWriter : ColumnWriter
{
    private readonly TextWriter _items = new();
    private readonly List<int> _starts = [0];
    private int _count;

    public override Column Build() => new TextListColumn(Rows, Present(), Sections.Of<int>(CollectionsMarshal.AsSpan(_starts)), _items.Coded(default));

    protected override bool Put(Value value)
    {
        var there = value.Type == DataType.TextList;
        foreach (var item in there ? value.AsTextList() : [])
        {
            _items.PutCode(item);
            _count++;
        }

        _starts.Add(_count);
        return there;
    }

    protected override bool Put(DocumentValue value)
    {
        var there = value.Kind == DocumentValueKind.List;
        if (there)
        {
            foreach (var item in value.Items())
            {
                _items.PutCode(item);
                _count++;
            }
        }

        _starts.Add(_count);
        return there;
    }
}
