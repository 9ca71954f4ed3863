using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Workers;

/// <summary>One running worker: the process, the connection, and the watch over both. When it ends, everything that waits for it fails.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly PluginLoad _load;
    private readonly Process _process;
    private readonly WorkerListener _listener;
    private readonly OutputCapture _output;
    private readonly OutputCapture _errors;
    private readonly Task _reading;
    private readonly CancellationTokenSource _over = new();
    private readonly int _memoryMb;
    private NetworkStream? _connection;
    private WorkerKill? _kill;

    private WorkerProcess(PluginLoad load, Process process, WorkerListener listener, EgressProxy? egress, PluginLoggers loggers, RevealedSecrets secrets, int memoryMb)
    {
        (_load, _process, _listener, Egress, _memoryMb) = (load, process, listener, egress, memoryMb);
        StartedAt = load.Clock.GetUtcNow();
        _output = new OutputCapture(loggers.Create("stdout", connectionId: null), LogLevel.Information, secrets);
        _errors = new OutputCapture(loggers.Create("stderr", connectionId: null), LogLevel.Warning, secrets);
        _reading = Task.WhenAll(_output.ReadAsync(process.StandardOutput), _errors.ReadAsync(process.StandardError));
    }

    internal Peer Peer { get; private set; } = null!;

    internal int Id => _process.Id;

    /// <summary>The way out; null when the worker has a network of its own.</summary>
    internal EgressProxy? Egress { get; }

    internal DateTimeOffset StartedAt { get; }

    /// <summary>Ends when the process has, with what it ended with.</summary>
    internal Task<(WorkerKill? Kill, PluginFailure Failure, string? Evidence)> Ended { get; private set; } = null!;

    /// <summary>Starts the process and greets it; nothing stays behind when that fails.</summary>
    /// <exception cref="RemoteFailureException">It did not come up; says why.</exception>
    internal static async Task<WorkerProcess> StartAsync(
        PluginLoad load, WorkerPlace place, IPeerCalls calls, PluginLoggers loggers, RevealedSecrets secrets, CancellationToken cancellationToken)
    {
        var listener = new WorkerListener();
        EgressProxy? egress = null;
        WorkerProcess? worker = null;
        try
        {
            egress = load.Isolation == IsolationMode.SandboxedProcess ? new EgressProxy(listener.Folder, load.Clock, Dns.GetHostAddressesAsync) : null;
            var memoryMb = load.Package.Manifest!.Limits.MemoryMb ?? load.Options.Limits.WorkerMemoryMb;
            var process = Process.Start(place.StartInfo(listener.Folder, load.Isolation, memoryMb))!;
            worker = new WorkerProcess(load, process, listener, egress, loggers, secrets, memoryMb);
            await worker.ConnectAsync(calls, secrets, cancellationToken);
            return worker;
        }
        catch (Exception error) when (error is ProtocolException or IOException or SocketException or Win32Exception or OperationCanceledException)
        {
            var said = worker is null ? null : await worker.AbortAsync();
            worker?.Dispose();
            egress?.Dispose();
            listener.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            var why = error is OperationCanceledException ? $"It did not connect within {PluginBoundary.Spoken(load.Options.Limits.WorkerStart)}." : error.Message;
            throw new RemoteFailureException(new PluginFailure(FailureKind.Transient, $"The worker process of {load.Package.Id} could not be started. {said ?? why}", said is null ? null : why));
        }
    }

    /// <summary>Ends it at once. The first reason stands.</summary>
    internal void Kill(WorkerKill why)
    {
        Interlocked.CompareExchange(ref _kill, why, null);
        KillProcess();
    }

    /// <summary>Ends it in peace: it reads the end of the connection and goes; after two seconds it is killed.</summary>
    internal async Task StopAsync(WorkerKill why)
    {
        Interlocked.CompareExchange(ref _kill, why, null);
        try
        {
            _connection?.Socket.Shutdown(SocketShutdown.Send);
            await Ended.WaitAsync(LastWords, TimeProvider.System);
        }
        catch (Exception error) when (error is TimeoutException or SocketException or ObjectDisposedException)
        {
            KillProcess();
            await Ended;
        }
    }

    public void Dispose()
    {
        Peer?.Dispose();
        Egress?.Dispose();
        _connection?.Dispose();
        _process.Dispose();
        _listener.Dispose();
        _over.Dispose();
    }

    private async Task ConnectAsync(IPeerCalls calls, RevealedSecrets secrets, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_load.Options.Limits.WorkerStart, _load.Clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);

        // One that ends before it connects is not waited for.
        var gone = _process.WaitForExitAsync(limit.Token).ContinueWith(_ => limit.CancelAsync(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        var package = _load.Package;
        var start = new WorkerStart(_listener.Address, _listener.Token, package.Folder, _load.Isolation)
        {
            FileRoots = _load.Grants.FileRoots,
            Network = _load.Network,
            Egress = Egress?.Address,
            LogLevel = Enum.GetValues<LogLevel>().First(level => _load.Loggers.CreateLogger($"Plugin.{package.Id}").IsEnabled(level) || level == (_load.Ring is null ? LogLevel.None : LogLevel.Information)),
            MeasureEvery = _load.Options.Limits.WorkerMeasure,
            LogLinesPerSecond = _load.Options.Limits.LogLinesPerSecond,
            SecretMask = _load.Options.SecretMask,
        };
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(start, WireJson.Default.WorkerStart).AsMemory(), limit.Token);
        await _process.StandardInput.FlushAsync(limit.Token);
        _connection = new NetworkStream(await _listener.AcceptAsync(_process.Id, limit.Token), ownsSocket: true);
        Peer = new Peer(_connection, isHost: true, calls, error => FailureText.Flatten("The host", error, secrets), failure => new RemoteFailureException(failure), _load.Clock);
        await _listener.GreetAsync(Peer, package.Id, package.Version.ToString(), limit.Token);
        if (_load.Isolation == IsolationMode.SandboxedProcess)
        {
            RequireNoNetwork();
        }

        Ended = Task.Run(RunAsync, CancellationToken.None);
        _ = Task.Run(WatchAsync, CancellationToken.None);
        _ = gone;
    }

    // Not believed but looked up: the network namespace of the process must be another than this one's.
    private void RequireNoNetwork()
    {
        string? Space(string process) => new FileInfo($"/proc/{process}/ns/net").LinkTarget;
        var (mine, its) = (Space("self"), Space(_process.Id.ToString(CultureInfo.InvariantCulture)));
        if (mine is null || its is null || mine == its)
        {
            throw new ProtocolException("The worker has no network namespace of its own, which 'sandboxedProcess' promises.");
        }
    }

    private async Task<(WorkerKill?, PluginFailure, string?)> RunAsync()
    {
        try
        {
            await Peer.RunAsync(CancellationToken.None);
        }
        catch (ProtocolException error)
        {
            Interlocked.CompareExchange(ref _kill, new WorkerKill($"It broke the protocol. {error.Message}"), null);
        }
        catch (Exception error)
        {
            // A mistake of the host's own must not leave calls waiting for ever.
            Interlocked.CompareExchange(ref _kill, new WorkerKill($"The host failed to read from it. {error.Message}"), null);
        }

        var exitCode = await ExitAsync();
        await _over.CancelAsync();
        var kill = Volatile.Read(ref _kill);
        var words = _errors.LastWords ?? _output.LastWords;
        var message = WorkerEnd.Message($"{_load.Package.Id} {_load.Package.Version}", kill, exitCode, words);
        var failure = new PluginFailure(WorkerEnd.KindOf(kill), FailureText.Cut(message, FailureText.MaxMessage), _errors.Evidence) { WorkerEnded = true };
        Peer.Fail(failure);
        return (kill, failure, _errors.Evidence ?? _output.Evidence);
    }

    // The end of the connection is the end of the worker: one that lives on without it does so on its own account.
    private async Task<int?> ExitAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(LastWords, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            Interlocked.CompareExchange(ref _kill, new WorkerKill("It closed its connection and went on running."), null);
            KillProcess();
            await _process.WaitForExitAsync();
        }

        try
        {
            // A child of the worker may hold the pipes open.
            await _reading.WaitAsync(LastWords, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            // What was read so far is the evidence.
        }

        return _process.HasExited ? _process.ExitCode : null;
    }

    private async Task WatchAsync()
    {
        var limits = _load.Options.Limits;
        var lastPing = _load.Clock.GetTimestamp();
        var ping = Task.CompletedTask;
        using var timer = new PeriodicTimer(Look, _load.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_over.Token))
            {
                if (WorkerMemory.ResidentMb(Id) is { } used && used > WorkerMemory.MostMb(_memoryMb))
                {
                    Kill(new(string.Create(CultureInfo.InvariantCulture, $"It took {used} MB of memory; {_memoryMb} MB were promised (limits.memoryMb in its manifest) and {WorkerMemory.MostMb(_memoryMb)} MB are tolerated.")));
                }

                if (Peer.Silence > limits.WorkerPing * 3)
                {
                    Kill(new($"It did not answer for {PluginBoundary.Spoken(Peer.Silence)}."));
                }

                // A ping that could not be sent yet says enough: no second one queues behind it.
                if (_load.Clock.GetElapsedTime(lastPing) >= limits.WorkerPing && ping.IsCompleted)
                {
                    lastPing = _load.Clock.GetTimestamp();
                    ping = Peer.PingAsync();
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // It ended.
        }
    }

    private async Task<string?> AbortAsync()
    {
        KillProcess();
        try
        {
            await _reading.WaitAsync(LastWords, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            // As in ExitAsync.
        }

        return _errors.LastWords;
    }

    private void KillProcess()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended already.
        }
    }
}
