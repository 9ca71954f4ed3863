using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Plugins.Loading;

/// <summary>Where the code of one loaded version is: in this process, or in a worker. The caller is behind the boundary.</summary>
internal interface IPluginCode
{
    /// <summary>Brings the code up and looks at every type that the manifest names.</summary>
    /// <returns>Why it cannot be used, or null.</returns>
    ValueTask<string?> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Makes ready what a component needs besides its own constructor, in limited time. In process there is nothing.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Makes a component.</summary>
    ValueTask FillAsync(ComponentHandle handle, PluginContribution contribution, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken);

    /// <summary>Disposes what the version has besides components, and lets go of its code. Never throws for what the plugin does.</summary>
    /// <returns>Dead once the code has left memory.</returns>
    Task<WeakReference> UnloadAsync();
}
