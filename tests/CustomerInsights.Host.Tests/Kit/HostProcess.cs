using System.Collections.Concurrent;
using System.Diagnostics;
using CustomerInsights.Host.Commands;

namespace CustomerInsights.Host.Tests.Kit;

/// <summary>The real program in a process of its own, which can be killed.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private HostProcess(string directory, string[] more)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "customer-insights.dll"), "serve", "--data", directory, "--port", "0" },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Array.ForEach(more, start.ArgumentList.Add);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
    }

    /// <summary>What it has printed so far.</summary>
    public string Output => string.Join('\n', _output);

    public HttpClient Http { get; private set; } = null!;

    /// <summary>Starts it on a data directory, with more arguments perhaps, and waits until it answers.</summary>
    public static async Task<HostProcess> StartAsync(string directory, params string[] more)
    {
        var host = new HostProcess(directory, more);
        File.Delete(Path.Combine(directory, "host.json"));
        host._process.Start();
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        for (var i = 0; i < 1200; i++)
        {
            if (host.Output.Contains("Customer Insights is running.", StringComparison.Ordinal) && RunningHost.Find(directory) is { } running)
            {
                host.Http = new HttpClient { BaseAddress = new Uri(running.Url), DefaultRequestHeaders = { Authorization = new("Bearer", running.Key) } };
                return host;
            }

            Assert.False(host._process.HasExited, host.Output);
            await Task.Delay(25);
        }

        throw new TimeoutException(host.Output);
    }

    /// <summary>SIGKILL: nothing is said, flushed or tidied.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits until it has ended by itself; gives the exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}
