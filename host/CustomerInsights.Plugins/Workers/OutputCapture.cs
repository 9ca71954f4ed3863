using System.Text;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Workers;

/// <summary>What a worker prints: log lines and nothing else, cut at 64 KB, throttled and redacted. The last of it is kept as evidence.</summary>
internal sealed class OutputCapture(ILogger log, LogLevel level, RevealedSecrets secrets)
{
    internal const int MaxLine = 64 * 1024;
    private const int MaxKept = 40;
    private const int MaxKeptLine = 400;

    private readonly Lock _lock = new();
    private readonly List<string> _kept = [];
    private readonly StringBuilder _line = new();
    private bool _cut;

    /// <summary>The first lines since the process began to fall, redacted; null when it said nothing.</summary>
    internal string? Evidence
    {
        get
        {
            lock (_lock)
            {
                return _kept.Count == 0 ? null : FailureText.Cut(secrets.Redact(string.Join('\n', _kept)), FailureText.MaxDetail);
            }
        }
    }

    /// <summary>The line that tells most: the runtime's own last words begin in a known way.</summary>
    internal string? LastWords
    {
        get
        {
            lock (_lock)
            {
                var line = _kept.FindLast(IsRuntimes) ?? (_kept.Count > 0 ? _kept[^1] : null);
                return line is null ? null : secrets.Redact(line);
            }
        }
    }

    /// <summary>Reads to the end; never throws for what is printed.</summary>
    internal async Task ReadAsync(TextReader reader)
    {
        var buffer = new char[8192];
        try
        {
            int read;
            while ((read = await reader.ReadAsync(buffer)) > 0)
            {
                Take(buffer.AsSpan(0, read));
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The pipe broke with its process.
        }

        Flush();
    }

    private void Take(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (c == '\n')
            {
                Flush();
            }
            else if (_line.Length < MaxLine)
            {
                _line.Append(c);
            }
            else
            {
                _cut = true;
            }
        }
    }

    private void Flush()
    {
        if (_line.Length == 0)
        {
            return;
        }

        var line = _line.ToString().TrimEnd('\r') + (_cut ? "…" : "");
        _line.Clear();
        _cut = false;
        Keep(FailureText.Cut(line, MaxKeptLine));
        WorkerLog.Printed(log, level, line);
    }

    // A stack overflow prints its frames after the words that matter: what begins a fall is kept, and the rest from there on.
    private void Keep(string line)
    {
        lock (_lock)
        {
            if (_kept.Count < MaxKept)
            {
                _kept.Add(line);
            }
            else if (!_kept.Exists(IsRuntimes))
            {
                _kept.RemoveAt(0);
                _kept.Add(line);
            }
        }
    }

    private static bool IsRuntimes(string line) =>
        line.StartsWith("Unhandled exception", StringComparison.Ordinal)
        || line.StartsWith("Process terminated", StringComparison.Ordinal)
        || line.StartsWith("Stack overflow", StringComparison.Ordinal)
        || line.StartsWith("Out of memory", StringComparison.Ordinal)
        || line.StartsWith("Fatal error", StringComparison.Ordinal);
}
