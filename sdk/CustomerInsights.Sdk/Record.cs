namespace CustomerInsights.Sdk;

/// <summary>One row of a stream: a key and values in the order of the batch's <see cref="FieldNames"/>. Immutable once yielded.</summary>
/// <param name="Key">The primary key as canonical text, 1 to 400 characters. The same record always has the same key.</param>
/// <param name="Values">One value per field name; ignored (and may be empty) for a delete. Must not be changed after the record was yielded.</param>
public sealed record Record(string Key, FieldValue[] Values)
{
    /// <summary>Whether the record was written or deleted at the source. Default: <see cref="RecordOperation.Upsert"/>.</summary>
    public RecordOperation Operation { get; init; } = RecordOperation.Upsert;

    /// <summary>Where the record stands at the source, for messages to people: a file and line, a page URL without secrets. At most 400 characters.</summary>
    public string? Location { get; init; }
}
