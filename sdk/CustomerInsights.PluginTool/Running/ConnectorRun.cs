using System.Globalization;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;

namespace CustomerInsights.PluginTool.Running;

/// <summary>Checks, discovers and reads, and shows what comes.</summary>
internal sealed class ConnectorRun(PluginStage stage, PluginContribution contribution, RecordView view)
{
    private readonly Dictionary<string, Tally> _tallies = new(StringComparer.Ordinal);

    internal async Task<int> RunAsync(string[] streams, int limit, string? stateFile, CancellationToken cancellationToken)
    {
        var bookmarks = await Bookmarks.ReadAsync(stateFile, cancellationToken);
        var config = stage.World.Set(contribution);
        await using var source = await stage.Host.OpenSourceAsync(stage.PluginId, contribution.Id, PluginStage.Connection, config, cancellationToken);
        if (!view.Show(await source.CheckAsync(cancellationToken)))
        {
            return ExitCodes.Failed;
        }

        var catalog = await source.DiscoverAsync(cancellationToken);
        var wanted = Wanted(catalog, streams);
        foreach (var stream in wanted)
        {
            view.Say($"stream {stream.Name}: key {string.Join(", ", stream.PrimaryKey)}; {string.Join(", ", stream.Fields.Select(field => $"{field.Name} {field.Kind}"))}");
        }

        var request = new ReadRequest("ci-plugin-run", [.. wanted.Select(stream => Selection(stream, bookmarks))])
        {
            RecordLimit = limit == 0 ? null : limit,
            BatchSize = limit == 0 ? 1000 : Math.Min(limit, 1000),
        };
        await foreach (var message in source.ReadAsync(request, cancellationToken))
        {
            Take(message, bookmarks);
        }

        foreach (var (stream, tally) in _tallies.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            view.Say(string.Create(CultureInfo.InvariantCulture, $"stream {stream}: {tally.Records} records, {tally.Rejected} rejected, {tally.Checkpoints} checkpoints, {tally.Ending}"));
        }

        await bookmarks.WriteAsync(cancellationToken);
        return ExitCodes.Done;
    }

    private static IReadOnlyList<StreamDescriptor> Wanted(SourceCatalog catalog, string[] names)
    {
        var unknown = names.FirstOrDefault(name => catalog.Streams.All(stream => stream.Name != name));
        return unknown is null ? [.. catalog.Streams.Where(stream => names.Length == 0 || names.Contains(stream.Name, StringComparer.Ordinal))]
            : throw new ToolException($"There is no stream '{unknown}'; there are {string.Join(", ", catalog.Streams.Select(stream => stream.Name))}.");
    }

    private static StreamSelection Selection(StreamDescriptor stream, Bookmarks bookmarks) =>
        bookmarks.IsKept && stream.Modes.Contains(SyncMode.Incremental)
            ? new(stream.Name, SyncMode.Incremental) { State = bookmarks.Find(stream.Name) }
            : new(stream.Name, stream.Modes.Contains(SyncMode.Full) ? SyncMode.Full : stream.Modes[0]);

    private void Take(SourceMessage message, Bookmarks bookmarks)
    {
        var tally = _tallies.GetValueOrDefault(message.Stream) ?? (_tallies[message.Stream] = new Tally());
        switch (message)
        {
            case RecordBatch batch:
                tally.Records += batch.Records.Count;
                view.Show(batch.Stream, ["key", .. batch.Names.All], [.. batch.Records.Select(record => Row(record, batch.Names.Count))]);
                break;
            case RejectedRecord rejected:
                tally.Rejected++;
                view.Show($"{rejected.Stream}: rejected", ["rejected", "location", "excerpt"], [[rejected.Reason, rejected.Location, rejected.Excerpt]]);
                break;
            case Checkpoint checkpoint:
                tally.Checkpoints++;
                bookmarks.Keep(checkpoint.Stream, checkpoint.State);
                break;
            case SchemaFound found:
                view.Say($"stream {found.Stream}: its fields are {string.Join(", ", found.Descriptor.Fields.Select(field => $"{field.Name} {field.Kind}"))}");
                break;
            case StreamWaiting waiting:
                view.Say($"stream {waiting.Stream}: waits until {waiting.ResumesAt:u}: {waiting.Reason}");
                break;
            case StreamEnded ended:
                tally.Ending = $"{ended.Outcome.ToString().ToLowerInvariant()}{(ended.Reason is null ? "" : $": {ended.Reason}")}";
                break;
        }
    }

    private static IReadOnlyList<FieldValue> Row(Record record, int fields) => record.Operation == RecordOperation.Delete
        ? [record.Key + " (deleted)", .. Enumerable.Repeat(FieldValue.Null, fields)]
        : [record.Key, .. record.Values];

    private sealed class Tally
    {
        internal long Records { get; set; }

        internal long Rejected { get; set; }

        internal long Checkpoints { get; set; }

        internal string Ending { get; set; } = "not ended";
    }
}
