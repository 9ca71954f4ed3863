namespace CustomerInsights.Sdk;

/// <summary>
/// Reads profiles and activities and writes attributes under its own namespace. Comes in two shapes:
/// <see cref="IProfileEnrichment"/> answers profile by profile, <see cref="IPopulationEnrichment"/> sees everyone before it
/// answers. A component implements exactly one of them.
/// </summary>
/// <remarks>Configuration comes as UTF-8 JSON and has passed the packaged schema. One call at a time, as for <see cref="ISourceConnector"/>.</remarks>
public interface IEnrichment : IAsyncDisposable
{
    /// <summary>Says what will be read and written under this configuration. No I/O; 5 s.</summary>
    /// <param name="configuration">UTF-8 JSON.</param>
    /// <returns>The description; the host hands out and accepts nothing else.</returns>
    /// <exception cref="PluginException">Configuration: a setting is wrong.</exception>
    EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration);

    /// <summary>Tries the configuration without changing anything on the other side.</summary>
    /// <param name="configuration">UTF-8 JSON.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">Cancelled after 30 s (the manifest may ask for up to 300 s) or on stop; return within 5 s.</param>
    /// <returns>What was tried, and what failed.</returns>
    /// <exception cref="PluginException">The check itself could not be made.</exception>
    ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken);
}
