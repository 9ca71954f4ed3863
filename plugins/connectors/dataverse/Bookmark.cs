using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Dataverse;

/// <summary>Where a read stands.</summary>
/// <param name="Pass">The pass over the whole table that the rows known here are of.</param>
/// <param name="Page">How many pages of that pass, or of the changes since, have been read.</param>
/// <param name="Next">The next page of a run that is under way; null when it is complete.</param>
/// <param name="Delta">Where changes since the last complete run are; null when Dataverse did not say, or none was complete.</param>
/// <param name="Whole">Whether a run that is under way reads the whole table.</param>
internal sealed record Bookmark(string Pass, int Page, string? Next, string? Delta, bool Whole)
{
    /// <summary>The version of the state.</summary>
    public const int Format = 1;

    private const int LongestPass = 40;

    /// <summary>The beginning of a pass over the whole.</summary>
    public static Bookmark Beginning(TimeProvider clock) => new($"p{clock.GetUtcNow().UtcTicks:x16}", 0, null, null, Whole: true);

    /// <summary>Where to begin; null for the beginning. In a full read only a run that broke off is gone on with.</summary>
    /// <exception cref="PluginException">Configuration: the state cannot be read.</exception>
    public static Bookmark? Of(StreamSelection selection)
    {
        if (selection.State is not { } state)
        {
            return null;
        }

        try
        {
            if (state.Version != Format)
            {
                throw new JsonException($"It is of version {state.Version}.");
            }

            if (selection.Mode == SyncMode.Full && !selection.Resuming)
            {
                return null;
            }

            var read = JsonSerializer.Deserialize(state.Utf8Json.Span, DataverseJson.Default.Bookmark) ?? throw new JsonException("It is empty.");
            if (read.Page < 0 || read.Pass.Length is 0 or > LongestPass || !read.Pass.All(char.IsAsciiLetterOrDigit) || !IsPath(read.Next) || !IsPath(read.Delta))
            {
                throw new JsonException("It does not hold what it should.");
            }

            return read.Next is null && (read.Delta is null || selection.Mode == SyncMode.Full) ? null : read;
        }
        catch (JsonException error)
        {
            throw new PluginException(FailureKind.Configuration, $"The bookmark of the last read of '{selection.Stream}' cannot be understood. Read the stream in full once.", error) { Stream = selection.Stream };
        }
    }

    /// <summary>The pass of the last complete run, whose rows the host has; a name of none when there was none.</summary>
    public static string PassOf(StreamSelection selection)
    {
        try
        {
            return selection.State is { } state && JsonSerializer.Deserialize(state.Utf8Json.Span, DataverseJson.Default.Bookmark) is { } read ? read.Pass : "none";
        }
        catch (JsonException)
        {
            return "none";
        }
    }

    /// <summary>As the host keeps it.</summary>
    public StreamState ToState() => new(Format, JsonSerializer.SerializeToUtf8Bytes(this, DataverseJson.Default.Bookmark));

    private static bool IsPath(string? text) => text is null || (text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal) && !text.Contains('\\', StringComparison.Ordinal));
}
