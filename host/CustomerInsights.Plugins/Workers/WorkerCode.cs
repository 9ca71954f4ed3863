using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Workers;

/// <summary>
/// Code in a worker process: one process for all connections of a version, started at first use, started again after an end
/// that nobody asked for, stopped when nothing was open in it for a while. Hears how calls go before the slot does: a call
/// that hangs ends the process and not the plugin.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "UnloadAsync is the disposal; a start that hangs must find the semaphore usable.")]
internal sealed class WorkerCode : IPluginCode, IPluginHealth
{
    /// <summary>What becomes of a call that does not end, as a sentence.</summary>
    internal const string Abandonment = "Its worker process was ended.";

    private readonly SemaphoreSlim _oneStart = new(1, 1);
    private readonly Lock _lock = new();
    private readonly PluginLoad _load;
    private readonly PluginLoggers _loggers;
    private readonly PluginMeters _meters;
    private readonly ForwardedMeters _forwarded;
    private readonly RevealedSecrets _secrets;
    private readonly WorkerPlace _place;
    private readonly RestartPolicy _policy;
    private readonly ILogger _log;
    private readonly string _id;
    private readonly string _version;
    private (WorkerProcess Process, HostCalls Calls)? _worker;
    private string _lastEnd = "";
    private ITimer? _idle;
    private int _lastComponent;
    private bool _closed;

    internal WorkerCode(PluginLoad load, PluginLoggers loggers, PluginMeters meters, RevealedSecrets secrets, CancellationToken stopping)
    {
        (_load, _loggers, _meters, _secrets) = (load, loggers, meters, secrets);
        (_id, _version) = (load.Package.Id, load.Package.Version.ToString());
        _place = new WorkerPlace(load.Options.WorkerFolder);
        _policy = new RestartPolicy(load.Clock, load.Options.Random);
        _log = load.Loggers.CreateLogger("CustomerInsights.Plugins");
        _forwarded = new ForwardedMeters(meters, _id, secrets, loggers.Create("meters", connectionId: null));
        stopping.Register(() => _ = _worker?.Process.Peer.NoticeAsync(WorkerCall.Stopping, new WireWriter()));
    }

    /// <summary>How the worker does.</summary>
    internal PluginWorkerVitals Vitals
    {
        get
        {
            lock (_lock)
            {
                var process = _worker?.Process;
                return new(
                    process?.Id, process?.StartedAt, process is null ? null : WorkerMemory.ResidentMb(process.Id),
                    _load.Package.Manifest!.Limits.MemoryMb ?? _load.Options.Limits.WorkerMemoryMb, _policy.Ends, _policy.NotBefore > _load.Clock.GetUtcNow() ? _policy.NotBefore : null);
            }
        }
    }

    /// <summary>Nothing to do before the first use: what can be known without running the plugin was checked before.</summary>
    public ValueTask<string?> LoadAsync(CancellationToken cancellationToken) => new((string?)null);

    /// <summary>Sees to it that the worker runs, with the plugin loaded.</summary>
    /// <exception cref="PluginCallException">It does not, or may not yet.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        const string call = "Start of the worker";
        await _oneStart.WaitAsync(cancellationToken);
        try
        {
            if (!_closed && _worker is null)
            {
                RefuseTooEarly(call);
                await StartAsync(cancellationToken);
            }
        }
        catch (RemoteFailureException error)
        {
            throw new PluginCallException(_id, call, FailureText.Flatten(call, error, _secrets));
        }
        finally
        {
            _oneStart.Release();
        }
    }

    public async ValueTask FillAsync(ComponentHandle handle, PluginContribution contribution, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken)
    {
        var component = Interlocked.Increment(ref _lastComponent);
        (WorkerProcess Process, HostCalls Calls) worker;
        lock (_lock)
        {
            worker = _worker ?? throw new RemoteFailureException(new(FailureKind.Transient, $"The worker process of {_id} has just ended. {_lastEnd}") { WorkerEnded = true });
            worker.Calls.Add(component, handle);
            _idle?.Dispose();
        }

        var context = handle.Context;
        var token = worker.Process.Egress?.Open(context.Http.Rules, _loggers.Create("http", context.ConnectionId));
        var scope = new Opened(this, worker, component, token);
        try
        {
            var peer = worker.Process.Peer;
            var arguments = new CreateArguments(component, contribution.Id, context.ConnectionId, configuration) { EgressToken = token };
            var answer = await peer.CallAsync(WorkerCall.Create, WireJson.Write(arguments, WireJson.Default.CreateArguments), static body => WireJson.Read(body.Span, WireJson.Default.CreateAnswer), cancellationToken);
            RemoteComponent made = contribution.Kind switch
            {
                PluginKind.Connector => new RemoteSource(peer, component),
                PluginKind.Export => new RemoteExport(peer, component),
                _ when answer.IsPopulation => new RemotePopulationEnrichment(peer, component, worker.Calls),
                _ => new RemoteProfileEnrichment(peer, component),
            };
            handle.Fill(made, scope);
        }
        catch
        {
            await scope.DisposeAsync();
            throw;
        }
    }

    public async Task<WeakReference> UnloadAsync()
    {
        await _oneStart.WaitAsync();
        try
        {
            _closed = true;
            await StopAsync("the plugin is stopped");
        }
        finally
        {
            _oneStart.Release();
        }

        _meters.Dispose();

        // Its code was never here.
        return new WeakReference(null);
    }

    void IPluginHealth.Succeeded() => _load.Health.Succeeded();

    void IPluginHealth.Failed(string call, PluginFailure failure) => _load.Health.Failed(call, failure);

    void IPluginHealth.Misbehaved(string call, PluginFailure failure) => _load.Health.Misbehaved(call, failure);

    void IPluginHealth.Abandoned(string call, PluginFailure failure) => _worker?.Process.Kill(new WorkerKill(failure.Message.Replace(" " + Abandonment, "", StringComparison.Ordinal)));

    void IPluginHealth.WorkerEnded(string message, string? evidence, bool givenUp) => _load.Health.WorkerEnded(message, evidence, givenUp);

    void IPluginHealth.CannotLoad(PluginFailure failure) => _load.Health.CannotLoad(failure);

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var begun = _load.Clock.GetTimestamp();
        var calls = new HostCalls(_id, _loggers, _forwarded, (call, failure) => _load.Health.Misbehaved(call, FailureText.Flatten(call, new RemoteFailureException(failure), _secrets)));
        _policy.Started();
        WorkerProcess process;
        try
        {
            process = await WorkerProcess.StartAsync(_load, _place, calls, _loggers, _secrets, cancellationToken);
        }
        catch (RemoteFailureException error)
        {
            Count(error.Failure, error.Failure.Detail);
            throw;
        }

        lock (_lock)
        {
            _worker = (process, calls);
        }

        _ = Task.Run(() => KeepAsync(process), CancellationToken.None);
        try
        {
            await process.Peer.CallAsync(WorkerCall.Load, new WireWriter(), static _ => true, CancellationToken.None).WaitAsync(_load.Options.Limits.WorkerStart, _load.Clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            process.Kill(new WorkerKill($"It did not load the plugin within {PluginBoundary.Spoken(_load.Options.Limits.WorkerStart)}."));
            throw new RemoteFailureException((await process.Ended).Failure);
        }
        catch (RemoteFailureException error) when (!error.Failure.WorkerEnded)
        {
            process.Kill(new WorkerKill("the plugin cannot be loaded", Wanted: true));
            _load.Health.CannotLoad(error.Failure);
            throw;
        }

        WorkerLog.Started(_log, _id, _version, process.Id, (long)_load.Clock.GetElapsedTime(begun).TotalMilliseconds);
        WatchIdle(calls);
    }

    // Waits for the end, whatever brings it, and draws the consequences.
    private async Task KeepAsync(WorkerProcess process)
    {
        var (kill, failure, evidence) = await process.Ended;
        lock (_lock)
        {
            _worker = null;
            _idle?.Dispose();
        }

        if (kill is { Wanted: true })
        {
            WorkerLog.Stopped(_log, _id, _version, process.Id, kill.Reason);
        }
        else
        {
            Count(failure, evidence);
        }

        process.Dispose();
    }

    private void Count(PluginFailure failure, string? evidence)
    {
        var givenUp = _policy.Ended();
        _lastEnd = failure.Message;
        var message = givenUp
            ? failure.Message
            : string.Create(CultureInfo.InvariantCulture, $"{failure.Message} (End {_policy.Ends} of {RestartPolicy.MostEnds} that are tolerated within 10 minutes; it may start again after {_policy.NotBefore.UtcDateTime:HH:mm:ss.f}.)");
        WorkerLog.Ended(_log, _id, _version, message);
        _load.Health.WorkerEnded(message, evidence, givenUp);
    }

    private void RefuseTooEarly(string call)
    {
        var wait = _policy.NotBefore - _load.Clock.GetUtcNow();
        if (wait > TimeSpan.Zero)
        {
            throw new PluginCallException(_id, call, new(
                FailureKind.Transient, $"The worker process of {_id} starts again in {PluginBoundary.Spoken(wait)}. {_lastEnd}", RetryAfter: wait)
            { WorkerEnded = true });
        }
    }

    private void WatchIdle(HostCalls calls)
    {
        lock (_lock)
        {
            if (_worker is { } worker && worker.Calls == calls && calls.IsEmpty)
            {
                _idle?.Dispose();
                _idle = _load.Clock.CreateTimer(_ => _ = StopIdleAsync(calls), null, _load.Options.Limits.WorkerIdle, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private async Task StopIdleAsync(HostCalls calls)
    {
        await _oneStart.WaitAsync();
        try
        {
            if (_worker?.Calls == calls && calls.IsEmpty)
            {
                await StopAsync("nothing was open in it");
            }
        }
        finally
        {
            _oneStart.Release();
        }
    }

    private async Task StopAsync(string reason)
    {
        if (_worker is { } worker)
        {
            await worker.Process.StopAsync(new WorkerKill(reason, Wanted: true));
        }
    }

    // Takes the place of the scope that a component has in process: when the component goes, so does the host's side of it.
    private sealed class Opened(WorkerCode code, (WorkerProcess Process, HostCalls Calls) worker, int component, string? egressToken) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            worker.Calls.Remove(component);
            if (egressToken is not null)
            {
                worker.Process.Egress!.Close(egressToken);
            }

            code.WatchIdle(worker.Calls);
            return ValueTask.CompletedTask;
        }
    }
}
