using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace CustomerInsights.Tests.Shared;

/// <summary>A server run by node, until it is disposed.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeProcess(ProcessStartInfo start, Func<string, string?> ready)
    {
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Take(line.Data, ready);
        _process.ErrorDataReceived += (_, line) => Take(line.Data, ready);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"'{start.FileName} {string.Join(' ', start.ArgumentList)}' ended before it was ready:\n{Output}"));
    }

    /// <summary>What it has printed.</summary>
    public string Output
    {
        get
        {
            lock (_lock)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="arguments">For node.</param>
    /// <param name="ready">Given each line that it prints; gives what the caller waits for, such as an address, or null.</param>
    /// <returns>The process and what was waited for.</returns>
    public static async Task<(NodeProcess Process, string Ready)> StartAsync(string folder, IReadOnlyList<string> arguments, Func<string, string?> ready)
    {
        var node = new NodeProcess(new ProcessStartInfo("node", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false }, ready);
        try
        {
            node._process.Start();
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException("'node' cannot be started. Install node 20 or newer with npm.", error);
        }

        node._process.BeginOutputReadLine();
        node._process.BeginErrorReadLine();
        try
        {
            return (node, await node._ready.Task);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Take(string? line, Func<string, string?> ready)
    {
        if (line is null)
        {
            return;
        }

        lock (_lock)
        {
            _output.AppendLine(line);
        }

        if (ready(line) is { } found)
        {
            _ready.TrySetResult(found);
        }
    }
}
