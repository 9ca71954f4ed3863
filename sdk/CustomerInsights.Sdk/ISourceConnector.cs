namespace CustomerInsights.Sdk;

/// <summary>
/// Brings records in. One instance serves one connection; the host calls one member at a time, except that
/// <see cref="IAsyncDisposable.DisposeAsync"/> may come while a call is being cancelled.
/// </summary>
/// <remarks>
/// The public parameterless constructor, or one with services of the plugin's own <see cref="IPluginStartup"/>, does no
/// work. Configuration comes as UTF-8 JSON and has passed the packaged schema. Derive from
/// <see cref="SourceConnector{TOptions}"/> to have it typed.
/// </remarks>
public interface ISourceConnector : IAsyncDisposable
{
    /// <summary>Tries the configuration without changing anything at the source.</summary>
    /// <param name="configuration">UTF-8 JSON.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">Cancelled after 30 s (the manifest may ask for up to 300 s) or on stop; return within 5 s.</param>
    /// <returns>What was tried, and what failed. A failure of the source is a result, not an exception.</returns>
    /// <exception cref="PluginException">The check itself could not be made.</exception>
    ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken);

    /// <summary>Finds the streams behind the configuration and their fields.</summary>
    /// <param name="configuration">UTF-8 JSON.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">Cancelled after 120 s (the manifest may ask for up to 1,800 s) or on stop; return within 5 s.</param>
    /// <returns>The streams; the same on every call while the source does not change.</returns>
    /// <exception cref="PluginException">The source could not be looked at; its kind says whether the host retries.</exception>
    ValueTask<SourceCatalog> DiscoverAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken);

    /// <summary>
    /// Reads. The host pulls: nothing is to be read far ahead of what was taken. Every stream asked for ends with
    /// <see cref="StreamEnded"/>.
    /// </summary>
    /// <param name="configuration">UTF-8 JSON.</param>
    /// <param name="request">What to read and from where.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">Cancelled on stop; end within 5 s.</param>
    /// <returns>Batches, rejected records, checkpoints and outcomes. Silence over 10 minutes (or the manifest's) ends the run.</returns>
    /// <exception cref="PluginException">The run cannot go on; what was checkpointed stays. Transient and RateLimited are retried from there.</exception>
    IAsyncEnumerable<SourceMessage> ReadAsync(ReadOnlyMemory<byte> configuration, ReadRequest request, IPluginContext context, CancellationToken cancellationToken);

    /// <summary>Brings a state of an older <see cref="StreamDescriptor.StateVersion"/> to the current one. Default: unchanged.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="state">The older state.</param>
    /// <param name="cancellationToken">Cancelled on stop.</param>
    /// <returns>The state in the current format.</returns>
    /// <exception cref="PluginException">Configuration: the state cannot be read; the host offers a full read.</exception>
    ValueTask<StreamState> UpgradeStateAsync(string stream, StreamState state, CancellationToken cancellationToken) => ValueTask.FromResult(state);
}
