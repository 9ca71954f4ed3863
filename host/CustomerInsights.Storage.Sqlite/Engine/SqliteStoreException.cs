namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>SQLite refused: file damaged, input or output failed, a constraint broken by a mistake of ours.</summary>
/// <param name="message">What SQLite said.</param>
/// <param name="code">SQLite's extended result code.</param>
public sealed class SqliteStoreException(string message, int code) : Exception(message)
{
    /// <summary>SQLite's extended result code.</summary>
    public int Code { get; } = code;
}
