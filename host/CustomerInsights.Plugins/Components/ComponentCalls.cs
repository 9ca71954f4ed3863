using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Components;

/// <summary>What all components share: one call at a time, limits from the manifest or the defaults, calls through the boundary.</summary>
internal sealed class ComponentCalls(ComponentHandle handle, PluginContribution contribution, PluginManifest manifest, ReadOnlyMemory<byte> configuration)
{
    internal PluginContribution Contribution => contribution;

    internal ReadOnlyMemory<byte> Configuration => configuration;

    internal ComponentHandle Handle => handle;

    internal PluginIdentity Plugin => handle.Context.Plugin;

    internal TimeSpan CheckLimit => Seconds(manifest.Limits.CheckSeconds) ?? handle.Boundary.Limits.Check;

    internal TimeSpan DiscoverLimit => Seconds(manifest.Limits.DiscoverSeconds) ?? handle.Boundary.Limits.Discover;

    internal TimeSpan Silence => Seconds(manifest.Limits.SilenceSeconds) ?? handle.Boundary.Limits.Silence;

    internal TimeSpan Short => handle.Boundary.Limits.Short;

    /// <summary>The host's own waits (for another try of a request, for a rate limit) are not the plugin's silence.</summary>
    internal Func<long> LastWait { get; } = () => handle.Context.Signs.LastWait;

    internal async Task<TResult> CallAsync<TComponent, TResult>(
        string call, TimeSpan limit, Func<TComponent, CancellationToken, ValueTask<TResult>> body, CancellationToken cancellationToken)
        where TComponent : class
    {
        handle.BeginCall(call);
        try
        {
            var component = handle.Component<TComponent>(call);
            return await handle.Boundary.CallAsync(call, limit, token => body(component, token), cancellationToken, lastSign: LastWait);
        }
        finally
        {
            handle.EndCall();
        }
    }

    private static TimeSpan? Seconds(int? seconds) => seconds is { } some ? TimeSpan.FromSeconds(some) : null;
}
