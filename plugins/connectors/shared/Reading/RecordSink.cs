using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>What a reader has made since the last batch.</summary>
/// <param name="stream">The stream.</param>
/// <param name="capacity">How many records and rejected records together fill it.</param>
/// <param name="discard">True to count and forget: what was stored in an earlier run is read again for its keys only.</param>
internal sealed class RecordSink(string stream, int capacity, bool discard = false)
{
    private int _count;

    public string Stream { get; } = stream;

    /// <summary>The list changes hands with the batch: each batch has one of its own.</summary>
    public List<Record> Records { get; } = new(discard ? 0 : capacity);

    public List<RejectedRecord> Rejected { get; } = [];

    /// <summary>True while nothing has come: the stream's fields may still change.</summary>
    public bool IsEmpty => Records.Count == 0 || discard;

    public bool IsFull => _count >= capacity;

    public void Add(Record record)
    {
        _count++;
        if (!discard)
        {
            Records.Add(record);
        }
    }

    /// <summary>Counts a row of which nothing comes: it was there before, the same.</summary>
    public void Drop() => _count++;

    public void Reject(RejectedRecord record)
    {
        _count++;
        if (!discard)
        {
            Rejected.Add(record);
        }
    }
}
