using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Privacy;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Ingestion;

/// <summary>
/// Takes one stream's messages into the store. Reading goes on while the write before is under way; at most one is. A checkpoint is stored in one
/// transaction with what it covers.
/// </summary>
internal sealed class StreamIntake(IRecordStore store, StreamRun run, StoredStream stream, RecordGate? gate = null)
{
    private const int FlushAt = 4000;
    private const int LongestKey = 400;

    private readonly List<IncomingRecord> _records = new(FlushAt);
    private readonly List<RejectedRow> _rejected = [];
    private Task<RecordCounts>? _pending;

    public StoredStream Stream { get; private set; } = stream;

    public RecordCounts Counts { get; private set; } = run.Counts;

    public bool Ended { get; private set; }

    /// <summary>How the stream ended and why, once it has.</summary>
    public StreamEnded? Ending { get; private set; }

    public async ValueTask TakeAsync(SourceMessage message, CancellationToken cancellationToken)
    {
        if (Ended)
        {
            throw new Jobs.JobFailedException("Bug", $"The plugin sent a {message.GetType().Name} of '{message.Stream}' after it had ended that stream.");
        }

        switch (message)
        {
            case RecordBatch batch:
                Add(batch);
                if (_records.Count >= FlushAt)
                {
                    await FlushAsync(null, cancellationToken);
                }

                break;
            case RejectedRecord rejected:
                _rejected.Add(new RejectedRow(
                    Cut(rejected.Reason, 1000)!, Cut(rejected.Key, LongestKey), rejected.Field, Cut(rejected.Location, LongestKey), rejected.Line, Cut(rejected.Excerpt, 200)));

                // A file in which nothing is right sends nothing else: it must not fill the memory.
                if (_rejected.Count >= FlushAt)
                {
                    await FlushAsync(null, cancellationToken);
                }

                break;
            case Checkpoint checkpoint:
                await FlushAsync(new ConnectorState(checkpoint.State.Version, System.Text.Encoding.UTF8.GetString(checkpoint.State.Utf8Json.Span)), cancellationToken);
                break;
            case SchemaFound found:
                await FlushAsync(null, cancellationToken);
                await DrainAsync();
                Stream = await store.EnsureStreamAsync(Stream.Name, SourceValues.ToFields(found.Descriptor), cancellationToken);
                break;
            case StreamEnded ended:
                await FlushAsync(null, cancellationToken);
                await DrainAsync();
                Ended = true;
                Ending = ended;
                Counts = await store.EndRunAsync(run.Id, Outcome(ended.Outcome), cancellationToken);
                break;
        }
    }

    /// <summary>Waits for the write under way.</summary>
    public async ValueTask DrainAsync()
    {
        if (_pending is { } pending)
        {
            _pending = null;
            Counts += await pending;
        }
    }

    private static StreamRunOutcome Outcome(StreamOutcome outcome) => outcome switch
    {
        StreamOutcome.Complete => StreamRunOutcome.Complete,
        StreamOutcome.Unchanged => StreamRunOutcome.Unchanged,
        _ => StreamRunOutcome.Incomplete,
    };

    private void Add(RecordBatch batch)
    {
        var values = new Value[batch.Names.Count];
        foreach (var record in batch.Records)
        {
            if (record.Key.Length is 0 or > LongestKey)
            {
                _rejected.Add(new RejectedRow(
                    record.Key.Length == 0
                        ? "The record has no key. Give it a value in the key column, or choose another key."
                        : $"The key has {record.Key.Length} characters; at most {LongestKey} are allowed.",
                    null, null, Cut(record.Location, LongestKey), null, null));
                continue;
            }

            byte[]? document = null;
            if (record.Operation == RecordOperation.Upsert)
            {
                if (BrokenJson(batch.Names, record) is { } field)
                {
                    _rejected.Add(new RejectedRow($"The field '{field}' does not hold valid JSON.", Cut(record.Key, LongestKey), field, Cut(record.Location, LongestKey), null, null));
                    continue;
                }

                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = SourceValues.ToValue(record.Values[i]);
                }

                document = ValueDocument.Write(batch.Names.All, values);
            }

            _records.Add(new IncomingRecord(record.Key, document));
        }
    }

    private static string? BrokenJson(FieldNames names, Record record)
    {
        for (var i = 0; i < record.Values.Length; i++)
        {
            if (record.Values[i].Kind == FieldKind.Json)
            {
                try
                {
                    using var parsed = System.Text.Json.JsonDocument.Parse(record.Values[i].AsText());
                }
                catch (System.Text.Json.JsonException)
                {
                    return names[i];
                }
            }
        }

        return null;
    }

    private async ValueTask FlushAsync(ConnectorState? checkpoint, CancellationToken cancellationToken)
    {
        if (_records.Count == 0 && _rejected.Count == 0 && checkpoint is null)
        {
            return;
        }

        await DrainAsync();
        if (gate is not null)
        {
            // Here, right before the write, so that what is erased meanwhile is not written behind the erasure.
            await gate.FilterAsync(_records, cancellationToken);
        }

        var write = new RecordWrite(run.Id, [.. _records], [.. _rejected], checkpoint);
        _records.Clear();
        _rejected.Clear();
        _pending = store.WriteAsync(write, cancellationToken).AsTask();
    }

    private static string? Cut(string? text, int length) => text is null || text.Length <= length ? text : text[..length];
}
