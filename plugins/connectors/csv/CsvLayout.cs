using System.Globalization;
using System.Text;
using CustomerInsights.Connectors.Files;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Csv;

/// <summary>What one file is: its encoding, its delimiter and the names of its columns.</summary>
internal sealed record CsvLayout(FileHead Head, string Encoding, byte Delimiter, IReadOnlyList<string> Columns, IReadOnlyList<string> Warnings)
{
    private const int MaxColumns = 2000;
    private const int RowsForDelimiter = 100;

    /// <summary>What must stay the same while a file grows.</summary>
    public string Traits => $"{Encoding}|{(char)Delimiter}";

    /// <summary>Looks at a file. What the settings or an earlier run decided is not detected again.</summary>
    public static async ValueTask<CsvLayout> LookAsync(SourceFile file, CsvStreamSettings settings, string? traits, CancellationToken cancellationToken)
    {
        var head = await FileHead.ReadAsync(file, cancellationToken).ConfigureAwait(false);
        head.RequireText(file.Name, settings.Options.Encoding);
        var cut = traits?.LastIndexOf('|') ?? -1;
        // The delimiter may be the bar itself: the last but one character divides.
        cut = cut > 0 && cut == traits!.Length - 1 ? cut - 1 : cut;
        var encoding = settings.Options.Encoding != TextEncodings.Auto && !TextEncodings.HasUtf16Mark(head.Bytes) ? settings.Options.Encoding
            : cut > 0 ? traits![..cut]
            : TextEncodings.Detect(head);
        var delimiter = settings.Delimiter ?? (cut > 0 ? (byte)traits![cut + 1] : await DetectAsync(head, encoding, settings.Quote, cancellationToken).ConfigureAwait(false));
        var (columns, warnings) = await ReadHeaderAsync(file, head, encoding, delimiter, settings, cancellationToken).ConfigureAwait(false);
        return new CsvLayout(head, encoding, delimiter, columns, warnings);
    }

    /// <summary>Opens the rows of the file behind its header, or behind what was read already.</summary>
    public async ValueTask<CsvTokenizer> OpenAsync(SourceFile file, FilePosition from, CsvStreamSettings settings, CancellationToken cancellationToken)
    {
        var (content, offset) = await FileContent.OpenAsync(file, Head, Encoding, from.Offset, cancellationToken).ConfigureAwait(false);
        var rows = new CsvTokenizer(content, Delimiter, settings.Quote, settings.Options.Trim, offset, from.Line);
        if (settings.Options.Header && from.Offset == 0)
        {
            await NextAsync(rows, cancellationToken).ConfigureAwait(false);
        }

        return rows;
    }

    /// <summary>Moves to the next row, bringing bytes as they are needed.</summary>
    public static async ValueTask<CsvStep> NextAsync(CsvTokenizer rows, CancellationToken cancellationToken)
    {
        CsvStep step;
        while ((step = rows.Read()) == CsvStep.NeedData)
        {
            await rows.FillAsync(cancellationToken).ConfigureAwait(false);
        }

        return step;
    }

    private static async ValueTask<(IReadOnlyList<string> Columns, IReadOnlyList<string> Warnings)> ReadHeaderAsync(
        SourceFile file, FileHead head, string encoding, byte delimiter, CsvStreamSettings settings, CancellationToken cancellationToken)
    {
        var (content, offset) = await FileContent.OpenAsync(file, head, encoding, 0, cancellationToken).ConfigureAwait(false);
        using var rows = new CsvTokenizer(content, delimiter, settings.Quote, settings.Options.Trim, offset);
        var step = await NextAsync(rows, cancellationToken).ConfigureAwait(false);
        if (step == CsvStep.End)
        {
            return ([], [$"'{file.Name}' is empty; nothing is read of it."]);
        }

        if (step == CsvStep.Broken)
        {
            throw new PluginException(FailureKind.Data, $"'{file.Name}', line {rows.FaultLine}: the header cannot be read, {(rows.Fault == CsvFault.TooLong ? "it is over 1 MiB without a line break. Is this a CSV file?" : $"the quote in column {rows.FaultColumn + 1} is not closed. Close it, or set 'quote'.")}")
            {
                Stream = settings.Options.Name,
            };
        }

        if (rows.FieldCount > MaxColumns)
        {
            throw new PluginException(FailureKind.Data, $"'{file.Name}' has {rows.FieldCount} columns; {MaxColumns} are the most. Check its delimiter ('{(char)delimiter}' was taken), or split it.") { Stream = settings.Options.Name };
        }

        return settings.Options.Header ? Names(file, rows) : ([.. Enumerable.Range(1, rows.FieldCount).Select(Numbered)], []);
    }

    private static (IReadOnlyList<string>, IReadOnlyList<string>) Names(SourceFile file, CsvTokenizer rows)
    {
        var names = new List<string>(rows.FieldCount);
        var used = new HashSet<string>(StringComparer.Ordinal);
        var warnings = new List<string>();
        for (var i = 0; i < rows.FieldCount; i++)
        {
            var text = System.Text.Encoding.UTF8.GetString(rows.Raw(i)).Trim();
            text = rows.Field(i).Escaped ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text;
            var name = text.Length == 0 ? Numbered(i + 1) : text.Length > 200 ? text[..200] : text;
            for (var n = 2; !used.Add(name); n++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{(text.Length > 190 ? text[..190] : text)}_{n}");
            }

            if (!string.Equals(name, text, StringComparison.Ordinal))
            {
                var shown = text.Length > 100 ? text[..100] + "…" : text;
                warnings.Add($"'{file.Name}', column {i + 1}: the header '{shown}' is {(text.Length == 0 ? "empty" : text.Length > 200 ? "too long" : "there twice")}; the column is called '{(name.Length > 100 ? name[..100] + "…" : name)}'.");
            }

            names.Add(name);
        }

        return (names, warnings);
    }

    private static string Numbered(int column) => string.Create(CultureInfo.InvariantCulture, $"column{column}");

    /// <summary>The delimiter by which most rows of the sample have the same number of columns; of several, the one that makes more.</summary>
    private static async ValueTask<byte> DetectAsync(FileHead head, string encoding, byte quote, CancellationToken cancellationToken)
    {
        var sample = encoding == TextEncodings.Utf8 ? head.Bytes : System.Text.Encoding.UTF8.GetBytes(TextEncodings.Get(encoding).GetString(head.Bytes));
        var best = (Byte: (byte)',', Score: 0.0);
        foreach (var candidate in ",;\t|"u8.ToArray())
        {
            using var rows = new CsvTokenizer(new MemoryStream(sample), candidate, quote, trim: true);
            var counts = new List<int>();
            while (counts.Count < RowsForDelimiter && await NextAsync(rows, cancellationToken).ConfigureAwait(false) is var step and not CsvStep.End)
            {
                counts.Add(step == CsvStep.Row ? rows.FieldCount : 0);
            }

            if (counts.Count > 1 && !head.Whole && counts.Count < RowsForDelimiter)
            {
                counts.RemoveAt(counts.Count - 1); // Cut through by the end of the sample.
            }

            var most = counts.GroupBy(count => count).OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key).FirstOrDefault();
            // A tenth more agreement is worth more than any number of columns; columns decide between equals.
            var score = most is null || most.Key < 2 ? 0 : Math.Round(10.0 * most.Count() / counts.Count) + (most.Key / 10_000.0);
            best = score > best.Score ? (candidate, score) : best;
        }

        return best.Byte;
    }
}
