using System.Text;
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

    /// <summary>Opens a component of a loaded version.</summary>
    /// <exception cref="PluginCallException">There is no such component, the configuration does not pass, or its constructor failed.</exception>
    internal static async Task<ComponentCalls> OpenAsync(
        PluginInstance instance, PluginKind kind, string? contributionId, string connectionId, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken)
    {
        var pluginId = instance.Package.Id;
        PluginCallException Refuse(string message, string? path = null) =>
            new(pluginId, "Open", new PluginFailure(FailureKind.Configuration, message, ConfigurationPath: path));

        var offered = instance.Package.Contributions.Where(item => item.Kind == kind && (contributionId is null || item.Id == contributionId)).ToList();
        if (offered is not [var contribution])
        {
            throw Refuse(offered.Count == 0
                ? $"The plugin {pluginId} has no {kind.ToString().ToLowerInvariant()}{(contributionId is null ? "" : $" '{contributionId}'")}."
                : $"The plugin {pluginId} has several components of kind {kind.ToString().ToLowerInvariant()}; name one of {string.Join(", ", offered.Select(item => item.Id))}.");
        }

        var own = configuration.ToArray();
        if (contribution.ConfigSchema.Validate(Encoding.UTF8.GetString(own)).FirstOrDefault(problem => !problem.IsWarning) is { } problem)
        {
            throw Refuse(problem.ToString(), problem.Pointer);
        }

        var handle = await instance.CreateAsync(contribution, connectionId, own, cancellationToken);
        return new ComponentCalls(handle, contribution, instance.Package.Manifest!, own);
    }

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
