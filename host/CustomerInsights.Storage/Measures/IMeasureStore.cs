namespace CustomerInsights.Storage.Measures;

/// <summary>Values of measures: per profile, and of the business.</summary>
public interface IMeasureStore
{
    /// <summary>Writes value documents of profiles by number (null removes), with feed rows, all or none. The caller leaves out what did not change.</summary>
    ValueTask PutProfileValuesAsync(IReadOnlyList<KeyValuePair<long, byte[]?>> documents, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces the rows of a business measure when they differ, and keeps them in its history unless they are longer than
    /// <see cref="MeasureRecord.LongestKept"/>; true when written.
    /// </summary>
    ValueTask<bool> PutBusinessAsync(string measure, string rowsJson, DateTimeOffset asOf, CancellationToken cancellationToken);

    /// <summary>The rows of a business measure, or null.</summary>
    ValueTask<BusinessMeasureRows?> FindBusinessAsync(string measure, CancellationToken cancellationToken);

    /// <summary>Keeps the distribution of a measure per profile when it differs from the last one; true when written.</summary>
    ValueTask<bool> PutDistributionAsync(string measure, string json, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>What is kept of a measure, newest first: sets of rows of a business measure, or distributions of one per profile.</summary>
    /// <exception cref="BadCursorException">The cursor is not of this list.</exception>
    ValueTask<Page<MeasureRecord>> HistoryAsync(string measure, bool business, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Leaves of the history of all measures the last one of each day (UTC) where it is older than <paramref name="daily"/>, and of what is older than
    /// <paramref name="oldest"/> the last one alone, which tells what held then.
    /// </summary>
    ValueTask ThinHistoryAsync(DateTimeOffset daily, DateTimeOffset oldest, CancellationToken cancellationToken);

    /// <summary>Keeps where points of an engagement score stand among everybody's.</summary>
    ValueTask PutRanksAsync(string measure, string json, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>What was kept last for an engagement score, or null.</summary>
    ValueTask<MeasureRecord?> FindRanksAsync(string measure, CancellationToken cancellationToken);

    /// <summary>By measure, the fingerprint of the definition by which it was last computed.</summary>
    ValueTask<IReadOnlyDictionary<string, string>> FingerprintsAsync(CancellationToken cancellationToken);

    /// <summary>Puts fingerprints of measures that were computed; null removes one.</summary>
    ValueTask PutFingerprintsAsync(IReadOnlyList<KeyValuePair<string, string?>> fingerprints, CancellationToken cancellationToken);

    /// <summary>Removes the rows and the history of a measure that was deleted. Its values go from the profiles with the next computation.</summary>
    ValueTask DeleteAsync(string measure, CancellationToken cancellationToken);
}

/// <summary>A set of rows, or a distribution, that is kept.</summary>
/// <param name="At">When it was computed; it held until the next.</param>
/// <param name="Json">JSON.</param>
public sealed record MeasureRecord(DateTimeOffset At, string Json)
{
    /// <summary>The most characters that one may have to be kept.</summary>
    public const int LongestKept = 256 * 1024;
}

/// <summary>A business measure's rows.</summary>
/// <param name="RowsJson">JSON.</param>
/// <param name="AsOf">When they were computed.</param>
public sealed record BusinessMeasureRows(string RowsJson, DateTimeOffset AsOf);
