using Microsoft.Extensions.Logging;

namespace CustomerInsights.Connectors.Files;

/// <summary>What the file connectors log: counts and names of streams, never a person's data.</summary>
internal static partial class FileConnectorLog
{
    [LoggerMessage(1, LogLevel.Information, "Stream {Stream}: {Records} records read from {Files} files, {Rejected} rejected")]
    public static partial void StreamRead(ILogger log, string stream, int files, long records, long rejected);

    [LoggerMessage(2, LogLevel.Warning, "Stream {Stream}: only the first {Limit} keys were checked for duplicates; later duplicates replace the record before")]
    public static partial void KeysNotChecked(ILogger log, string stream, int limit);
}
