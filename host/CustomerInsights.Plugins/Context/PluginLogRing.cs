using CustomerInsights.Plugins.Boundary;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Context;

/// <summary>The last lines that a plugin wrote, whatever its version; older ones make room. Safe for any thread.</summary>
internal sealed class PluginLogRing(TimeProvider clock)
{
    private const int MostLines = 500;
    private const int LongestText = 2000;
    private readonly Lock _lock = new();
    private readonly Queue<PluginLogLine> _lines = new();

    internal void Add(LogLevel level, string version, string? connection, string? part, string text)
    {
        var line = new PluginLogLine(clock.GetUtcNow(), level, version, connection, string.IsNullOrEmpty(part) ? null : part, FailureText.Cut(text, LongestText));
        lock (_lock)
        {
            if (_lines.Count == MostLines)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
        }
    }

    /// <summary>The newest lines, newest first.</summary>
    internal IReadOnlyList<PluginLogLine> Last(int count)
    {
        lock (_lock)
        {
            return [.. _lines.Reverse().Take(count)];
        }
    }
}
