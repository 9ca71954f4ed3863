using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using CustomerInsights.Host.Commands;

namespace CustomerInsights.Host.Tests.Kit;

/// <summary>The real program in a process of its own, which can be killed.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    // Numbers of Linux.
    private const int Stop = 19;
    private const int Continue = 18;
    private const int Killed = 9;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private readonly string _directory;

    private IReadOnlyList<int> _stopped = [];

    private HostProcess(string directory, string[] more)
    {
        _directory = directory;
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
        var host = Start(directory, more);
        await host.AnswersAsync();
        return host;
    }

    /// <summary>Starts it and does not wait.</summary>
    public static HostProcess Start(string directory, params string[] more)
    {
        var host = new HostProcess(directory, more);
        File.Delete(Path.Combine(directory, "host.json"));
        host._process.Start();
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        return host;
    }

    /// <summary>Waits until it answers.</summary>
    public async Task AnswersAsync()
    {
        for (var i = 0; i < 1200; i++)
        {
            if (Output.Contains("Customer Insights is running.", StringComparison.Ordinal) && RunningHost.Find(_directory) is { } running)
            {
                Http = new HttpClient { BaseAddress = new Uri(running.Url), DefaultRequestHeaders = { Authorization = new("Bearer", running.Key) } };
                return;
            }

            Assert.False(_process.HasExited, Output);
            await Task.Delay(25);
        }

        throw new TimeoutException(Output);
    }

    /// <summary>
    /// Lets it run in short steps, and looks while it stands still: what is looked at cannot pass by, however busy the machine is. It stands still when this returns.
    /// </summary>
    /// <param name="reached">Looks from outside, at files; the program cannot answer.</param>
    /// <param name="workersToo">Whether its workers stand still with it.</param>
    public Task StepUntilAsync(Func<bool> reached, bool workersToo = false) => Task.Factory.StartNew(
        () =>
        {
            for (var i = 0; i < 6000; i++)
            {
                Signal(Stop);
                _stopped = workersToo ? Workers() : [];
                foreach (var worker in _stopped)
                {
                    // One that has just ended needs no stop.
                    _ = Kill(worker, Stop);
                }

                if (reached())
                {
                    return;
                }

                Resume();
                Thread.Sleep(25);
                Assert.False(_process.HasExited, Output);
            }

            throw new TimeoutException(Output);
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Lets it run on.</summary>
    public void Resume()
    {
        ResumeWorkers();
        Signal(Continue);
    }

    /// <summary>SIGKILL: nothing is said, flushed or tidied.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();

        // A worker that stands still does not see that its host is gone.
        ResumeWorkers();
    }

    /// <summary>The processes of plugins that it has started and that are alive.</summary>
    public IReadOnlyList<int> Workers()
    {
        var workers = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                // The fields behind the name in brackets: state, parent.
                var fields = File.ReadAllText(Path.Combine(folder, "stat")).Split(") ")[^1].Split(' ');
                if (fields[1] == _process.Id.ToString(CultureInfo.InvariantCulture) && fields[0] != "Z")
                {
                    workers.Add(int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture));
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It has just ended.
            }
        }

        return workers;
    }

    /// <summary>SIGKILL for a worker.</summary>
    public static void KillWorker(int worker) => Assert.Equal(0, Kill(worker, Killed));

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

    private void ResumeWorkers()
    {
        foreach (var worker in _stopped)
        {
            _ = Kill(worker, Continue);
        }

        _stopped = [];
    }

    private void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int process, int signal);
}
