namespace CustomerInsights.Sdk;

/// <summary>A snapshot of all profiles of the declared type: every pass sees the same.</summary>
public interface IPopulation
{
    /// <summary>How many profiles there are, 0 and up.</summary>
    long Count { get; }

    /// <summary>The instant of the snapshot, UTC. Use it as "now", so that a run can be repeated.</summary>
    DateTimeOffset AsOf { get; }

    /// <summary>Streams the profiles in one order, the same in every pass, each with its declared activities in time order.</summary>
    /// <param name="afterProfileId">Start behind this profile, or null for the beginning.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    /// <returns>Batches of 1 to <see cref="EnrichmentDescriptor.MaxBatch"/> profiles. The host reads ahead by one batch at most.</returns>
    IAsyncEnumerable<IReadOnlyList<ProfileInput>> ReadAsync(string? afterProfileId, CancellationToken cancellationToken);
}
