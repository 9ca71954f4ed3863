using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Http;

/// <summary>What is logged of plugins' requests, below the category <c>Plugin.&lt;id&gt;.http</c>; ids 7040 to 7059.</summary>
internal static partial class HttpLog
{
    [LoggerMessage(7040, LogLevel.Information, "{Request} {Said}; try {Tries} is followed by another one in {Seconds} s.")]
    internal static partial void TriesAgain(ILogger logger, string request, string said, int tries, double seconds);

    [LoggerMessage(7041, LogLevel.Warning, "A request waits for one of the {Concurrency} that may be under way at once (limits.concurrency in the manifest). Responses that were read as streams must be disposed.")]
    internal static partial void WaitsForSlot(ILogger logger, int concurrency);

    [LoggerMessage(7042, LogLevel.Debug, "{Request} answered {Status} after {Sent} requests and {Milliseconds} ms.")]
    internal static partial void Answered(ILogger logger, string request, int status, int sent, long milliseconds);

    [LoggerMessage(7043, LogLevel.Warning, "A request was refused. {Reason}")]
    internal static partial void Refused(ILogger logger, string reason);

    [LoggerMessage(7044, LogLevel.Warning, "The sandbox asked for {Host}:{Port} and was refused. {Reason}")]
    internal static partial void SandboxRefused(ILogger logger, string host, int port, string reason);
}
