using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins;

/// <summary>
/// One plugin id: what is wanted of it, what of it runs, and the steps between. Steps go one at a time; calls of the running
/// version report here how they went.
/// </summary>
internal sealed partial class PluginSlot : IDisposable
{
    private readonly SemaphoreSlim _oneStep = new(1, 1);
    private readonly Lock _lock = new();
    private readonly PluginSlotContext _host;
    private PluginStatus _status;
    private DesiredPlugin? _applied;
    private IReadOnlyList<PluginPackage> _packages = [];
    private PluginInstance? _running;
    private int _generation;
    private int _pending;
    private int _leaked;

    internal PluginSlot(string id, PluginSlotContext host)
    {
        _host = host;
        Id = id;
        Ring = new PluginLogRing(host.Clock);
        _status = new(id, PluginState.Installed, "found", "Found on disk.", host.Clock.GetUtcNow());
    }

    internal string Id { get; }

    /// <summary>The last lines that it wrote.</summary>
    internal PluginLogRing Ring { get; }

    internal PluginStatus Status
    {
        get
        {
            lock (_lock)
            {
                var package = _running?.Package ?? SlotPlan.Wanted(_applied, _packages) ?? (_packages.Count > 0 ? _packages[0] : null);
                return _status with
                {
                    Desired = _applied,
                    RunningVersion = _running?.Package.Version.ToString(),
                    RunningIsolation = _running is null ? null : _mode,
                    Isolation = _isolation,
                    Manifest = package?.Manifest,
                    Contributions = package?.Contributions ?? [],
                    Problems = package?.Problems ?? [],
                    Versions = _packages,
                    RunningCalls = (_running?.Boundary.Gate.Running ?? 0) + _retired.Sum(one => one.Instance.Boundary.Gate.Running),
                    Finishing = [.. _retired.Select(one => one.Instance.Package.Version.ToString())],
                    PendingUnloads = _pending,
                    Leaked = _leaked,
                };
            }
        }
    }

    /// <summary>Cuts the secrets that the running version was shown out of a text.</summary>
    internal string Redact(string text)
    {
        lock (_lock)
        {
            return _running?.Redact(text) ?? text;
        }
    }

    /// <summary>The running version, or why there is none.</summary>
    /// <exception cref="PluginCallException">None runs.</exception>
    internal PluginInstance Running(string call)
    {
        lock (_lock)
        {
            // What a person has switched off will not come back by waiting.
            return _running ?? throw new PluginCallException(Id, call, _applied is { Enabled: true }
                ? new(FailureKind.Transient, $"The plugin {Id} does not run ({_status.State}): {_status.Reason}")
                : new(FailureKind.Configuration, $"The plugin {Id} is switched off in plugins.json. Enable it there, or by PATCH /api/v1/plugins/{Id}."));
        }
    }

    /// <summary>Goes to what is wanted.</summary>
    /// <param name="desired">The entry of plugins.json, or null when there is none.</param>
    /// <param name="packages">The versions on disk, newest first.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="again">True to load again what runs, and to try again what failed.</param>
    /// <param name="cancellationToken">Cancels the waiting for earlier steps; a step that has begun is finished.</param>
    internal async Task ApplyAsync(DesiredPlugin? desired, IReadOnlyList<PluginPackage> packages, string actor, bool again, CancellationToken cancellationToken)
    {
        await _oneStep.WaitAsync(cancellationToken);
        try
        {
            var before = _applied;
            lock (_lock)
            {
                (_applied, _packages) = (desired, packages);
            }

            var plan = SlotPlan.Make(desired, packages, _host.Options);
            var choice = await ChooseIsolationAsync(desired, plan.Package ?? SlotPlan.Wanted(desired, packages) ?? (packages.Count > 0 ? packages[0] : null), cancellationToken);
            if (plan.Package is not { } package)
            {
                await SettleAsync(plan, actor);
                return;
            }

            var sameWish = before is not null && desired is not null && desired.RunsLike(before);
            var stays = !again && sameWish && (_running?.Package ?? _faulted)?.Folder == package.Folder && (choice is null || choice.Mode == _mode);

            // At every activation, also of a version that ran before: the files may have changed since.
            if (await ObjectionAsync(package, stays, cancellationToken) is { } objection)
            {
                await SettleAsync(new SlotPlan(null, objection.State, objection.Code, objection.Reason, plan.Version), actor);
                return;
            }

            // What cannot be told now, because trust.json holds a slip, leaves alone what runs.
            if (stays)
            {
                return;
            }

            if ((choice is null ? ("untrusted", $"{package.Version}: who signed it cannot be told.") : await WhyNotIsolatedAsync(choice)) is { } refusal)
            {
                await SettleAsync(new SlotPlan(null, PluginState.IsolationUnavailable, refusal.Code, refusal.Reason, plan.Version), actor);
                return;
            }

            if (WhyKept(package, choice!, byPerson: again && actor != Actor.Host) is { } kept)
            {
                await SettleAsync(kept.Plan, actor, kept.Evidence);
                return;
            }

            if (_held == plan.Version && !(again && actor != Actor.Host))
            {
                return;
            }

            _held = null;

            // A person's request and a changed wish begin a new count; the host's own tries go on with the old one.
            if (!again || actor != Actor.Host)
            {
                _faults = 0;
            }

            if (!again && _running is { } other && other.Package.Version != package.Version)
            {
                await SwapAsync(other, package, desired!, choice!, actor);
                return;
            }

            await StopAsync(actor, again ? "reload" : "changed", again ? "Loaded again on request." : "plugins.json asks for other settings or another isolation.");
            await StartAsync(package, desired!, choice!, actor);
        }
        finally
        {
            _oneStep.Release();
        }
    }

    /// <summary>Stops what runs; used when the host ends.</summary>
    internal async Task ShutDownAsync()
    {
        await _oneStep.WaitAsync(CancellationToken.None);
        try
        {
            _generation++;
            await StopAsync(Actor.Host, "shutdown", "The host ends.");
        }
        finally
        {
            _oneStep.Release();
        }
    }

    public void Dispose() => _oneStep.Dispose();

    // A wish that cannot be met stops what runs, but for a version that is not there: that is most likely a slip of the pen.
    private async Task SettleAsync(SlotPlan plan, string actor, string? evidence = null)
    {
        if (plan.State == PluginState.Missing && _running is { } running)
        {
            Note($"{plan.Reason} {running.Package.Version} goes on running.");
            return;
        }

        _faulted = null;
        await StopAsync(actor, plan.Code, plan.Reason);
        if (plan.State != PluginState.Installed || Status.State is not (PluginState.Unloaded or PluginState.UnloadPending or PluginState.Leaked))
        {
            Move(plan.State, plan.Version, actor, plan.Code, plan.Reason, evidence);
        }
    }

    private async ValueTask<PackageObjection?> ObjectionAsync(PluginPackage package, bool stays, CancellationToken cancellationToken) => _host.Options.Gate switch
    {
        null => null,
        var gate when stays => await gate.JudgeRunningAsync(package, cancellationToken),
        var gate => await gate.JudgeAsync(package, cancellationToken),
    };

    private async Task<bool> StartAsync(PluginPackage package, DesiredPlugin desired, IsolationChoice choice, string actor, string? more = null)
    {
        var mode = choice.Mode!.Value;
        var version = package.Version.ToString();
        _faulted = null;
        _generation++;
        Move(PluginState.Starting, version, actor, "start", $"Loading {version} from {package.Folder}.");
        try
        {
            var instance = await LoadAsync(package, desired, choice);
            lock (_lock)
            {
                _running = instance;
                _mode = mode;
                (_bugs, _startedAt) = (0, _host.Clock.GetTimestamp());
            }

            var ready = mode == IsolationMode.InProcess ? $"{version} runs." : $"{version} is ready; its worker process starts at first use.";
            Move(RunningState(version), version, actor, "started", ready + more);
            return true;
        }
        catch (PluginLoadException error)
        {
            lock (_lock)
            {
                _running = null;
            }

            _faulted = package;
            _mode = mode;
            Move(PluginState.Faulted, version, actor, "load", error.Message, error.Evidence);
            ScheduleRetry(error.Message);
            await WatchUnloadAsync(version, error.Context, error.Gate, actor, quiet: true);
            return false;
        }
    }

    private async Task<PluginInstance> LoadAsync(PluginPackage package, DesiredPlugin desired, IsolationChoice choice)
    {
        var mode = choice.Mode!.Value;
        var alone = mode == IsolationMode.InProcess && choice.Trust != PackageTrust.FirstParty;
        if (alone)
        {
            await _host.OneStranger.WaitAsync(CancellationToken.None);
        }

        try
        {
            var load = new PluginLoad(package, GrantsFor(package, desired), _host.Options, _host.Services, _host.Loggers, _host.Clock, new SlotHealth(this, _generation))
            {
                Isolation = mode,
                Network = NetworkFor(package, desired),
                Ring = Ring,
                Mark = mode == IsolationMode.InProcess ? _host.Marks.Begin(Id, package.Version.ToString(), choice.Trust) : null,
            };
            return await PluginInstance.LoadAsync(load, CancellationToken.None);
        }
        finally
        {
            if (alone)
            {
                _host.OneStranger.Release();
            }
        }
    }

    private PluginState RunningState(string version) => _trial == version ? PluginState.Probation : PluginState.Active;

    private async Task StopAsync(string actor, string code, string reason)
    {
        RetireAtOnce();
        if (_running is not { } instance)
        {
            return;
        }

        var version = instance.Package.Version.ToString();
        Move(PluginState.Draining, version, actor, code, reason);
        lock (_lock)
        {
            _running = null;
        }

        var context = await instance.StopAsync();
        Move(PluginState.Stopped, version, actor, code, reason);
        await WatchUnloadAsync(version, context, instance.Boundary.Gate, actor);
    }

    private NetworkGrants NetworkFor(PluginPackage package, DesiredPlugin desired)
    {
        var granted = desired.Network;
        if (package.Manifest!.Capabilities.Network is not { Hosts.Count: > 0 } && granted.Hosts.Count + granted.Ranges.Count > 0)
        {
            PluginLog.NetworkIgnored(_host.Log, Id);
        }

        return granted;
    }

    private PluginGrants GrantsFor(PluginPackage package, DesiredPlugin desired)
    {
        if (!package.Manifest!.Capabilities.Filesystem && desired.FileRoots.Count > 0)
        {
            PluginLog.RootsIgnored(_host.Log, Id);
        }

        return Granted(package, desired, _host.Options);
    }

    private static PluginGrants Granted(PluginPackage package, DesiredPlugin desired, PluginHostOptions options) => package.Manifest!.Capabilities.Filesystem
        ? new PluginGrants([.. desired.FileRoots.Select(root => Path.GetFullPath(root, Path.GetFullPath(options.DataDirectory)))])
        : PluginGrants.None;

    private void Note(string reason)
    {
        lock (_lock)
        {
            _status = _status with { Reason = reason };
        }
    }

    // Calls report from their own threads: a plugin that is being stopped must not become degraded by a late one.
    private void Move(PluginState to, string? version, string actor, string code, string reason, string? evidence = null, PluginState[]? onlyFrom = null)
    {
        PluginTransition transition;
        lock (_lock)
        {
            if ((_status.State == to && _status.Reason == reason) || (onlyFrom?.Contains(_status.State) == false))
            {
                return;
            }

            var now = _host.Clock.GetUtcNow();
            transition = new(Id, version, _status.State, to, now, actor, code, reason, evidence);
            _status = new(Id, to, code, reason, now);
        }

        _host.Record(transition);
    }
}
