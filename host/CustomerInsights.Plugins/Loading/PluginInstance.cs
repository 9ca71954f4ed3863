using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Loading;

/// <summary>One loaded version: its load context, container, meters, components, and the gate through which calls go.</summary>
[SuppressMessage("Design", "CA1001", Justification = "StopAsync is the disposal; its result is needed, and the token source must stay usable for calls that hang.")]
internal sealed class PluginInstance
{
    private readonly Lock _lock = new();
    private readonly HashSet<ComponentHandle> _components = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly RevealedSecrets _secrets = new();
    private readonly PluginLoggers _loggers;
    private readonly PluginMeters _meters;
    private readonly IPluginHostServices _services;
    private readonly PluginGrants _grants;
    private PluginLoadContext? _context;
    private ServiceProvider? _container;

    private PluginInstance(
        PluginPackage package, PluginGrants grants, PluginHostOptions options, IPluginHostServices services, ILoggerFactory loggers, TimeProvider clock, IPluginHealth health)
    {
        Package = package;
        var version = package.Version.ToString();
        _services = services;
        _grants = grants;
        _loggers = new PluginLoggers(loggers, package.Id, version, _secrets, new LogThrottle(clock, options.Limits.LogLinesPerSecond));
        _meters = new PluginMeters(package.Id, version);
        Identity = new PluginIdentity(package.Id, version, SdkInfo.Version, "inProcess");
        Boundary = new PluginBoundary(package.Id, options.Limits, clock, _secrets, health, _stopping.Token);
    }

    internal PluginPackage Package { get; }

    internal PluginIdentity Identity { get; }

    internal PluginBoundary Boundary { get; }

    /// <summary>Loads a version and looks at every type that its manifest names.</summary>
    /// <exception cref="PluginLoadException">It did not come up; says why. Its unloading has begun.</exception>
    internal static async Task<PluginInstance> LoadAsync(
        PluginPackage package,
        PluginGrants grants,
        PluginHostOptions options,
        IPluginHostServices services,
        ILoggerFactory loggers,
        TimeProvider clock,
        IPluginHealth health,
        CancellationToken cancellationToken)
    {
        var instance = new PluginInstance(package, grants, options, services, loggers, clock, health);
        PluginFailure failure;
        try
        {
            var objection = await instance.Boundary.CallAsync("Load", options.Limits.Short, _ => new ValueTask<string?>(instance.Load()), cancellationToken, CallKind.Making);
            if (objection is null)
            {
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
    /// <exception cref="PluginCallException">Its constructor failed or hung, or the plugin is being stopped.</exception>
    internal async Task<ComponentHandle> CreateAsync(PluginContribution contribution, string connectionId, CancellationToken cancellationToken)
    {
        // Known before it is made: a stop that comes in between must find it.
        var handle = new ComponentHandle(Boundary, ContextFor(connectionId), Forget);
        lock (_lock)
        {
            _components.Add(handle);
        }

        try
        {
            await Boundary.CallAsync(
                contribution.TypeName, Boundary.Limits.Short, _ => new ValueTask<bool>(Fill(handle, contribution)), cancellationToken, CallKind.Making);
        }
        catch
        {
            Forget(handle);
            throw;
        }

        return handle;
    }

    /// <summary>Drains, cancels, disposes and begins the unloading. Never throws for what the plugin does.</summary>
    /// <returns>Dead once the code has left memory.</returns>
    internal async Task<WeakReference> StopAsync()
    {
        var limits = Boundary.Limits;
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
        if (Interlocked.Exchange(ref _container, null) is { } container)
        {
            await Disposal.RunAsync(Boundary, "container (dispose)", container.DisposeAsync);
        }

        _meters.Dispose();

        // On the pool: a frame of this method, or an async local of its caller, might still know something of the plugin.
        return await Task.Run(BeginUnload);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference BeginUnload()
    {
        var context = _context;
        _context = null;
        var reference = new WeakReference(context, trackResurrection: true);
        context?.Unload();
        return reference;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private string? Load()
    {
        var manifest = Package.Manifest!;
        _context = new PluginLoadContext($"{Package.Id} {Package.Version}", Package.EntryAssembly);
        var assembly = _context.LoadMain();
        try
        {
            for (var i = 0; i < manifest.Contributes.Count; i++)
            {
                ComponentTypes.Find(assembly, manifest.Contributes[i].Type, manifest.Contributes[i].Kind, $"/contributes/{i}/type");
            }

            var startup = manifest.Entry.Startup is { } name
                ? (IPluginStartup)Activator.CreateInstance(ComponentTypes.FindStartup(assembly, name))!
                : null;
            _container = PluginContainer.Build(Identity, _loggers, _meters, Boundary.Clock, startup);
            return null;
        }
        catch (ComponentTypes.RuleException error)
        {
            return error.Message;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Fill(ComponentHandle handle, PluginContribution contribution)
    {
        var (context, container) = (_context, _container);
        if (context is null || container is null)
        {
            throw Boundary.Stopped(contribution.TypeName);
        }

        var assembly = context.Assemblies.First(assembly => assembly.GetName().Name == Path.GetFileNameWithoutExtension(Package.EntryAssembly));
        var scope = container.CreateAsyncScope();
        handle.Fill(ActivatorUtilities.CreateInstance(scope.ServiceProvider, assembly.GetType(contribution.TypeName, throwOnError: true)!), scope);
        return true;
    }

    private PluginContext ContextFor(string connectionId) =>
        new(_services, Identity, connectionId, _secrets.Redact, Boundary.Clock)
        {
            Log = _loggers.Create(part: null, connectionId),
            Storage = new CheckedStorage(_services.StorageFor(Package.Id, connectionId, Package.Manifest!.Capabilities.Storage.MaxBytes), Package.Manifest.Capabilities.Storage.MaxBytes),
            Secrets = new RedactingSecrets(_services.SecretsFor(Package.Id, connectionId), _secrets),
            Meters = _meters,
            Grants = _grants,
            Stopping = _stopping.Token,
        };

    private void Forget(ComponentHandle handle)
    {
        lock (_lock)
        {
            _components.Remove(handle);
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
