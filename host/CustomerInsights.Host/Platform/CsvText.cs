using System.Text;

namespace CustomerInsights.Host.Platform;

/// <summary>Rows as RFC 4180 has them: fields by comma, lines by CR LF; quoted where a comma, a quotation mark or a line break asks for it.</summary>
internal static class CsvText
{
    private static readonly System.Buffers.SearchValues<char> s_special = System.Buffers.SearchValues.Create(",\"\r\n");

    /// <summary>Adds a row. A missing value is an empty field, an empty text a pair of quotation marks.</summary>
    public static void Row(StringBuilder text, IEnumerable<string?> fields)
    {
        var first = true;
        foreach (var field in fields)
        {
            if (!first)
            {
                text.Append(',');
            }

            first = false;
            if (field is not null && (field.Length == 0 || field.AsSpan().ContainsAny(s_special)))
            {
                text.Append('"').Append(field.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            }
            else
            {
                text.Append(field);
            }
        }

        text.Append("\r\n");
    }

    /// <summary>Text that a spreadsheet would run (CWE-1236) with an apostrophe before it; numbers and all other text as they are.</summary>
    public static string? Guard(string? text) =>
        text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] && !double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _)
            ? "'" + text
            : text;
}
