namespace CustomerInsights.Storage.Measures;

/// <summary>Values of measures: per profile, and of the business.</summary>
public interface IMeasureStore
{
    /// <summary>Writes value documents of profiles by number (null removes), with feed rows, all or none. The caller leaves out what did not change.</summary>
    ValueTask PutProfileValuesAsync(IReadOnlyList<KeyValuePair<long, byte[]?>> documents, CancellationToken cancellationToken);

    /// <summary>Replaces the rows of a business measure when they differ; true when written.</summary>
    ValueTask<bool> PutBusinessAsync(string measure, string rowsJson, DateTimeOffset asOf, CancellationToken cancellationToken);

    /// <summary>The rows of a business measure, or null.</summary>
    ValueTask<BusinessMeasureRows?> FindBusinessAsync(string measure, CancellationToken cancellationToken);
}

/// <summary>A business measure's rows.</summary>
/// <param name="RowsJson">JSON.</param>
/// <param name="AsOf">When they were computed.</param>
public sealed record BusinessMeasureRows(string RowsJson, DateTimeOffset AsOf);
