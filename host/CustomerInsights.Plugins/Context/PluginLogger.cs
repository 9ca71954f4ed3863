using CustomerInsights.Plugins.Boundary;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Context;

/// <summary>
/// The log that a plugin writes to. Text is made here at once: a log provider that keeps the plugin's state or exception
/// objects, as queueing ones do, would keep the plugin in memory.
/// </summary>
internal sealed class PluginLogger(ILogger target, RevealedSecrets secrets, LogThrottle throttle, IReadOnlyDictionary<string, object> tags, Action<LogLevel, string>? keep) : ILogger
{
    private const int MaxText = 8000;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => target.BeginScope(Clean(state.ToString()));

    // What is worth being read over REST is kept also where the host's own log leaves it out.
    public bool IsEnabled(LogLevel logLevel) => target.IsEnabled(logLevel) || (keep is not null && logLevel is >= LogLevel.Information and < LogLevel.None);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel) || !throttle.TryTake(out var dropped))
        {
            return;
        }

        var text = Clean(formatter(state, exception));
        var trace = exception is null ? "" : Environment.NewLine + FailureText.Flatten("", exception, secrets).Detail;
        keep?.Invoke(logLevel, text + trace);
        using (target.BeginScope(tags))
        {
            if (dropped > 0)
            {
                PluginLog.LinesDropped(target, dropped);
            }

            // The number alone of the event: its name may be interned text of the plugin, which is fine, but is not needed.
            target.Log(logLevel, new EventId(eventId.Id), text + trace, null, static (line, _) => line);
        }
    }

    private string Clean(string? text) => FailureText.Cut(secrets.Redact(text ?? ""), MaxText);
}
