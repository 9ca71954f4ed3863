using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Tests.Kit;

/// <summary>Keeps every line, with its category; and the state objects too, as a queueing log provider would.</summary>
internal sealed class RecordingLoggers : ILoggerFactory
{
    internal ConcurrentQueue<(string Category, LogLevel Level, string Text)> Lines { get; } = new();

    internal ConcurrentQueue<object?> Kept { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
        // Not needed here.
    }

    public void Dispose()
    {
        // Nothing is held open.
    }

    private sealed class Recorder(RecordingLoggers owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            owner.Kept.Enqueue(state);
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            owner.Kept.Enqueue(state);
            owner.Kept.Enqueue(exception);
            owner.Lines.Enqueue((category, logLevel, formatter(state, exception)));
        }
    }
}
