using System.Text;
using CustomerInsights.Sdk;

namespace CustomerInsights.FilePlugins.Tests;

/// <summary>Runs a connector as a host does and keeps what it yields.</summary>
internal sealed class SourceRun
{
    public List<SourceMessage> Messages { get; } = [];

    public IEnumerable<(Record Record, FieldNames Names)> Rows =>
        Messages.OfType<RecordBatch>().SelectMany(batch => batch.Records.Select(record => (record, batch.Names)));

    public IReadOnlyList<Record> Records => [.. Rows.Select(row => row.Record)];

    public IReadOnlyList<RejectedRecord> Rejected => [.. Messages.OfType<RejectedRecord>()];

    public StreamEnded Ended => Messages.OfType<StreamEnded>().Single();

    public StreamState LastState => Messages.OfType<Checkpoint>().Last().State;

    /// <summary>Each record as <c>key: field=value, …</c>.</summary>
    public IReadOnlyList<string> Lines => [.. Rows.Select(row => Line(row.Record, row.Names))];

    public static async Task<SourceRun> ReadAsync(
        ISourceConnector connector, string configuration, IPluginContext context, string stream, SyncMode mode = SyncMode.Full,
        StreamState? state = null, bool resuming = false, int batchSize = 1000, long? limit = null, TimeSpan? checkpointEvery = null, IReadOnlyList<string>? fields = null)
    {
        var run = new SourceRun();
        var request = new ReadRequest("run", [new StreamSelection(stream, mode) { State = state, Resuming = resuming, Fields = fields }])
        {
            BatchSize = batchSize,
            RecordLimit = limit,
            CheckpointEvery = checkpointEvery ?? TimeSpan.FromSeconds(10),
        };
        await foreach (var message in connector.ReadAsync(Json(configuration), request, context, CancellationToken.None))
        {
            run.Messages.Add(message);
        }

        return run;
    }

    public static ReadOnlyMemory<byte> Json(string text) => Encoding.UTF8.GetBytes(text.Replace('\'', '"'));

    private static string Line(Record record, FieldNames names) => record.Operation == RecordOperation.Delete
        ? $"{record.Key}: deleted"
        : $"{record.Key}: {string.Join(", ", record.Values.Select((value, at) => $"{names[at]}={value}"))}";
}
