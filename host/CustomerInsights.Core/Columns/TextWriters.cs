using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Columns;

/// <summary>Texts: by a dictionary of their bytes, until it shows that most differ.</summary>
/// <param name="plain">True when they are known to differ, as ids do.</param>
/// <param name="capacity">How many rows will come, when that is known.</param>
internal sealed class TextWriter(bool plain = false, int capacity = 0) : ColumnWriter
{
    // A dictionary that is half as long as the column would only be in the way.
    private const int PlainFrom = 65_536;

    private readonly Utf8Dictionary _dictionary = new();
    private readonly List<int> _codes = new(plain ? 0 : capacity);
    private PlainTexts? _plain = plain ? new PlainTexts(PlainTexts.IdLength * capacity, capacity) : null;

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

    /// <summary>A row's text, where it is known that they differ.</summary>
    public ReadOnlySpan<byte> PlainAt(int row) => _plain!.At(row);

    /// <summary>Takes a text by its code.</summary>
    public void PutCode(ReadOnlySpan<byte> text) => _codes.Add(_dictionary.Add(text));

    /// <summary>The codes that were put.</summary>
    public ReadOnlySpan<int> Codes => CollectionsMarshal.AsSpan(_codes);

    /// <summary>Puts the codes in another order.</summary>
    public void Replace(List<int> codes) => CollectionsMarshal.AsSpan(codes).CopyTo(CollectionsMarshal.AsSpan(_codes));

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

    protected override void Move(ReadOnlySpan<int> order)
    {
        if (_plain is null)
        {
            Arranged.Items(_codes, order);
        }
        else
        {
            _plain = _plain.Arranged(order);
        }
    }

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
    private sealed class PlainTexts(int bytes = 0, int rows = 0)
    {
        // That of an activity's id in the embedded store.
        public const int IdLength = 12;

        private readonly ArrayBufferWriter<byte> _utf8 = bytes > 0 ? new(bytes) : new();
        private readonly List<int> _starts = new(rows + 1) { 0 };

        public void Add(ReadOnlySpan<byte> text)
        {
            _utf8.Write(text);
            _starts.Add(_utf8.WrittenCount);
        }

        public ReadOnlySpan<byte> At(int row) => _utf8.WrittenSpan[_starts[row].._starts[row + 1]];

        public PlainTexts Arranged(ReadOnlySpan<int> order)
        {
            var arranged = new PlainTexts(_utf8.WrittenCount, order.Length);
            var before = _utf8.WrittenSpan;
            var starts = CollectionsMarshal.AsSpan(_starts);
            CollectionsMarshal.SetCount(arranged._starts, starts.Length);
            var after = arranged._utf8.GetSpan(before.Length);
            var ends = CollectionsMarshal.AsSpan(arranged._starts)[1..];
            var end = 0;
            for (var i = 0; i < order.Length; i++)
            {
                var (start, length) = (starts[order[i]], starts[order[i] + 1] - starts[order[i]]);
                if (length == IdLength)
                {
                    // Of a length that is known, the copy needs no call.
                    before.Slice(start, IdLength).CopyTo(after.Slice(end, IdLength));
                }
                else
                {
                    before.Slice(start, length).CopyTo(after[end..]);
                }

                ends[i] = end += length;
            }

            arranged._utf8.Advance(end);
            return arranged;
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

    protected override void Move(ReadOnlySpan<int> order)
    {
        var starts = new List<int>(_starts.Count) { 0 };
        var items = new List<int>(_count);
        foreach (var row in order)
        {
            items.AddRange(_items.Codes[_starts[row].._starts[row + 1]]);
            starts.Add(items.Count);
        }

        _items.Replace(items);
        CollectionsMarshal.AsSpan(starts).CopyTo(CollectionsMarshal.AsSpan(_starts));
    }

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
