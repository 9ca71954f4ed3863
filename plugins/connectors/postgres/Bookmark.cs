using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Postgres;

/// <summary>Where a read stands. Values are texts as PostgreSQL writes them.</summary>
/// <param name="Since">The cursor's value that this run began at; null for a run over the whole.</param>
/// <param name="High">The highest value that the run after this one may begin at; null without one.</param>
/// <param name="After">The last row of a run that is under way: its key, behind its cursor in a run of changes; null at the beginning.</param>
/// <param name="Open">Whether a run is under way.</param>
internal sealed record Bookmark(string? Since, string? High, IReadOnlyList<string>? After, bool Open)
{
    /// <summary>The version of the state.</summary>
    public const int Format = 1;

    private const int Most = 60_000;

    private static readonly Bookmark s_beginning = new(null, null, null, Open: true);

    /// <summary>Where to begin: in a full read only a run that broke off is gone on with.</summary>
    /// <exception cref="PluginException">Configuration: the state cannot be read.</exception>
    public static Bookmark StartOf(StreamSelection selection, TableStream stream)
    {
        if (selection.State is not { } state)
        {
            return s_beginning;
        }

        if (state.Version != Format)
        {
            throw Refused($"The bookmark of the last read of '{selection.Stream}' is of version {state.Version}; this release of the plugin knows {Format}. Read the stream in full once.", null);
        }

        if (selection.Mode == SyncMode.Full && !selection.Resuming)
        {
            return s_beginning;
        }

        try
        {
            var read = JsonSerializer.Deserialize(state.Utf8Json.Span, PostgresJson.Default.Bookmark) ?? throw new JsonException("It is empty.");
            var parts = stream.KeyCount + (read.Since is null ? 0 : 1);
            if ((read.After is { } after && after.Count != parts) || (!stream.HasCursor && (read.Since ?? read.High) is not null) || !stream.CanBegin(read))
            {
                throw new JsonException("It does not fit the settings of the table.");
            }

            return read.Open && read.After is not null ? read
                : selection.Mode == SyncMode.Full || read.High is null ? s_beginning
                : new Bookmark(read.High, read.High, null, Open: true);
        }
        catch (JsonException error)
        {
            throw Refused($"The bookmark of the last read of '{selection.Stream}' cannot be understood, or is of other settings. Read the stream in full once.", error);
        }

        PluginException Refused(string message, Exception? cause) => new(FailureKind.Configuration, message, cause) { Stream = selection.Stream };
    }

    /// <summary>As the host keeps it; null when it would be too large to keep.</summary>
    public StreamState? ToState()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, PostgresJson.Default.Bookmark);
        return json.Length <= Most ? new StreamState(Format, json) : null;
    }
}
