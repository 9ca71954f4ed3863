using CustomerInsights.Plugins.Workers.Protocol;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Worker;

/// <summary>Sends log lines to the host. They are text already, redacted and throttled; the host does both again.</summary>
internal sealed class RemoteLoggers(Peer peer, LogLevel least) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new RemoteLogger(peer, least, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("A worker logs to its host and nowhere else.");

    public void Dispose()
    {
        // The connection belongs to the worker.
    }

    private sealed class RemoteLogger(Peer peer, LogLevel least, string category) : ILogger
    {
        // The connection comes as a scope around every line, written at once and on one thread.
        [ThreadStatic]
        private static string? _connection;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            if (state is not IReadOnlyDictionary<string, object> tags)
            {
                return null;
            }

            _connection = tags.GetValueOrDefault("ConnectionId") as string;
            return new Scope();
        }

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var line = new LogLine(category, logLevel, eventId.Id, formatter(state, exception)) { ConnectionId = _connection };
                _ = peer.NoticeAsync(WorkerCall.Log, WireJson.Write(line, WireJson.Default.LogLine));
            }
        }

        private sealed class Scope : IDisposable
        {
            public void Dispose() => _connection = null;
        }
    }
}
