namespace CustomerInsights.Storage.Sqlite;

/// <summary>Where the embedded store is and what memory it may take.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>The data directory; made if absent. On a local disk: SQLite's WAL does not work over a network.</summary>
    public required string Directory { get; init; }

    /// <summary>Pages that the writer of <c>insights.db</c> keeps in memory, in KiB. Loads are faster while the indexes fit.</summary>
    public int WriterCacheKib { get; init; } = 128 * 1024;
}
