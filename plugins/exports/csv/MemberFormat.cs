using System.Buffers;
using System.Text;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Csv;

/// <summary>Writes members as text; one instance serves one file.</summary>
internal abstract class MemberFormat
{
    /// <summary>The file's ending.</summary>
    public abstract string Ending { get; }

    /// <summary>What stands before the first member.</summary>
    public abstract void WriteBeginning(IReadOnlyList<FieldDescriptor> fields, IBufferWriter<byte> target);

    /// <summary>Writes one member.</summary>
    public abstract void Write(IReadOnlyList<FieldDescriptor> fields, ExportMember member, IBufferWriter<byte> target);
}

/// <summary>RFC 4180: CRLF, quotes doubled.</summary>
internal sealed class CsvFormat(CsvExportOptions options) : MemberFormat
{
    private readonly char _delimiter = options.Delimiter == "tab" ? '\t' : options.Delimiter[0];
    private readonly bool _all = options.Quoting == "all";

    public override string Ending => ".csv";

    public override void WriteBeginning(IReadOnlyList<FieldDescriptor> fields, IBufferWriter<byte> target)
    {
        if (options.Bom)
        {
            target.Write((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]);
        }

        if (options.Header)
        {
            Line(fields.Count, at => fields[at].Name, target);
        }
    }

    public override void Write(IReadOnlyList<FieldDescriptor> fields, ExportMember member, IBufferWriter<byte> target) =>
        Line(fields.Count, at => at < member.Values.Count ? Guarded(member.Values[at]) : options.NullText, target);

    private void Line(int count, Func<int, string> cell, IBufferWriter<byte> target)
    {
        var line = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                line.Append(_delimiter);
            }

            Cell(line, cell(i), alone: count == 1);
        }

        line.Append("\r\n");
        foreach (var chunk in line.GetChunks())
        {
            Encoding.UTF8.GetBytes(chunk.Span, target);
        }
    }

    private void Cell(StringBuilder line, string text, bool alone)
    {
        // An empty cell that is alone on its line would read as an empty line.
        if (!_all && !(alone && text.Length == 0) && !text.AsSpan().ContainsAny('"', '\r', '\n') && !text.Contains(_delimiter, StringComparison.Ordinal)
            && !(text.Length > 0 && (text[0] == ' ' || text[^1] == ' ')))
        {
            line.Append(text);
            return;
        }

        line.Append('"').Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
    }

    private string Guarded(FieldValue value)
    {
        if (value.IsNull)
        {
            return options.NullText;
        }

        var text = value.ToString();
        // Numbers are no formulas; text that looks like one may be somebody's attack on whoever opens the file (CWE-1236).
        return options.FormulaGuard && value.Kind is FieldKind.Text or FieldKind.TextList && text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r'
            ? "'" + text
            : text;
    }
}

/// <summary>One JSON object per line; values keep their kinds.</summary>
internal sealed class JsonLinesFormat(CsvExportOptions options) : MemberFormat
{
    // "<" and "é" may stand as they are: nobody embeds these lines in HTML.
    private static readonly JsonWriterOptions Writing = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public override string Ending => ".jsonl";

    public override void WriteBeginning(IReadOnlyList<FieldDescriptor> fields, IBufferWriter<byte> target)
    {
        if (options.Bom)
        {
            target.Write((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]);
        }
    }

    public override void Write(IReadOnlyList<FieldDescriptor> fields, ExportMember member, IBufferWriter<byte> target)
    {
        using (var json = new Utf8JsonWriter(target, Writing))
        {
            json.WriteStartObject();
            for (var i = 0; i < fields.Count; i++)
            {
                json.WritePropertyName(fields[i].Name);
                (i < member.Values.Count ? member.Values[i] : FieldValue.Null).WriteTo(json);
            }

            json.WriteEndObject();
        }

        target.Write("\n"u8);
    }
}
