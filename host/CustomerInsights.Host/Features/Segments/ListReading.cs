using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

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
        using var csv = new CsvParser(text, new CsvConfiguration(CultureInfo.InvariantCulture) { BadDataFound = bad => throw new ListFaultException($"Line {bad.Context.Parser?.RawRow}: this is not CSV. See to the quotation marks."), MaxFieldSize = 10_000 }, leaveOpen: true);
        if (!await ReadAsync(csv, cancellationToken))
        {
            yield break;
        }

        var header = csv.Record!.Select(name => name.Trim()).ToList();
        var at = column is null ? 0 : header.IndexOf(column);
        if (at < 0)
        {
            throw new ListFaultException($"The file has no column '{column}'.{Metadata.Names.Suggest(column!, header.Where(name => name.Length is > 0 and <= 100))}");
        }

        while (await ReadAsync(csv, cancellationToken))
        {
            yield return (at < csv.Count ? csv[at].Trim() : "", csv.RawRow);
        }
    }

    private static async Task<bool> ReadAsync(CsvParser csv, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await csv.ReadAsync();
        }
        catch (CsvHelperException error) when (error.InnerException is not ListFaultException)
        {
            throw new ListFaultException($"Line {csv.RawRow}: this is not CSV, or a field is longer than 10,000 characters.");
        }
    }
}

/// <summary>A list cannot be read; the message says where and why.</summary>
internal sealed class ListFaultException(string message) : Exception(message);
