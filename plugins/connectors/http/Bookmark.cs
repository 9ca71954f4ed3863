using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Http;

/// <summary>
/// Where a read stands. A run asks for records at or after <paramref name="Since"/>, page by page, and meanwhile learns the highest cursor value that there
/// is; the next run begins at that. Records with just that value were seen in part: those that are known by their hashes are left out then.
/// </summary>
/// <param name="Since">The value that this run asks from; null for all.</param>
/// <param name="Before">Hashes of records with that value that earlier runs yielded.</param>
/// <param name="High">The highest value so far.</param>
/// <param name="Seen">Hashes of records with that value.</param>
/// <param name="Place">The next page of a run that is under way; null when it is complete.</param>
/// <param name="Open">Whether a run is under way.</param>
internal sealed record Bookmark(string? Since, IReadOnlyList<string> Before, string? High, IReadOnlyList<string> Seen, string? Place, bool Open)
{
    /// <summary>The version of the state.</summary>
    public const int Format = 1;

    // Of 19 bytes each, twice: a state has at most 64 KiB. Beyond this records come twice, which costs time and no harm.
    private const int MostHashes = 1000;

    private static readonly Bookmark s_beginning = new(null, [], null, [], null, Open: true);

    /// <summary>Where to begin: in a full read only a run that broke off is gone on with.</summary>
    /// <exception cref="PluginException">Configuration: the state cannot be read.</exception>
    public static Bookmark StartOf(StreamSelection selection, ApiStream stream)
    {
        if (selection.State is { } other && other.Version != Format)
        {
            throw new PluginException(FailureKind.Configuration, $"The bookmark of the last read of '{selection.Stream}' is of version {other.Version}; this release of the plugin knows {Format}. Read the stream in full once.") { Stream = selection.Stream };
        }

        if (selection.State is not { } state || (selection.Mode == SyncMode.Full && !selection.Resuming))
        {
            return s_beginning;
        }

        try
        {
            var read = JsonSerializer.Deserialize(state.Utf8Json.Span, HttpJson.Default.Bookmark) ?? throw new JsonException("It is empty.");

            if (!Fits(stream, read.Since) || !Fits(stream, read.High) || !stream.Pager.Takes(read.Place))
            {
                throw new JsonException("It does not fit the settings of the stream.");
            }

            return read.Open ? read : selection.Mode == SyncMode.Full ? s_beginning : new Bookmark(read.High, read.Seen, read.High, read.Seen, null, Open: true);
        }
        catch (JsonException error)
        {
            throw new PluginException(FailureKind.Configuration, $"The bookmark of the last read of '{selection.Stream}' cannot be understood, or is of other settings. Read the stream in full once.", error) { Stream = selection.Stream };
        }
    }

    /// <summary>Whether an earlier run has yielded the record as it is.</summary>
    public bool Covers(ReadRecord read, string hash) => read.CursorText == Since && Since is not null && Before.Contains(hash, StringComparer.Ordinal);

    /// <summary>The bookmark when the record has been seen.</summary>
    public Bookmark After(ReadRecord read, string hash, ApiStream stream)
    {
        if (read.CursorText is not { } text || stream.Cursor is not { } cursor)
        {
            return this;
        }

        var order = High is not null && cursor.TryParse(High, out var high) ? cursor.Compare(read.Cursor, high) : 1;
        return order > 0 ? this with { High = text, Seen = [hash] }
            : order == 0 && Seen.Count < MostHashes && !Seen.Contains(hash, StringComparer.Ordinal) ? this with { Seen = [.. Seen, hash] }
            : this;
    }

    /// <summary>As the host keeps it.</summary>
    public StreamState ToState() => new(Format, JsonSerializer.SerializeToUtf8Bytes(this, HttpJson.Default.Bookmark));

    private static bool Fits(ApiStream stream, string? value) => value is null || stream.Cursor?.TryParse(value, out _) == true;
}
