namespace CustomerInsights.Storage.Records;

/// <summary>Records on their way into the store.</summary>
/// <param name="Run">The run that brings them.</param>
/// <param name="Records">The records, in source order; of two with one key the later wins.</param>
/// <param name="Rejected">Those not understood.</param>
/// <param name="Checkpoint">The bookmark that covers them and all before, where the connector gave one now.</param>
public sealed record RecordWrite(long Run, IReadOnlyList<IncomingRecord> Records, IReadOnlyList<RejectedRow> Rejected, ConnectorState? Checkpoint);

/// <summary>A record on its way in.</summary>
/// <param name="Key">The key.</param>
/// <param name="Document">A value document, or null to delete.</param>
public readonly record struct IncomingRecord(string Key, byte[]? Document);

/// <summary>A record as stored.</summary>
/// <param name="Key">The key.</param>
/// <param name="Document">A value document; null when deleted.</param>
/// <param name="Sequence">The number of its last change, growing over the stream.</param>
/// <param name="ChangedAt">When that was.</param>
public sealed record StoredRecord(string Key, byte[]? Document, long Sequence, DateTimeOffset ChangedAt);

/// <summary>A record that was not understood.</summary>
/// <param name="Reason">Why, for people.</param>
/// <param name="Key">Its key, where known.</param>
/// <param name="Field">The field at fault, where one is.</param>
/// <param name="Location">The file, table or page.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Excerpt">The first part of the text.</param>
public sealed record RejectedRow(string Reason, string? Key, string? Field, string? Location, long? Line, string? Excerpt)
{
    /// <summary>The run that met it; set by the store.</summary>
    public long Run { get; init; }
}
