namespace CustomerInsights.Storage.Profiles;

/// <summary>
/// The profiles of a type as they were at one moment, to be passed over as often as wanted, one pass at a time. While it is held the store cannot fold away what is
/// written meanwhile: hold it for minutes, not for days.
/// </summary>
public interface IPopulationSnapshot : IAsyncDisposable
{
    /// <summary>How many profiles there are.</summary>
    long Count { get; }

    /// <summary>The profiles in the order of their numbers, in batches.</summary>
    /// <param name="afterNumber">Start behind this profile.</param>
    /// <param name="cancellationToken">Ends the pass.</param>
    /// <exception cref="InvalidOperationException">Another pass is under way.</exception>
    IAsyncEnumerable<IReadOnlyList<PopulationProfile>> ReadAsync(long afterNumber, CancellationToken cancellationToken);
}
