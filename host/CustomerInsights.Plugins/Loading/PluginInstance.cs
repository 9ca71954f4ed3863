using System.Diagnostics.CodeAnalysis;
using System.Net;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Http;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Marks;
using CustomerInsights.Plugins.Workers;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Loading;

/// <summary>One loaded version: its code, here or in a worker, its components, and the gate through which calls go.</summary>
[SuppressMessage("Design", "CA1001", Justification = "StopAsync is the disposal; its result is needed, and the token source must stay usable for calls that hang.")]
internal sealed class PluginInstance
{
    private readonly Lock _lock = new();
    private readonly HashSet<ComponentHandle> _components = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly RevealedSecrets _secrets;
    private readonly PluginLoggers _loggers;
    private readonly PluginMeters _meters;
    private readonly PluginLoad _load;
    private readonly IPluginCode _code;
    private TaskCompletionSource? _empty;

    private PluginInstance(PluginLoad load)
    {
        var package = load.Package;
        var (version, limits) = (package.Version.ToString(), load.Options.Limits);
        Package = package;
        _secrets = new RevealedSecrets(load.Options.SecretMask);
        _load = load;
        _loggers = new PluginLoggers(load.Loggers, package.Id, version, _secrets, new LogThrottle(load.Clock, limits.LogLinesPerSecond), load.Ring);
        _meters = new PluginMeters(package.Id, version);
        Identity = new PluginIdentity(package.Id, version, SdkInfo.Version, load.Isolation.ToWord());
        if (load.Isolation == IsolationMode.InProcess || load.InsideWorker)
        {
            Boundary = new PluginBoundary(package.Id, limits, load.Clock, _secrets, load.Health, _stopping.Token) { Gate = new CallGate { Mark = load.Mark } };
            _code = new LoadedCode(package, Identity, Boundary, _loggers, _meters, collectible: !load.InsideWorker);
        }
        else
        {
            var worker = new WorkerCode(load, _loggers, _meters, _secrets, _stopping.Token);
            Boundary = new PluginBoundary(package.Id, limits, load.Clock, _secrets, worker, _stopping.Token) { Abandonment = WorkerCode.Abandonment };
            _code = worker;
        }
    }

    internal PluginPackage Package { get; }

    internal PluginIdentity Identity { get; }

    internal PluginBoundary Boundary { get; }

    /// <summary>How its worker does; null when it has none.</summary>
    internal PluginWorkerVitals? Worker => (_code as WorkerCode)?.Vitals;

    /// <summary>Cuts the secrets that the plugin was shown out of a text.</summary>
    internal string Redact(string text) => _secrets.Redact(text);

    /// <summary>Loads a version and looks at every type that its manifest names.</summary>
    /// <exception cref="PluginLoadException">It did not come up; says why. Its unloading has begun.</exception>
    internal static async Task<PluginInstance> LoadAsync(PluginLoad load, CancellationToken cancellationToken)
    {
        var instance = new PluginInstance(load);
        PluginFailure failure;
        try
        {
            var objection = await instance.Boundary.CallAsync("Load", instance.Boundary.Limits.Short, instance._code.LoadAsync, cancellationToken, CallKind.Making);
            if (objection is null)
            {
                load.Mark?.Move(MarkPhase.Active);
                return instance;
            }

            failure = new PluginFailure(FailureKind.Bug, objection);
        }
        catch (PluginCallException error)
        {
            failure = error.Failure;
        }

        var context = await instance.StopAsync();
        throw new PluginLoadException(failure.Message, failure.Detail, context, instance.Boundary.Gate);
    }

    /// <summary>Makes a component for one connection.</summary>
    /// <param name="contribution">Which.</param>
    /// <param name="connectionId">The connection.</param>
    /// <param name="configuration">Its configuration, checked.</param>
    /// <param name="cancellationToken">Cancels the making.</param>
    /// <param name="dialer">Makes its connections; null: this process does.</param>
    /// <exception cref="PluginCallException">Its constructor failed or hung, or the plugin is being stopped.</exception>
    internal async Task<ComponentHandle> CreateAsync(
        PluginContribution contribution, string connectionId, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken, IDialer? dialer = null)
    {
        // Known before it is made: a stop that comes in between must find it.
        var handle = new ComponentHandle(Boundary, ContextFor(connectionId, configuration, dialer), Forget);
        lock (_lock)
        {
            _components.Add(handle);
        }

        try
        {
            await _code.PrepareAsync(cancellationToken);
            await Boundary.CallAsync(
                contribution.TypeName,
                Boundary.Limits.Short,
                async token =>
                {
                    await _code.FillAsync(handle, contribution, configuration, token);
                    return true;
                },
                cancellationToken,
                CallKind.Making);
        }
        catch
        {
            Forget(handle);
            handle.Context.Dispose();
            throw;
        }

        return handle;
    }

    /// <summary>Waits until nothing is open in it any more; what is opened meanwhile counts.</summary>
    /// <param name="limit">How long.</param>
    /// <param name="cancellationToken">Ends the waiting; nothing is thrown.</param>
    internal async Task FinishAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        Task empty;
        lock (_lock)
        {
            _empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            empty = _components.Count == 0 ? Task.CompletedTask : _empty.Task;
        }

        try
        {
            await empty.WaitAsync(limit, Boundary.Clock, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            // The stop that follows cancels what is left.
        }
    }

    /// <summary>Drains, cancels, disposes and begins the unloading. Never throws for what the plugin does.</summary>
    /// <returns>Dead once the code has left memory.</returns>
    internal async Task<WeakReference> StopAsync()
    {
        var limits = Boundary.Limits;
        Boundary.Gate.Mark?.Move(MarkPhase.Stopping);
        var empty = Boundary.Gate.Close();
        var drained = await EndsWithinAsync(empty, limits.Drain);
        var cancelled = PluginBoundary.Cancel(_stopping);
        if (!drained)
        {
            await EndsWithinAsync(empty, limits.StopGrace);
        }

        // To the end of its callbacks: until then the token knows the plugin.
        await EndsWithinAsync(cancelled, limits.StopGrace);
        ComponentHandle[] components;
        lock (_lock)
        {
            components = [.. _components];
        }

        await Task.WhenAll(components.Select(component => component.ReleaseAsync()));
        var context = await _code.UnloadAsync();
        Boundary.Gate.Mark?.Move(MarkPhase.Stopped);
        return context;
    }

    /// <summary>Cancels what <see cref="IPluginContext.Stopping"/> gives; a worker is told by its host.</summary>
    internal Task CancelAsync() => PluginBoundary.Cancel(_stopping);

    private PluginContext ContextFor(string connectionId, ReadOnlyMemory<byte> configuration, IDialer? dialer)
    {
        var signs = new SignsOfLife(Boundary.Clock, _load.TellWait is { } tell ? wait => tell(connectionId, wait) : null);
        var services = _load.Services;
        return new(services, Identity, connectionId, _secrets.Redact, Boundary.Clock)
        {
            Signs = signs,
            Log = _loggers.Create(part: null, connectionId),
            Http = new PluginHttp(HttpFor(connectionId, configuration, signs, dialer)),
            Storage = new CheckedStorage(services.StorageFor(Package.Id, connectionId, Package.Manifest!.Capabilities.Storage.MaxBytes), Package.Manifest.Capabilities.Storage.MaxBytes),
            Secrets = new RedactingSecrets(services.SecretsFor(Package.Id, connectionId), _secrets),
            Meters = _meters,
            Grants = _load.Grants,
            Stopping = _stopping.Token,
        };
    }

    private PluginHttpParts HttpFor(string connectionId, ReadOnlyMemory<byte> configuration, SignsOfLife signs, IDialer? dialer)
    {
        var manifest = Package.Manifest!;
        var rules = new NetworkRules(Package.Id, new AllowedHosts(manifest.Capabilities.Network?.Hosts ?? [], configuration), _load.Network);
        var limits = Boundary.Limits.Http;
        return new(Package.Id, connectionId, rules, dialer ?? new DirectDialer(rules, Dns.GetHostAddressesAsync), signs, Boundary.Clock, _loggers.Create("http", connectionId))
        {
            Limits = limits,
            Concurrency = manifest.Limits.Concurrency ?? limits.Concurrency,
            RequestsPerMinute = manifest.Limits.RequestsPerMinute,
            Random = _load.Options.Random,
            Clean = _secrets.Redact,
            Stopping = _stopping.Token,
        };
    }

    private void Forget(ComponentHandle handle)
    {
        lock (_lock)
        {
            _components.Remove(handle);
            if (_components.Count == 0)
            {
                _empty?.TrySetResult();
            }
        }
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan limit)
    {
        try
        {
            await task.WaitAsync(limit, Boundary.Clock);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
