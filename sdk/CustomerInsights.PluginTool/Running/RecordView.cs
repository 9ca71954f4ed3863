using System.Text;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.PluginTool.Running;

/// <summary>Shows rows: as a table, as soon as a part of them is there, or as one JSON object a line.</summary>
internal sealed class RecordView(TextWriter target, bool asLines)
{
    private const int WidestCell = 40;
    private static readonly JsonWriterOptions s_json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A sentence between tables; nothing where programs read.</summary>
    internal void Say(string text)
    {
        if (!asLines)
        {
            target.WriteLine(text);
        }
    }

    /// <summary>Shows rows of the same columns. The first column names what they are rows of.</summary>
    internal void Show(string title, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<FieldValue>> rows)
    {
        if (asLines)
        {
            foreach (var row in rows)
            {
                target.WriteLine(Line(title, columns, row));
            }

            return;
        }

        if (rows.Count == 0)
        {
            return;
        }

        var cells = rows.Select(row => row.Select(Cell).ToArray()).Prepend([.. columns]).ToList();
        var widths = Enumerable.Range(0, columns.Count).Select(i => cells.Max(row => row[i].Length)).ToArray();
        foreach (var row in cells)
        {
            target.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
        }
    }

    private static string Cell(FieldValue value)
    {
        var text = new string([.. value.ToString().Select(letter => char.IsControl(letter) ? ' ' : letter)]);
        return text.Length > WidestCell ? text[..(WidestCell - 1)] + "…" : text;
    }

    private static string Line(string title, IReadOnlyList<string> columns, IReadOnlyList<FieldValue> row)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_json))
        {
            json.WriteStartObject();
            json.WriteString("of", title);
            for (var i = 0; i < columns.Count; i++)
            {
                json.WritePropertyName(columns[i]);
                row[i].WriteTo(json);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
