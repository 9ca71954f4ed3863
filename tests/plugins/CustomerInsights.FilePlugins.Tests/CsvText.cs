using System.Text;
using CustomerInsights.Connectors.Csv;

namespace CustomerInsights.FilePlugins.Tests;

/// <summary>Writes and reads CSV in several ways, to compare them.</summary>
internal static class CsvText
{
    /// <summary>Writes a table; a cell is quoted where it must be, and where <paramref name="quote"/> says so.</summary>
    public static string Write(IEnumerable<IReadOnlyList<string>> rows, string newline, Func<string, bool> quote) =>
        string.Concat(rows.Select(row => string.Join(',', row.Select(cell => Cell(cell, quote))) + newline));

    /// <summary>Reads with our tokenizer, in chunks that end anywhere.</summary>
    public static async Task<List<List<string>>> TokenizeAsync(string text, int bufferSize = 256 * 1024, int chunk = int.MaxValue, List<string>? faults = null)
    {
        using var rows = new CsvTokenizer(new ChunkStream(Encoding.UTF8.GetBytes(text), chunk), (byte)',', (byte)'"', trim: false, bufferSize: bufferSize);
        var table = new List<List<string>>();
        while (true)
        {
            switch (rows.Read())
            {
                case CsvStep.NeedData:
                    await rows.FillAsync(CancellationToken.None);
                    break;
                case CsvStep.End:
                    return table;
                case CsvStep.Broken:
                    faults?.Add($"{rows.Fault} in line {rows.FaultLine}, column {rows.FaultColumn + 1}, row at {rows.RowLine}-{rows.RowLastLine}");
                    break;
                default:
                    table.Add([.. Enumerable.Range(0, rows.FieldCount).Select(i => Text(rows, i))]);
                    break;
            }
        }
    }

    /// <summary>Reads with CsvHelper.</summary>
    public static List<List<string>> ReadWithCsvHelper(string text)
    {
        using var reader = CsvHelper.CsvReader.Create(Encoding.UTF8.GetBytes(text), new CsvHelper.CsvReaderOptions { HasHeader = false, Separator = ',' });
        var table = new List<List<string>>();
        while (reader.Read())
        {
            table.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
        }

        return table;
    }

    private static string Text(CsvTokenizer rows, int index)
    {
        var text = Encoding.UTF8.GetString(rows.Raw(index));
        return rows.Field(index).Escaped ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text;
    }

    private static string Cell(string cell, Func<string, bool> quote) =>
        cell.AsSpan().ContainsAny(",\"\r\n") || quote(cell) ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
}

/// <summary>Gives at most so many bytes a read.</summary>
internal sealed class ChunkStream(byte[] bytes, int chunk) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
}
