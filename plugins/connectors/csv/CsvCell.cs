using CustomerInsights.Connectors.Files;

namespace CustomerInsights.Connectors.Csv;

/// <summary>Cuts a cell's text out of a row: quotes undone, blanks dropped where asked, null values recognised.</summary>
internal static class CsvCell
{
    private static readonly byte[] Blanks = " \t"u8.ToArray();

    /// <summary>The cell's text.</summary>
    /// <param name="rows">Stands on the row.</param>
    /// <param name="index">The column.</param>
    /// <param name="settings">The stream's settings.</param>
    /// <param name="isNull">True when the cell holds no value.</param>
    public static ReadOnlySpan<byte> Text(CsvTokenizer rows, int index, CsvStreamSettings settings, out bool isNull)
    {
        var text = rows.Raw(index);
        ref readonly var field = ref rows.Field(index);
        if (!field.Quoted)
        {
            text = settings.Options.Trim && text.Length > 0 && (text[0] <= ' ' || text[^1] <= ' ') ? text.Trim(Blanks) : text;
        }
        else if (field.Escaped)
        {
            text = Unescape(text, settings.Quote);
        }

        isNull = text.Length == 0 || (settings.NullValues.Length > 0 && IsNullValue(text, settings.NullValues));
        return text;
    }

    private static bool IsNullValue(ReadOnlySpan<byte> text, byte[][] nullValues)
    {
        foreach (var nullValue in nullValues)
        {
            if (text.SequenceEqual(nullValue))
            {
                return true;
            }
        }

        return false;
    }

    // Rare enough to take memory of its own; at most 1 MiB.
    private static byte[] Unescape(ReadOnlySpan<byte> text, byte quote)
    {
        var plain = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            plain[length++] = text[i];
            if (text[i] == quote)
            {
                i++;
            }
        }

        return plain[..length];
    }
}
