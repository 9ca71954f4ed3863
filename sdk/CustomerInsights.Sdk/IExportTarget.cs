namespace CustomerInsights.Sdk;

/// <summary>Brings a segment's members to a target. One instance serves one connection; one call at a time, as for <see cref="ISourceConnector"/>.</summary>
public interface IExportTarget : IAsyncDisposable
{
    /// <summary>Says what the target wants and promises under this configuration. No I/O; 5 s.</summary>
    /// <param name="configuration">UTF-8 JSON.</param>
    /// <returns>The description; the host keeps to it and holds the target to it.</returns>
    /// <exception cref="PluginException">Configuration: a setting is wrong.</exception>
    ExportDescriptor Describe(ReadOnlyMemory<byte> configuration);

    /// <summary>Tries the configuration without changing anything at the target.</summary>
    /// <param name="configuration">UTF-8 JSON.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">Cancelled after 30 s (the manifest may ask for up to 300 s) or on stop; return within 5 s.</param>
    /// <returns>What was tried, and what failed.</returns>
    /// <exception cref="PluginException">The check itself could not be made.</exception>
    ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken);

    /// <summary>Opens a session for one run. Refuse here what cannot work (too many members, a missing field), before anything is written.</summary>
    /// <param name="configuration">UTF-8 JSON.</param>
    /// <param name="job">What is to be exported.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">Cancelled on stop; return within 5 s.</param>
    /// <returns>The session; the host always disposes it.</returns>
    /// <exception cref="PluginException">The run cannot begin; its kind says whether the host retries.</exception>
    ValueTask<IExportSession> OpenAsync(ReadOnlyMemory<byte> configuration, ExportJob job, IPluginContext context, CancellationToken cancellationToken);
}
