namespace CustomerInsights.Sdk;

/// <summary>
/// An enrichment that sees everyone: it may pass over the population as often as it likes (fit, validate, score), keep a
/// model in its storage, and then answers. All answers of a run become visible at once, when the run is complete.
/// </summary>
public interface IPopulationEnrichment : IEnrichment
{
    /// <summary>Runs once over a snapshot of the population.</summary>
    /// <param name="configuration">UTF-8 JSON.</param>
    /// <param name="population">The snapshot.</param>
    /// <param name="resumeFrom">The last <see cref="PopulationCheckpoint"/> of this run if it was interrupted, else null. What was answered before it is kept.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">Cancelled on stop; end within 5 s.</param>
    /// <returns>Attribute batches, table rows, checkpoints, and one <see cref="EnrichmentReport"/>.</returns>
    /// <exception cref="PluginException">The run failed; nothing of it becomes visible. Transient is retried from the last checkpoint.</exception>
    IAsyncEnumerable<PopulationMessage> RunAsync(
        ReadOnlyMemory<byte> configuration,
        IPopulation population,
        ReadOnlyMemory<byte>? resumeFrom,
        IPluginContext context,
        CancellationToken cancellationToken);
}
