using System.Runtime.CompilerServices;
using CustomerInsights.Sdk;

namespace Faulty;

/// <summary>A connector in which any call can go wrong, and which can break every rule of reading.</summary>
public sealed class FaultySource : ISourceConnector
{
    private static readonly FieldNames Names = FieldNames.Of("id");
    private Fault? _fault;

    public async ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        _fault = Fault.Read(configuration);
        await _fault.AtAsync("check", cancellationToken).ConfigureAwait(false);
        return _fault.How switch
        {
            "null" => null!,
            "noItems" => new CheckResult([]),
            "silentFailure" => new CheckResult([new CheckItem("Key", Ok: false)]),
            _ => new CheckResult([new CheckItem("Fault", Ok: true)]),
        };
    }

    public async ValueTask<SourceCatalog> DiscoverAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        _fault = Fault.Read(configuration);
        await _fault.AtAsync("discover", cancellationToken).ConfigureAwait(false);
        var stream = new StreamDescriptor("rows", [new FieldDescriptor("id", FieldKind.Text)], ["id"], [SyncMode.Full]);
        return _fault.How switch
        {
            "null" => null!,
            "twice" => new SourceCatalog([stream, stream]),
            "badName" => new SourceCatalog([stream with { Name = "rows/1" }]),
            "noFields" => new SourceCatalog([stream with { Fields = [] }]),
            "noKey" => new SourceCatalog([stream with { PrimaryKey = [] }]),
            "foreignKey" => new SourceCatalog([stream with { PrimaryKey = ["key"] }]),
            "noModes" => new SourceCatalog([stream with { Modes = [] }]),
            _ => new SourceCatalog([stream]),
        };
    }

    public async IAsyncEnumerable<SourceMessage> ReadAsync(
        ReadOnlyMemory<byte> configuration, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _fault = Fault.Read(configuration);
        try
        {
            yield return Batch(new Record("1", ["one"]));
            await _fault.AtAsync("read", cancellationToken).ConfigureAwait(false);
            foreach (var message in Broken(_fault.How, context))
            {
                yield return message;
            }

            if (_fault.How != "noEnd")
            {
                yield return new StreamEnded("rows", StreamOutcome.Complete);
            }
        }
        finally
        {
            await _fault.AtAsync("readDispose", CancellationToken.None).ConfigureAwait(false);
        }
    }

    public async ValueTask<StreamState> UpgradeStateAsync(string stream, StreamState state, CancellationToken cancellationToken)
    {
        if (_fault is not null)
        {
            await _fault.AtAsync("upgrade", cancellationToken).ConfigureAwait(false);
        }

        return state;
    }

    public async ValueTask DisposeAsync()
    {
        if (_fault is not null)
        {
            await _fault.AtAsync("dispose", CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static IEnumerable<SourceMessage> Broken(string how, IPluginContext context) => how switch
    {
        "nullMessage" => [null!],
        "emptyBatch" => [Batch()],
        "bigBatch" => [Batch([.. Enumerable.Range(0, 10_001).Select(i => new Record($"{i}", ["x"]))])],
        "unknownStream" => [new RecordBatch("other", Names, [new Record("1", ["x"])])],
        "wrongValues" => [Batch(new Record("1", ["x", "y"]))],
        "nullValues" => [Batch(new Record("1", null!))],
        "emptyKey" => [Batch(new Record("", ["x"]))],
        "longKey" => [Batch(new Record(new string('k', 401), ["x"]))],
        "longText" => [Batch(new Record("1", [new string('x', 1_048_577)]))],
        "bigCheckpoint" => [new Checkpoint("rows", new StreamState(1, new byte[65_537]))],
        "badCheckpoint" => [new Checkpoint("rows", new StreamState(1, "{"u8.ToArray()))],
        "zeroVersion" => [new Checkpoint("rows", new StreamState(0, "{}"u8.ToArray()))],
        "noReason" => [new RejectedRecord("rows", "")],
        "afterEnd" => [new StreamEnded("rows", StreamOutcome.Incomplete), new Checkpoint("rows", new StreamState(1, "{}"u8.ToArray()))],
        "waiting" => [new StreamWaiting("rows", context.Clock.GetUtcNow().AddMinutes(1), "Too many requests.")],
        "longReason" => [new RejectedRecord("rows", new string('r', 5000))],
        _ => [],
    };

    private static RecordBatch Batch(params Record[] records) => new("rows", Names, records);
}
