using Microsoft.Extensions.Logging;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>What the store logs; ids 1000–1049.</summary>
internal static partial class SqliteStoreLog
{
    [LoggerMessage(1000, LogLevel.Information, "Opened the store in {Directory}.")]
    public static partial void Opened(ILogger logger, string directory);

    [LoggerMessage(1001, LogLevel.Information, "{Database}.db is now at format {Version}.")]
    public static partial void Migrated(ILogger logger, string database, long version);

    [LoggerMessage(1002, LogLevel.Error, "{Database}.db: a transaction of {Commands} commands failed; none of them was written.")]
    public static partial void GroupFailed(ILogger logger, Exception error, string database, int commands);

    [LoggerMessage(1003, LogLevel.Information, "Went on with the removal of {Streams} streams that had been interrupted.")]
    public static partial void RemovalResumed(ILogger logger, int streams);

    [LoggerMessage(1004, LogLevel.Warning, "{Database}.db: the write-ahead log could not be folded in; it is tried again.")]
    public static partial void CheckpointFailed(ILogger logger, Exception error, string database);
}
