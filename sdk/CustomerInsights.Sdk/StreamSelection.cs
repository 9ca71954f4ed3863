namespace CustomerInsights.Sdk;

/// <summary>A stream to read.</summary>
/// <param name="Stream">Its name, as discovered.</param>
/// <param name="Mode">How; one of the stream's <see cref="StreamDescriptor.Modes"/>.</param>
public sealed record StreamSelection(string Stream, SyncMode Mode)
{
    /// <summary>
    /// The bookmark to go on from, or null to start at the beginning. In <see cref="SyncMode.Full"/> it is either the last
    /// checkpoint of an interrupted run or the final one of the last complete run; <see cref="Resuming"/> tells which.
    /// </summary>
    public StreamState? State { get; init; }

    /// <summary>True when <see cref="State"/> is of an interrupted run that is to be completed: everything before it was stored.</summary>
    public bool Resuming { get; init; }

    /// <summary>The fields wanted, or null for all. The connector may yield more; the host drops them.</summary>
    public IReadOnlyList<string>? Fields { get; init; }
}
