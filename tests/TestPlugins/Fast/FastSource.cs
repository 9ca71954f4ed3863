using System.Runtime.CompilerServices;
using CustomerInsights.Sdk;

namespace Fast;

/// <summary>Makes records of ten fields as fast as it can, for the bench: as many as the request's limit says.</summary>
public sealed class FastSource : ISourceConnector
{
    private static readonly FieldNames Names = FieldNames.Of("id", "first", "last", "email", "city", "age", "amount", "active", "born", "seen");
    private static readonly DateOnly Born = new(1980, 5, 17);
    private static readonly DateTimeOffset Seen = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        new(new CheckResult([new CheckItem("Fast", Ok: true)]));

    public ValueTask<SourceCatalog> DiscoverAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        new(new SourceCatalog([new StreamDescriptor("rows", [new FieldDescriptor("id", FieldKind.Integer)], ["id"], [SyncMode.Full])]));

    public async IAsyncEnumerable<SourceMessage> ReadAsync(
        ReadOnlyMemory<byte> configuration, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        var limit = request.RecordLimit ?? 0;
        for (var start = 0L; start < limit; start += request.BatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var records = new Record[Math.Min(request.BatchSize, limit - start)];
            for (var i = 0; i < records.Length; i++)
            {
                var id = start + i;
                records[i] = new Record("C00012345", [id, "Hiroko", "Grünwald", "hiroko@example.com", "Osaka", id % 90, 12.5 + id, (id & 1) == 0, Born, Seen]);
            }

            yield return new RecordBatch("rows", Names, records);
        }

        yield return new StreamEnded("rows", StreamOutcome.Complete);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
