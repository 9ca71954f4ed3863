using System.Runtime.CompilerServices;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Plugins.Loading;

/// <summary>Code in this process: a load context and a container of its own. Also what a worker has inside.</summary>
/// <param name="collectible">False in a worker, which is unloaded by ending it: collectible code is compiled slowly.</param>
internal sealed class LoadedCode(
    PluginPackage package, PluginIdentity identity, PluginBoundary boundary, PluginLoggers loggers, PluginMeters meters, bool collectible) : IPluginCode
{
    private PluginLoadContext? _context;
    private ServiceProvider? _container;

    public ValueTask<string?> LoadAsync(CancellationToken cancellationToken) => new(Load());

    public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask FillAsync(ComponentHandle handle, PluginContribution contribution, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken)
    {
        Fill(handle, contribution);
        return ValueTask.CompletedTask;
    }

    public async Task<WeakReference> UnloadAsync()
    {
        if (Interlocked.Exchange(ref _container, null) is { } container)
        {
            await Disposal.RunAsync(boundary, "container (dispose)", container.DisposeAsync);
        }

        meters.Dispose();

        // On the pool: a frame of this method, or an async local of its caller, might still know something of the plugin.
        return await Task.Run(BeginUnload);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference BeginUnload()
    {
        var context = _context;
        _context = null;
        var reference = new WeakReference(context, trackResurrection: true);
        if (context is { IsCollectible: true })
        {
            context.Unload();
        }

        return reference;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private string? Load()
    {
        var manifest = package.Manifest!;
        _context = new PluginLoadContext($"{package.Id} {package.Version}", package.EntryAssembly, collectible);
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
            _container = PluginContainer.Build(identity, loggers, meters, boundary.Clock, startup);
            return null;
        }
        catch (ComponentTypes.RuleException error)
        {
            return error.Message;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Fill(ComponentHandle handle, PluginContribution contribution)
    {
        var (context, container) = (_context, _container);
        if (context is null || container is null)
        {
            throw boundary.Stopped(contribution.TypeName);
        }

        var assembly = context.Assemblies.First(assembly => assembly.GetName().Name == Path.GetFileNameWithoutExtension(package.EntryAssembly));
        var scope = container.CreateAsyncScope();
        handle.Fill(ActivatorUtilities.CreateInstance(scope.ServiceProvider, assembly.GetType(contribution.TypeName, throwOnError: true)!), scope);
    }
}
