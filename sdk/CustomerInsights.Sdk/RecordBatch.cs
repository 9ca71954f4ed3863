namespace CustomerInsights.Sdk;

/// <summary>1 to 10,000 records. A record may come more than once (at least once); the last one wins.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Names">The fields of all records in it.</param>
/// <param name="Records">The records, in source order.</param>
public sealed record RecordBatch(string Stream, FieldNames Names, IReadOnlyList<Record> Records) : SourceMessage(Stream);
