using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>A line of the log.</summary>
/// <param name="IsPlugin">True when the plugin wrote it; false for the host's own.</param>
/// <param name="Level">Its level.</param>
/// <param name="Text">Its text, as the host let it through.</param>
internal sealed record KitLine(bool IsPlugin, LogLevel Level, string Text);

/// <summary>Keeps every line, and notes which process the worker is.</summary>
internal sealed class KitLoggers : ILoggerFactory
{
    // CustomerInsights.Plugins.Workers.WorkerLog.Started.
    private const int WorkerStarted = 7020;

    private readonly ConcurrentQueue<KitLine> _lines = new();
    private int _workerId;

    internal IReadOnlyList<KitLine> Lines => [.. _lines];

    internal int Count => _lines.Count;

    /// <summary>The worker that was started last; 0 when none was.</summary>
    internal int WorkerId => Volatile.Read(ref _workerId);

    public ILogger CreateLogger(string categoryName) => new Keeper(this, categoryName.StartsWith("Plugin.", StringComparison.Ordinal));

    public void AddProvider(ILoggerProvider provider)
    {
        // Nobody else is told.
    }

    public void Dispose()
    {
        // Nothing is held open.
    }

    internal void Clear() => _lines.Clear();

    private sealed class Keeper(KitLoggers owner, bool isPlugin) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            owner._lines.Enqueue(new(isPlugin, logLevel, formatter(state, exception)));
            if (!isPlugin && eventId.Id == WorkerStarted && state is IReadOnlyList<KeyValuePair<string, object?>> values
                && values.FirstOrDefault(value => string.Equals(value.Key, "ProcessId", StringComparison.OrdinalIgnoreCase)).Value is int id)
            {
                Volatile.Write(ref owner._workerId, id);
            }
        }
    }
}
