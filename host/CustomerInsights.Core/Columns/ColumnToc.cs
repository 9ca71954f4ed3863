using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Columns;

/// <summary>Collects sections on their way into a file.</summary>
internal sealed class SectionList
{
    private readonly List<(long Offset, ReadOnlyMemory<byte> Bytes)> _places = [];

    public IReadOnlyList<(long Offset, ReadOnlyMemory<byte> Bytes)> Places => _places;

    public long End { get; private set; } = ColumnFormat.HeaderBytes;

    public SectionPlace Add(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return new SectionPlace(0, 0, 0);
        }

        var at = End;
        _places.Add((at, bytes));
        End = (at + bytes.Length + ColumnFormat.Alignment - 1) / ColumnFormat.Alignment * ColumnFormat.Alignment;
        return new SectionPlace(at, bytes.Length, Checksum.Of(bytes.Span));
    }
}

/// <summary>Gives sections out of a file, of the length that they must have.</summary>
internal sealed class SectionSource(long end, Func<string, SectionPlace, ReadOnlyMemory<byte>> section)
{
    public ReadOnlyMemory<byte> Take(string column, SectionPlace place, long length)
    {
        Check(place.Length == length);
        return Take(column, place);
    }

    public ReadOnlyMemory<byte> Take(string column, SectionPlace place)
    {
        if (place.Length == 0)
        {
            return default;
        }

        Check(place.Length > 0 && place.At >= ColumnFormat.HeaderBytes && place.At % ColumnFormat.Alignment == 0 && place.At <= end - place.Length);
        return section(column, place);
    }

    /// <summary>count + 1 offsets that begin at 0, grow and end within <paramref name="most"/>.</summary>
    public static void CheckOffsets(ReadOnlySpan<int> starts, int count, long most)
    {
        Check(starts.Length == count + 1 && starts[0] == 0 && starts[^1] == most);
        for (var i = 1; i < starts.Length; i++)
        {
            Check(starts[i] >= starts[i - 1]);
        }
    }

    public static void Check(bool holds)
    {
        if (!holds)
        {
            throw new FormatException("Its table of contents does not fit its sections.");
        }
    }
}

/// <summary>A part's table of contents.</summary>
internal sealed record PartToc(int Rows, SectionPlace Numbers, SectionPlace Ids, ColumnToc[] Attributes, TableToc[] Activities)
{
    public ColumnPart Part(SectionSource source)
    {
        SectionSource.Check(Rows is >= 0 and <= ColumnPart.MaxRows);
        return new ColumnPart(
            Rows,
            source.Take("", Numbers, 8L * Rows),
            source.Take("", Ids, 16L * Rows),
            Attributes.ToDictionary(column => column.Name, column => column.Column(column.Name, Rows, source), StringComparer.Ordinal),
            Activities.ToDictionary(table => table.Type, table => table.Table(Rows, source), StringComparer.Ordinal));
    }
}

/// <summary>Of a table of activities.</summary>
internal sealed record TableToc(string Type, SectionPlace Offsets, ColumnToc At, ColumnToc Ids, ColumnToc[] Fields)
{
    public static TableToc Of(ActivityTable table, SectionList sections) => new(
        table.Type,
        sections.Add(table.OffsetSection),
        ColumnToc.Of("at", table.At, sections),
        ColumnToc.Of("id", table.Ids, sections),
        [.. table.Fields.Select(pair => ColumnToc.Of(pair.Key, pair.Value, sections))]);

    public ActivityTable Table(int profiles, SectionSource source)
    {
        var at = At.Column($"{Type}.at", At.Rows, source) as ScaledColumn;
        SectionSource.Check(at is { Type: DataType.Time });
        var offsets = source.Take($"{Type}.", Offsets, 4L * (profiles + 1));
        var table = new ActivityTable(
            Type,
            offsets,
            at!,
            Ids.Column($"{Type}.id", At.Rows, source),
            Fields.ToDictionary(column => column.Name, column => column.Column($"{Type}.{column.Name}", At.Rows, source), StringComparer.Ordinal));
        SectionSource.CheckOffsets(table.Starts, profiles, At.Rows);
        return table;
    }
}

/// <summary>Of a column.</summary>
/// <param name="Name">The attribute or field.</param>
/// <param name="Form">scaled, number, wide, boolean, coded, plain or list.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Present">Which rows have a value.</param>
/// <param name="Data">Values, codes or offsets.</param>
/// <param name="More">Scales; offsets and bytes of texts; for a list codes, offsets and bytes.</param>
/// <param name="Encoding">Of scaled ones.</param>
/// <param name="Width">Bytes of a code.</param>
/// <param name="Items">How many items a list column has.</param>
internal sealed record ColumnToc(
    string Name, string Form, DataType Type, int Rows, SectionPlace Present, SectionPlace Data, SectionPlace[] More, ScaledEncoding Encoding = default, int Width = 0, int Items = 0)
{
    public static ColumnToc Of(string name, Column column, SectionList sections)
    {
        var present = sections.Add(column.PresentSection);
        ColumnToc Toc(string form, ReadOnlyMemory<byte> data, params ReadOnlySpan<ReadOnlyMemory<byte>> more)
        {
            var place = sections.Add(data);
            var places = new SectionPlace[more.Length];
            for (var i = 0; i < places.Length; i++)
            {
                places[i] = sections.Add(more[i]);
            }

            return new ColumnToc(name, form, column.Type, column.Rows, present, place, places);
        }

        return column switch
        {
            ScaledColumn scaled => Toc("scaled", scaled.Data, scaled.Scales) with { Encoding = scaled.Encoding },
            NumberColumn number => Toc("number", number.Data),
            WideDecimalColumn wide => Toc("wide", wide.Data),
            BooleanColumn flags => Toc("boolean", flags.Data),
            TextColumn coded => Toc("coded", coded.Data, coded.Dictionary.Offsets, coded.Dictionary.Utf8) with { Width = coded.Width },
            PlainTextColumn plain => Toc("plain", plain.Texts.Offsets, plain.Texts.Utf8),
            TextListColumn list => Toc("list", list.Data, list.Items.Data, list.Items.Dictionary.Offsets, list.Items.Dictionary.Utf8) with { Width = list.Items.Width, Items = list.Items.Rows },
            _ => throw new ArgumentException($"A column of kind {column.GetType().Name} has no form in a file.", nameof(column)),
        };
    }

    public Column Column(string path, int rows, SectionSource source)
    {
        SectionSource.Check(Rows == rows && rows >= 0 && Enum.IsDefined(Type));
        var words = 8L * RowBits.WordsFor(rows);
        var present = Present.Length == 0 ? default : source.Take(path, Present, words);
        switch (Form)
        {
            case "scaled":
                SectionSource.Check(Encoding.Width is 0 or 1 or 2 or 4 or 8 && Encoding.Step >= 1 && Encoding.Digits is >= 0 and <= 18
                    && Type is DataType.Integer or DataType.Decimal or DataType.Date or DataType.Time);
                return new ScaledColumn(
                    Type, rows, present, Encoding, source.Take(path, Data, (long)Encoding.Width * rows), More[0].Length == 0 ? default : source.Take(path, More[0], rows));
            case "number":
                return new NumberColumn(rows, present, source.Take(path, Data, 8L * rows));
            case "wide":
                return new WideDecimalColumn(rows, present, source.Take(path, Data, 16L * rows));
            case "boolean":
                return new BooleanColumn(rows, present, source.Take(path, Data, words));
            case "coded":
                return Coded(path, rows, present, source, Data, More);
            case "plain":
                return new PlainTextColumn(rows, present, Texts(path, source, Data, More[0], rows));
            case "list":
                var offsets = source.Take(path, Data, 4L * (rows + 1));
                var list = new TextListColumn(rows, present, offsets, Coded(path, Items, default, source, More[0], More.AsSpan(1)));
                SectionSource.CheckOffsets(list.Starts, rows, Items);
                return list;
            default:
                throw new FormatException($"A column has the unknown form '{Form}'.");
        }
    }

    private TextColumn Coded(string path, int rows, ReadOnlyMemory<byte> present, SectionSource source, SectionPlace data, ReadOnlySpan<SectionPlace> dictionary)
    {
        SectionSource.Check(Width is 1 or 2 or 4 && dictionary[0].Length >= 8);
        return new TextColumn(
            rows, present, Width, source.Take(path, data, (long)Width * rows), Texts(path, source, dictionary[0], dictionary[1], (dictionary[0].Length / 4) - 1));
    }

    private static TextSection Texts(string path, SectionSource source, SectionPlace offsets, SectionPlace utf8, int count)
    {
        var texts = new TextSection(source.Take(path, offsets, 4L * (count + 1)), source.Take(path, utf8));
        SectionSource.CheckOffsets(texts.Starts, count, utf8.Length);
        return texts;
    }
}
