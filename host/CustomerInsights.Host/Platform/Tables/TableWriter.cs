using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CustomerInsights.Host.Platform.Tables;

/// <summary>Writes rows as text; one instance serves one file.</summary>
internal abstract class TableWriter(IReadOnlyList<TableColumn> columns)
{
    /// <summary>The columns.</summary>
    protected IReadOnlyList<TableColumn> Columns => columns;

    /// <summary>The media type.</summary>
    public abstract string MediaType { get; }

    /// <summary>The file's ending.</summary>
    public abstract string Ending { get; }

    public static TableWriter Of(TableFormat format, IReadOnlyList<TableColumn> columns) => format switch
    {
        TableFormat.Csv => new CsvTableWriter(columns),
        TableFormat.Json => new JsonTableWriter(columns),
        _ => new JsonLinesTableWriter(columns),
    };

    /// <summary>What stands before the rows.</summary>
    public abstract void Begin(IBufferWriter<byte> target);

    /// <summary>Writes a row.</summary>
    public abstract void Write(object row, IBufferWriter<byte> target);

    /// <summary>What stands behind the rows: a file without it is not whole.</summary>
    public abstract void End(IBufferWriter<byte> target);
}

/// <summary>RFC 4180: cells by comma, lines by CR LF, quoted where a comma, a quotation mark, a line break or a space at an end asks for it. A missing value is an empty cell, an empty text a pair of quotation marks.</summary>
internal sealed class CsvTableWriter(IReadOnlyList<TableColumn> columns) : TableWriter(columns)
{
    private static readonly SearchValues<char> s_special = SearchValues.Create(",\"\r\n\0");

    public override string MediaType => "text/csv; charset=utf-8";

    public override string Ending => ".csv";

    // A name is the caller's own where fields are expressions.
    public override void Begin(IBufferWriter<byte> target) => Line(at => TableText.Guard(Columns[at].Name), target);

    public override void Write(object row, IBufferWriter<byte> target) => Line(at => TableText.Of(Columns[at].Read(row)), target);

    public override void End(IBufferWriter<byte> target)
    {
    }

    private void Line(Func<int, string?> cell, IBufferWriter<byte> target)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (i > 0)
            {
                target.Write(","u8);
            }

            // An empty cell that is alone on its line would read as an empty line.
            Cell(Columns.Count == 1 ? cell(i) ?? "" : cell(i), target);
        }

        target.Write("\r\n"u8);
    }

    private static void Cell(string? text, IBufferWriter<byte> target)
    {
        if (text is null)
        {
            return;
        }

        var quoted = text.Length == 0 || text.AsSpan().ContainsAny(s_special) || text[0] == ' ' || text[^1] == ' ';
        if (quoted)
        {
            target.Write("\""u8);
            text = text.Replace("\"", "\"\"", StringComparison.Ordinal);
        }

        // Half a surrogate pair has no form in UTF-8; it becomes U+FFFD.
        Encoding.UTF8.GetBytes(text, target);
        if (quoted)
        {
            target.Write("\""u8);
        }
    }
}

/// <summary>One JSON object a line. What is missing is left out, as REST does.</summary>
internal class JsonLinesTableWriter(IReadOnlyList<TableColumn> columns) : TableWriter(columns)
{
    // Names and values are whole each; 'Depth' of rows is held by what they are made of.
    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonEncodedText[] _names = [.. columns.Select(column => JsonEncodedText.Encode(column.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping))];
    private Utf8JsonWriter? _json;

    public override string MediaType => "application/x-ndjson; charset=utf-8";

    public override string Ending => ".jsonl";

    public override void Begin(IBufferWriter<byte> target)
    {
    }

    public override void Write(object row, IBufferWriter<byte> target)
    {
        Object(row, target);
        target.Write("\n"u8);
    }

    public override void End(IBufferWriter<byte> target)
    {
    }

    protected void Object(object row, IBufferWriter<byte> target)
    {
        var json = _json ??= new Utf8JsonWriter(target, s_writing);
        json.Reset(target);
        json.WriteStartObject();
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i].Read(row) is { } value and not JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined })
            {
                json.WritePropertyName(_names[i]);
                JsonSerializer.Serialize(json, value, value.GetType(), TableText.Options);
            }
        }

        json.WriteEndObject();
        json.Flush();
    }
}

/// <summary>One JSON array, an object a line.</summary>
internal sealed class JsonTableWriter(IReadOnlyList<TableColumn> columns) : JsonLinesTableWriter(columns)
{
    private bool _any;

    public override string MediaType => "application/json; charset=utf-8";

    public override string Ending => ".json";

    public override void Begin(IBufferWriter<byte> target) => target.Write("["u8);

    public override void Write(object row, IBufferWriter<byte> target)
    {
        target.Write(_any ? ",\n"u8 : "\n"u8);
        _any = true;
        Object(row, target);
    }

    public override void End(IBufferWriter<byte> target) => target.Write("\n]\n"u8);
}
