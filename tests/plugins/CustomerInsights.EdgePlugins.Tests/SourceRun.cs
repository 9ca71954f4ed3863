using System.Text;
using CustomerInsights.Sdk;
using Record = CustomerInsights.Sdk.Record;

namespace CustomerInsights.EdgePlugins.Tests;

/// <summary>Runs a connector as a host does and keeps what it yields.</summary>
internal sealed class SourceRun
{
    public List<SourceMessage> Messages { get; } = [];

    public IReadOnlyList<(Record Record, FieldNames Names)> Rows =>
        [.. Messages.OfType<RecordBatch>().SelectMany(batch => batch.Records.Select(record => (record, batch.Names)))];

    public IReadOnlyList<string> Keys => [.. Rows.Select(row => row.Record.Key)];

    public IReadOnlyList<string> Deleted => [.. Rows.Where(row => row.Record.Operation == RecordOperation.Delete).Select(row => row.Record.Key)];

    public IReadOnlyList<RejectedRecord> Rejected => [.. Messages.OfType<RejectedRecord>()];

    public StreamEnded Ended => Messages.OfType<StreamEnded>().Single();

    public StreamState LastState => Messages.OfType<Checkpoint>().Last().State;

    public string LastStateText => Encoding.UTF8.GetString(LastState.Utf8Json.Span);

    public FieldValue Value(string key, string field) => Rows.Where(row => row.Record.Key == key).Select(row => row.Record.Values[row.Names.IndexOf(field)]).Last();

    /// <summary>Reads one stream.</summary>
    /// <param name="connector">The connector.</param>
    /// <param name="settings">The settings as JSON.</param>
    /// <param name="context">The host.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="mode">How.</param>
    /// <param name="state">From where.</param>
    /// <param name="resuming">Whether a run that broke off is gone on with.</param>
    /// <param name="batchSize">Records in a batch.</param>
    /// <param name="limit">Most records.</param>
    /// <param name="checkpointEvery">Longest span between checkpoints; as often as can be when not said.</param>
    /// <param name="stopAfter">Breaks off behind so many checkpoints.</param>
    public static async Task<SourceRun> ReadAsync(
        ISourceConnector connector, byte[] settings, IPluginContext context, string stream, SyncMode mode = SyncMode.Full, StreamState? state = null, bool resuming = false,
        int batchSize = 1000, long? limit = null, TimeSpan? checkpointEvery = null, int stopAfter = int.MaxValue)
    {
        var run = new SourceRun();
        var request = new ReadRequest("run", [new StreamSelection(stream, mode) { State = state, Resuming = resuming }])
        {
            BatchSize = batchSize,
            RecordLimit = limit,
            CheckpointEvery = checkpointEvery ?? TimeSpan.Zero,
        };
        await foreach (var message in connector.ReadAsync(settings, request, context, CancellationToken.None))
        {
            run.Messages.Add(message);
            if (message is Checkpoint && --stopAfter == 0)
            {
                break;
            }
        }

        return run;
    }
}
