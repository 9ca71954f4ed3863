using System.Runtime.CompilerServices;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Postgres;

/// <summary>Reads one table in one snapshot, page by page in the order of its key: every row is a place to go on from.</summary>
internal sealed class TableRead(Database database, TableStream stream, StreamSelection selection, ReadRequest request, IPluginContext context)
{
    // One statement each: its time is limited, and rows of an open one are not held back at the server for long.
    private const int PageRows = 5000;

    private readonly List<Record> _records = [];
    private Bookmark _bookmark = Bookmark.StartOf(selection, stream);
    private long _read;

    /// <summary>Reads.</summary>
    public async IAsyncEnumerable<SourceMessage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await database.SnapshotAsync(cancellationToken).ConfigureAwait(false);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        var saved = context.Clock.GetTimestamp();
        for (var rows = PageRows; rows == PageRows;)
        {
            var page = _bookmark.Since is { } since ? stream.Changed(since, _bookmark.After, PageRows) : stream.Whole(_bookmark.After, PageRows);
            rows = 0;
            await foreach (var row in database.RowsAsync(page.Text, page.Values, cancellationToken).ConfigureAwait(false))
            {
                rows++;
                if (_read >= request.RecordLimit)
                {
                    foreach (var message in Batch())
                    {
                        yield return message;
                    }

                    yield return new StreamEnded(stream.Name, StreamOutcome.Incomplete, "As many as were asked for.");
                    yield break;
                }

                if (Take(row) is { } rejected)
                {
                    yield return rejected;
                }

                if (_records.Count >= request.BatchSize)
                {
                    foreach (var message in Batch())
                    {
                        yield return message;
                    }

                    if (context.Clock.GetElapsedTime(saved) >= request.CheckpointEvery && _bookmark.ToState() is { } state)
                    {
                        saved = context.Clock.GetTimestamp();
                        yield return new Checkpoint(stream.Name, state);
                    }

                    context.Report(new PluginProgress(_read, null, $"reading {stream.Name}"));
                }
            }
        }

        foreach (var message in Batch())
        {
            yield return message;
        }

        yield return new Checkpoint(stream.Name, (_bookmark with { After = null, Open = false }).ToState()
            ?? throw new PluginException(FailureKind.Data, $"The last value of the cursor of '{stream.Name}' is too long to be kept. Choose another column."));
        yield return new StreamEnded(stream.Name, StreamOutcome.Complete);
    }

    // The highest value is asked for within the snapshot of the first rows. A run that is gone on with keeps the one that it began with: what changed
    // since then is read again by the next one.
    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (!stream.HasCursor || _bookmark.Since is not null || _bookmark.After is not null)
        {
            return;
        }

        var highest = stream.Highest();
        await foreach (var row in database.RowsAsync(highest.Text, highest.Values, cancellationToken).ConfigureAwait(false))
        {
            _bookmark = _bookmark with { High = row[0] };
        }
    }

    private RejectedRecord? Take(string?[] row)
    {
        var record = stream.Read(row, out var rejected);
        if (record is not null)
        {
            _records.Add(record);
            _read++;
        }

        if (stream.KeyOf(row) is { } key)
        {
            // In a run of changes rows come in the order of the cursor.
            var cursor = stream.CursorOf(row, out var isValue);
            _bookmark = _bookmark.Since is null ? _bookmark with { After = key } : _bookmark with { After = [cursor!, .. key], High = isValue ? cursor : _bookmark.High };
        }

        return rejected;
    }

    private IEnumerable<SourceMessage> Batch()
    {
        if (_records.Count > 0)
        {
            yield return new RecordBatch(stream.Name, stream.Names, [.. _records]);
            _records.Clear();
        }
    }
}
