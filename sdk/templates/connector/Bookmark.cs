using System.Text.Json;
using CustomerInsights.Sdk;

namespace PublisherName.PluginName;

/// <summary>
/// Where a read stands: the last moment of change that was seen, and who changed in it. The next read asks for that moment and what comes
/// after (<c>&gt;=</c>) and leaves out whom it has seen. Asking for later moments alone (<c>&gt;</c>) would lose whoever changes in the same one.
/// </summary>
/// <param name="UpdatedAt">The moment; null at the beginning.</param>
/// <param name="Keys">Who was seen of it.</param>
internal sealed record Bookmark(DateTimeOffset? UpdatedAt, IReadOnlyList<string> Keys)
{
    // A bulk change gives thousands the same moment. Beyond this they are yielded again, which costs time and no harm: a state has at most 64 KiB.
    private const int MostKeys = 1000;
    private const int Format = 1;

    /// <summary>Where to begin: in a full read only a run that broke off is gone on with.</summary>
    public static Bookmark StartOf(StreamSelection selection)
    {
        if (selection.State is not { } state || (selection.Mode == SyncMode.Full && !selection.Resuming))
        {
            return new Bookmark(null, []);
        }

        try
        {
            return state.Version == Format && JsonSerializer.Deserialize(state.Utf8Json.Span, PluginNameJson.Default.Bookmark) is { } bookmark
                ? bookmark
                : throw new JsonException($"It is of version {state.Version}.");
        }
        catch (JsonException error)
        {
            throw new PluginException(FailureKind.Configuration, "The bookmark of the last read cannot be understood. Read the stream in full once.", error) { Stream = selection.Stream };
        }
    }

    /// <summary>Whether the contact was yielded before.</summary>
    public bool Covers(Contact contact) => contact.UpdatedAt == UpdatedAt && Keys.Contains(contact.Key, StringComparer.Ordinal);

    /// <summary>The bookmark when the contact has been yielded.</summary>
    public Bookmark After(Contact contact) =>
        contact.UpdatedAt > (UpdatedAt ?? DateTimeOffset.MinValue) ? new Bookmark(contact.UpdatedAt, [contact.Key])
        : contact.UpdatedAt == UpdatedAt && Keys.Count < MostKeys ? this with { Keys = [.. Keys, contact.Key] }
        : this;

    /// <summary>As the host keeps it.</summary>
    public StreamState ToState() => new(Format, JsonSerializer.SerializeToUtf8Bytes(this, PluginNameJson.Default.Bookmark));
}
