namespace CustomerInsights.Sdk;

/// <summary>An enrichment that answers profile by profile.</summary>
public interface IProfileEnrichment : IEnrichment
{
    /// <summary>Answers a batch.</summary>
    /// <param name="configuration">UTF-8 JSON.</param>
    /// <param name="batch">1 to <see cref="EnrichmentDescriptor.MaxBatch"/> profiles.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="cancellationToken">Cancelled on stop or after the manifest's silence limit; return within 5 s.</param>
    /// <returns>One result per profile, in the same order. What fails for one profile is its outcome, not an exception.</returns>
    /// <exception cref="PluginException">The whole batch failed; Transient and RateLimited are retried.</exception>
    ValueTask<IReadOnlyList<EnrichmentResult>> EnrichAsync(
        ReadOnlyMemory<byte> configuration,
        IReadOnlyList<ProfileInput> batch,
        IPluginContext context,
        CancellationToken cancellationToken);
}
