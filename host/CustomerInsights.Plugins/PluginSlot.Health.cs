using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Workers;

namespace CustomerInsights.Plugins;

/// <content>What becomes of a plugin that misbehaves: degraded, faulted, tried again, given up.</content>
internal sealed partial class PluginSlot
{
    private PluginPackage? _faulted;
    private int _faults;
    private int _bugs;
    private long _lastBug;
    private long _startedAt;

    // The calls of an older load must not speak for the current one.
    private sealed class SlotHealth(PluginSlot slot, int generation) : IPluginHealth
    {
        public void Succeeded()
        {
            Interlocked.Increment(ref slot._succeeded);
            slot.OnSucceeded(generation);
        }

        public void Failed(string call, PluginFailure failure) => slot.Count(ref slot._failedCalls, call, failure);

        public void Misbehaved(string call, PluginFailure failure)
        {
            slot.Count(ref slot._bugCalls, call, failure);
            slot.OnMisbehaved(generation, call, failure);
        }

        public void Abandoned(string call, PluginFailure failure)
        {
            slot.Count(ref slot._abandonedCalls, call, failure);
            slot.OnAbandoned(generation, call, failure);
        }

        public void WorkerEnded(string message, string? evidence, bool givenUp) => slot.OnWorkerEnded(generation, message, evidence, givenUp);

        public void CannotLoad(PluginFailure failure) => slot.OnCannotLoad(generation, failure);
    }

    private bool IsCurrent(int generation) => _running is not null && generation == _generation;

    private void OnSucceeded(int generation)
    {
        string version;
        lock (_lock)
        {
            // Success right after a bug is not health yet: a plugin that fails every second call would flicker.
            if (!IsCurrent(generation))
            {
                return;
            }

            _bugs = 0;
            if (_status.State != PluginState.Degraded || _host.Clock.GetElapsedTime(_lastBug) < _host.Options.Limits.HealthyAfter)
            {
                return;
            }

            version = _running!.Package.Version.ToString();
        }

        Move(RunningState(version), version, Actor.Boundary, "recovered", "Calls succeed again.", onlyFrom: [PluginState.Degraded]);
    }

    private void OnMisbehaved(int generation, string call, PluginFailure failure)
    {
        PluginLog.CallFailed(_host.Log, Id, call, failure.Message, failure.Detail);
        int bugs;
        string version;
        lock (_lock)
        {
            if (!IsCurrent(generation))
            {
                return;
            }

            bugs = ++_bugs;
            _lastBug = _host.Clock.GetTimestamp();
            version = _running!.Package.Version.ToString();
        }

        if (bugs >= _host.Options.Limits.BugsBeforeFault)
        {
            Fault(generation, "bugs", $"{bugs} calls in a row failed by the plugin's own fault. The last: {failure.Message}", failure.Detail);
        }
        else
        {
            Move(PluginState.Degraded, version, Actor.Boundary, "bug", failure.Message, failure.Detail, onlyFrom: [PluginState.Active, PluginState.Probation]);
        }
    }

    private void OnAbandoned(int generation, string call, PluginFailure failure)
    {
        PluginLog.CallFailed(_host.Log, Id, call, failure.Message, failure.Detail);
        Fault(generation, "deadline", failure.Message, failure.Detail);
    }

    // The worker's keeper starts it again; the plugin as a whole is given up only when it said so.
    private void OnWorkerEnded(int generation, string message, string? evidence, bool givenUp)
    {
        string version;
        lock (_lock)
        {
            if (!IsCurrent(generation))
            {
                return;
            }

            _lastBug = _host.Clock.GetTimestamp();
            version = _running!.Package.Version.ToString();
        }

        if (givenUp)
        {
            GiveUp(generation, message, evidence);
            return;
        }

        Move(PluginState.Degraded, version, Actor.Boundary, "worker-ended", message, evidence);
    }

    private void OnCannotLoad(int generation, PluginFailure failure)
    {
        PluginLog.CallFailed(_host.Log, Id, "Load", failure.Message, failure.Detail);
        Fault(generation, "load", failure.Message, failure.Detail);
    }

    private void GiveUp(int generation, string message, string? evidence) => _host.Run(async () =>
    {
        await _oneStep.WaitAsync(CancellationToken.None);
        try
        {
            if (IsCurrent(generation))
            {
                var package = _running!.Package;
                await StopAsync(Actor.Boundary, "worker-ended", message);
                _faulted = package;
                var reason = $"Its worker process ended {RestartPolicy.MostEnds} times within 10 minutes; waits for Retry or a new version. {message}";
                Move(PluginState.CrashLooping, package.Version.ToString(), Actor.Host, "gave-up", reason, evidence);
            }
        }
        finally
        {
            _oneStep.Release();
        }
    });

    // The call that found the fault must not wait for the stop, which waits for calls.
    private void Fault(int generation, string code, string reason, string? evidence) => _host.Run(async () =>
    {
        await _oneStep.WaitAsync(CancellationToken.None);
        try
        {
            if (!IsCurrent(generation))
            {
                return;
            }

            var package = _running!.Package;
            if (_host.Clock.GetElapsedTime(_startedAt) >= _host.Options.Limits.FaultsForgottenAfter)
            {
                _faults = 0;
            }

            await StopAsync(Actor.Boundary, code, reason);
            _faulted = package;
            Move(PluginState.Faulted, package.Version.ToString(), Actor.Boundary, code, reason, evidence);
            ScheduleRetry(reason);
        }
        finally
        {
            _oneStep.Release();
        }
    });

    /// <summary>After a fault: tries again at a growing distance, or gives up. To be called within a step.</summary>
    private void ScheduleRetry(string reason)
    {
        var limits = _host.Options.Limits;
        var version = _faulted?.Version.ToString();
        if (++_faults >= limits.FaultsBeforeGivingUp)
        {
            Move(PluginState.CrashLooping, version, Actor.Host, "gave-up", $"Failed {_faults} times in a row; waits for Retry or a new version. {reason}");
            return;
        }

        // The delay is begun before anybody can read when it ends.
        var wait = limits.FirstRetry * Math.Pow(2, _faults - 1);
        var delay = Task.Delay(wait, _host.Clock, _host.Ending);
        lock (_lock)
        {
            _status = _status with { RetryAt = _host.Clock.GetUtcNow() + wait };
        }

        var generation = ++_generation;
        _host.Run(async () =>
        {
            await delay;
            if (generation == _generation && _faulted is not null)
            {
                await ApplyAsync(_applied, _packages, Actor.Host, again: true, _host.Ending);
            }
        });
    }

    /// <summary>Looks whether a stopped version leaves memory, now and later.</summary>
    /// <param name="quiet">True for a version that never ran: the state tells why it did not, and stays.</param>
    /// <returns>Whether it has left memory already.</returns>
    private async Task<bool> WatchUnloadAsync(string version, WeakReference context, CallGate gate, string actor, bool quiet = false)
    {
        if (await Unloading.TryCollectAsync(context))
        {
            gate.Mark?.Dispose();
            if (!quiet)
            {
                Move(PluginState.Unloaded, version, actor, "unloaded", $"{version} has left memory.");
            }

            return true;
        }

        lock (_lock)
        {
            _pending++;
        }

        if (!quiet)
        {
            Move(PluginState.UnloadPending, version, actor, "unload-pending", WhyHeld(version, gate));
        }

        _host.Run(async () =>
        {
            foreach (var wait in _host.Options.Limits.UnloadRechecks)
            {
                await Task.Delay(wait, _host.Clock, _host.Ending);
                if (await Unloading.TryCollectAsync(context))
                {
                    EndPending(version, leaked: false, gate);
                    return;
                }
            }

            EndPending(version, leaked: true, gate);
        });
        return false;
    }

    // The state of the plugin moves only when nothing newer of it runs; the counters tell in any case.
    private void EndPending(string version, bool leaked, CallGate gate)
    {
        bool alone;
        lock (_lock)
        {
            _pending--;
            _leaked += leaked ? 1 : 0;
            if (!leaked)
            {
                gate.Mark?.Dispose();
            }

            alone = _status.State == PluginState.UnloadPending;
        }

        if (leaked)
        {
            PluginTelemetry.LeakedContexts.Add(1, new KeyValuePair<string, object?>("plugin.id", Id));
        }

        var (state, code, reason) = leaked
            ? (PluginState.Leaked, "leaked", WhyHeld(version, gate) + " It stays until the host restarts.")
            : (PluginState.Unloaded, "unloaded", $"{version} has left memory.");
        if (alone)
        {
            Move(state, version, Actor.Host, code, reason);
        }
        else
        {
            _host.Record(new(Id, version, PluginState.UnloadPending, state, _host.Clock.GetUtcNow(), Actor.Host, code, reason));
        }
    }

    private static string WhyHeld(string version, CallGate gate) => gate.Abandoned > 0
        ? $"{version} is stopped, but {gate.Abandoned} of its calls still run and keep it in memory."
        : $"{version} is stopped, but something keeps it in memory: a thread, a timer, an endless task, or a static event that it subscribed to.";
}
