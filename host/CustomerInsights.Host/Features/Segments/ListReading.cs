using CsvHelper;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>Reads the keys of a list that is sent: a key a line, or a column of a CSV file with a header. Streamed; blank keys are passed over.</summary>
internal static class ListReading
{
    /// <summary>The largest list, in bytes.</summary>
    public const long MostBytes = 64 * 1024 * 1024;

    /// <summary>The most keys of a list.</summary>
    public const int MostKeys = 1_000_000;

    /// <summary>The longest key, in characters.</summary>
    public const int LongestKey = 500;

    private const int MostRecordBytes = 64 * 1024;

    /// <summary>Reads all keys, each once, in the order in which they came.</summary>
    /// <exception cref="ListFaultException">A limit, or what is no CSV; says the line.</exception>
    public static async Task<IReadOnlyList<string>> KeysAsync(Stream body, bool csv, string? column, CancellationToken cancellationToken)
    {
        using var text = new StreamReader(body, new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, bufferSize: 64 * 1024, leaveOpen: true);
        var keys = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            await foreach (var (key, line) in csv ? CsvAsync(text, column, cancellationToken) : LinesAsync(text, cancellationToken))
            {
                if (key.Length > LongestKey)
                {
                    throw new ListFaultException($"Line {line}: the key has {key.Length} characters; at most {LongestKey} are possible. Send one key a line, or a CSV file with a header.");
                }

                if (key.Length > 0 && seen.Add(key))
                {
                    keys.Add(key);
                }

                if (keys.Count > MostKeys)
                {
                    throw new ListFaultException($"Line {line}: a list has at most {MostKeys:N0} keys. Make several segments and join them with 'combine'.");
                }
            }
        }
        catch (System.Text.DecoderFallbackException)
        {
            throw new ListFaultException("The list is not UTF-8. Save it as UTF-8 and send it again.");
        }

        return keys;
    }

    private static async IAsyncEnumerable<(string Key, long Line)> LinesAsync(
        StreamReader text, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var line = 0L;
        while (await text.ReadLineAsync(cancellationToken) is { } key)
        {
            yield return (key.Trim(), ++line);
        }
    }

    private static async IAsyncEnumerable<(string Key, long Line)> CsvAsync(
        StreamReader text, string? column, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The header is read as a row: reading it by itself would not be asynchronous.
        using var csv = CsvReader.Create(text, new CsvReaderOptions { Separator = ',', HasHeader = false, TrackLineNumbers = true, MaxRecordSize = MostRecordBytes, IncludeValuesInExceptions = false, MalformedData = CsvMalformedDataHandling.Throw }, leaveOpen: true);
        if (!await ReadAsync(csv, cancellationToken))
        {
            yield break;
        }

        List<string> header = [.. Enumerable.Range(0, csv.FieldCount).Select(i => csv.GetString(i).Trim())];
        var at = column is null ? 0 : header.IndexOf(column);
        if (at < 0)
        {
            throw new ListFaultException($"The file has no column '{column}'.{Metadata.Names.Suggest(column!, header.Where(name => name.Length is > 0 and <= 100))}");
        }

        while (await ReadAsync(csv, cancellationToken))
        {
            yield return (at < csv.FieldCount ? csv.GetString(at).Trim() : "", csv.LineNumber);
        }
    }

    private static async Task<bool> ReadAsync(CsvReader csv, CancellationToken cancellationToken)
    {
        try
        {
            return await csv.ReadAsync(cancellationToken);
        }
        catch (CsvFormatException error)
        {
            throw new ListFaultException($"Line {error.LineNumber}: this is not CSV, or a row is longer than {MostRecordBytes:N0} bytes. See to the quotation marks.");
        }
    }
}

/// <summary>A list cannot be read; the message says where and why.</summary>
internal sealed class ListFaultException(string message) : Exception(message);
