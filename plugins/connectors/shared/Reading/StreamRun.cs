using System.Runtime.CompilerServices;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>One run of one stream: compares with the state, reads what is new, and puts checkpoints behind what was yielded.</summary>
internal sealed class StreamRun(FileStreamSource source, StreamSelection selection, ReadRequest request, IPluginContext context)
{
    private const int RecordsPerCheckpoint = 50_000;
    private const int FilesWithCheckpointEach = 100;
    private const int BytesPerRecord = 100;

    public async IAsyncEnumerable<SourceMessage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var bookmark = StreamBookmark.Read(selection.Stream, selection.State);
        var files = source.Find();
        var plan = RunPlan.Make(files, bookmark, selection, source.Settings, source.CanAppend);
        if (plan.Unchanged)
        {
            yield return new StreamEnded(selection.Stream, StreamOutcome.Unchanged);
            yield break;
        }

        await source.LearnAsync(files, plan.SavedFields, selection.Fields, cancellationToken).ConfigureAwait(false);
        if (bookmark?.Fields is { } before && !Same(before, source.Fields))
        {
            yield return new SchemaFound(source.Descriptor);
        }

        var keys = new KeyCheck(source.Keys, files.Sum(file => file.Size) / BytesPerRecord);
        var run = new Pace(request, context.Clock);
        var revision = source.SchemaRevision;
        foreach (var file in plan.Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            keys.Begin(file.File.Name);
            var seen = file.Done || file.Position.Offset > 0;
            if (seen && NeedsKeysOfBefore(plan))
            {
                await GatherAsync(file, keys, cancellationToken).ConfigureAwait(false);
            }

            if (file.Done)
            {
                continue;
            }

            using var reader = await source.OpenAsync(file, file.Position, keys, cancellationToken).ConfigureAwait(false);
            file.Traits = reader.Traits;
            var more = true;
            while (more)
            {
                var sink = new RecordSink(selection.Stream, run.NextBatch);
                more = await reader.ReadAsync(sink, cancellationToken).ConfigureAwait(false);
                if (source.SchemaRevision != revision)
                {
                    revision = source.SchemaRevision;
                    yield return new SchemaFound(source.Descriptor);
                }

                if (sink.Records.Count > 0)
                {
                    yield return new RecordBatch(selection.Stream, source.BatchNames, sink.Records);
                }

                foreach (var rejected in sink.Rejected)
                {
                    yield return rejected;
                }

                run.Count(sink);
                file.Position = reader.Position;
                if (run.LimitReached)
                {
                    yield return new StreamEnded(selection.Stream, StreamOutcome.Incomplete, $"Stopped after {run.Records} records, as asked.");
                    yield break;
                }

                if (more && run.CheckpointDue)
                {
                    yield return new Checkpoint(selection.Stream, plan.Checkpoint(complete: false, source.Fields));
                    run.Checkpointed();
                    context.Report(new PluginProgress(run.Records, Message: $"{selection.Stream}: {file.File.Name}, line {file.Position.Line}"));
                }
            }

            file.Done = true;
            if (!ReferenceEquals(file, plan.Files[^1]) && run.SinceCheckpoint > 0 && (plan.Files.Count <= FilesWithCheckpointEach || run.CheckpointDue))
            {
                yield return new Checkpoint(selection.Stream, plan.Checkpoint(complete: false, source.Fields));
                run.Checkpointed();
            }
        }

        FileConnectorLog.StreamRead(context.Log, selection.Stream, plan.Files.Count, run.Records, run.Rejected);
        if (keys.Full)
        {
            FileConnectorLog.KeysNotChecked(context.Log, selection.Stream, KeyLedger.MaxKeys);
        }

        yield return new Checkpoint(selection.Stream, plan.Checkpoint(complete: true, source.Fields));
        yield return new StreamEnded(selection.Stream, StreamOutcome.Complete);
    }

    // A synthetic key counts equal rows from the beginning of the stream. A key of the file's own is checked within a run:
    // one that was interrupted is still the same run, one that picks up appended rows is not, there they are updates.
    private bool NeedsKeysOfBefore(RunPlan plan) =>
        plan.Continues && (source.Keys == KeyRule.Synthetic || (source.Keys == KeyRule.Unique && selection.Resuming));

    /// <summary>Reads again what an earlier run has stored, for its keys only.</summary>
    private async ValueTask GatherAsync(FileProgress file, KeyCheck keys, CancellationToken cancellationToken)
    {
        var until = file.Done ? long.MaxValue : file.Position.Offset;
        using var reader = await source.OpenAsync(file, FilePosition.Beginning, keys, cancellationToken).ConfigureAwait(false);
        var more = true;
        while (more && reader.Position.Offset < until)
        {
            var rows = file.Position.Rows - reader.Position.Rows;
            var sink = new RecordSink(selection.Stream, file.Done ? 1000 : (int)Math.Clamp(rows, 1, 1000), discard: true);
            more = await reader.ReadAsync(sink, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool Same(List<SavedField> before, IReadOnlyList<SavedField> now) =>
        before.Count == now.Count && before.Zip(now).All(pair =>
            string.Equals(pair.First.Name, pair.Second.Name, StringComparison.Ordinal)
            && pair.First.Kind == pair.Second.Kind
            && string.Equals(pair.First.Format, pair.Second.Format, StringComparison.Ordinal));

    /// <summary>Counts, and tells when a checkpoint is due and how many records the next batch may have.</summary>
    private sealed class Pace(ReadRequest request, TimeProvider clock)
    {
        private long _lastCheckpoint = clock.GetTimestamp();

        public long Records { get; private set; }

        public long Rejected { get; private set; }

        public long SinceCheckpoint { get; private set; }

        public int NextBatch => (int)Math.Min(Math.Clamp(request.BatchSize, 1, 10_000), request.RecordLimit is { } limit ? Math.Max(1, limit - Records) : long.MaxValue);

        public bool LimitReached => request.RecordLimit is { } limit && Records >= limit;

        public bool CheckpointDue => SinceCheckpoint > 0
            && (SinceCheckpoint >= RecordsPerCheckpoint || clock.GetElapsedTime(_lastCheckpoint) >= request.CheckpointEvery);

        public void Count(RecordSink sink)
        {
            Records += sink.Records.Count;
            Rejected += sink.Rejected.Count;
            SinceCheckpoint += sink.Records.Count + sink.Rejected.Count;
        }

        public void Checkpointed()
        {
            SinceCheckpoint = 0;
            _lastCheckpoint = clock.GetTimestamp();
        }
    }
}
