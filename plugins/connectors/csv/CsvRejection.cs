using System.Globalization;
using System.Text;
using CustomerInsights.Connectors.Files;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Csv;

/// <summary>Words for what is wrong with a row: place, found, expected, what to do.</summary>
internal sealed class CsvRejection(string stream, string file, CsvLayout layout)
{
    public RejectedRecord WrongCount(CsvTokenizer rows, long row)
    {
        var expected = layout.Columns.Count;
        var fix = LineBreakColumn(rows) is { } column && rows.FieldCount < expected ? $"Close the quote opened in column {column}."
            : rows.FieldCount < expected ? "Add what is missing, or quote the value that holds a line break."
            : $"Quote the values that hold '{Delimiter}'.";
        var found = rows.FieldCount == 1 ? "1 column" : string.Create(CultureInfo.InvariantCulture, $"{rows.FieldCount} columns");
        return Make(rows, $"{Place(rows, row)}: {found}, header has {expected}. {fix}");
    }

    public RejectedRecord WrongType(CsvTokenizer rows, long row, int column, ReadOnlySpan<byte> text, ColumnType[] types)
    {
        var name = layout.Columns[column];
        var expected = string.Join(" or ", types.Select(type => type.Expected).Distinct(StringComparer.Ordinal));
        return Make(rows, $"{Place(rows, row)}, column '{name}': '{Cut(text, 60)}' is not {expected}. Correct the value, or set the column's 'type' in the connection.") with { Field = name };
    }

    public RejectedRecord NoKey(CsvTokenizer rows, long row, IReadOnlyList<string> keys)
    {
        var name = keys.Count == 1 ? $"column '{keys[0]}'" : $"columns {string.Join(", ", keys.Select(key => $"'{key}'"))}";
        return Make(rows, $"{Place(rows, row)}, {name}: the key is empty. Fill it, or choose a 'key' that every row has.") with { Field = keys[0] };
    }

    public RejectedRecord LongKey(CsvTokenizer rows, long row, IReadOnlyList<string> keys, int length) =>
        Make(rows, $"{Place(rows, row)}, column '{keys[0]}': the key has {length} characters, 400 are the most. Choose a shorter 'key'.") with { Field = keys[0] };

    public RejectedRecord Duplicate(CsvTokenizer rows, long row, IReadOnlyList<string> keys, string key, string first)
    {
        var shown = key.Length > 80 ? key[..80] + "…" : key;
        return Make(rows, $"{Place(rows, row)}, column '{keys[0]}': the key '{shown}' was already read with other content at {first}; the first row stands. Remove one of them, choose a 'key' that is unique, or set 'duplicates' to 'last'.") with { Field = keys[0], Key = key };
    }

    public RejectedRecord NotText(CsvTokenizer rows, long row) => Make(
        rows,
        rows.Row.Contains((byte)0)
            ? $"{Place(rows, row)}: the row holds a NUL byte. Export it as text."
            : $"{Place(rows, row)}: the row is not valid UTF-8, which the beginning of the file is. Set the 'encoding' (windows-1252?), or save the file in one encoding.");

    public RejectedRecord Broken(CsvTokenizer rows, long row)
    {
        var place = rows.Fault == CsvFault.TooLong
            ? $"{Place(rows, row)}, column {rows.FaultColumn + 1}: over 1 MiB in one field or 4 MiB in one row. Check the line breaks and the delimiter ('{Delimiter}' was taken)."
            : rows.Fault == CsvFault.UnclosedQuote
                ? $"{Place(rows, row)}, column {rows.FaultColumn + 1}: the quote opened in line {rows.FaultLine} is not closed before the end of the file or within 1 MiB. Close it, or double a quote that is part of the text."
                : $"{Place(rows, row)}, column {rows.FaultColumn + 1}: text follows the quote that closes in line {rows.RowLastLine}. Close the quote opened in line {rows.FaultLine}, or double a quote that is part of the text.";
        return Make(rows, $"{place} Reading goes on at line {rows.FaultLine + 1}.");
    }

    private string Delimiter => layout.Delimiter == '\t' ? "tab" : ((char)layout.Delimiter).ToString();

    private static string Place(CsvTokenizer rows, long row) => rows.RowLine == rows.RowLastLine
        ? string.Create(CultureInfo.InvariantCulture, $"Row {row} (line {rows.RowLine})")
        : string.Create(CultureInfo.InvariantCulture, $"Row {row} (lines {rows.RowLine}-{rows.RowLastLine})");

    private static int? LineBreakColumn(CsvTokenizer rows)
    {
        for (var i = 0; i < Math.Min(rows.FieldCount, CsvTokenizer.MaxFields); i++)
        {
            if (rows.Raw(i).ContainsAny((byte)'\n', (byte)'\r'))
            {
                return i + 1;
            }
        }

        return null;
    }

    private RejectedRecord Make(CsvTokenizer rows, string reason) => new(stream, reason.Length <= 1000 ? reason : reason[..1000])
    {
        Location = file.Length <= 400 ? file : file[^400..],
        Line = rows.RowLine,
        Excerpt = Cut(rows.Row, 200),
    };

    /// <summary>The beginning of a text, for people: control characters and half characters replaced.</summary>
    private static string Cut(ReadOnlySpan<byte> text, int length)
    {
        var shown = Encoding.UTF8.GetString(text[..Math.Min(text.Length, length)]);
        return string.Create(Math.Min(shown.Length, length), shown, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
    }
}
