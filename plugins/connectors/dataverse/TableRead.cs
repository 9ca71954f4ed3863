using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Connectors.Dataverse;

/// <summary>Reads one table: whole, or what Dataverse says has changed since.</summary>
internal sealed partial class TableRead(DataverseClient client, Table table, StreamSelection selection, ReadRequest request, int pageSize, IPluginContext context)
{
    private readonly KnownRows _known = new(context.Storage, table.Name);
    private readonly List<Record> _records = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private Bookmark _bookmark = null!;
    private long _read;

    /// <summary>Reads.</summary>
    public async IAsyncEnumerable<SourceMessage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var saved = context.Clock.GetTimestamp();
        var page = await BeginAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var ids = new HashSet<Guid>();
            foreach (var row in page.GetProperty("value").EnumerateArray())
            {
                if (_read >= request.RecordLimit)
                {
                    foreach (var message in Batch())
                    {
                        yield return message;
                    }

                    yield return new StreamEnded(table.Name, StreamOutcome.Incomplete, "As many as were asked for.");
                    yield break;
                }

                if (Take(row, ids) is { } rejected)
                {
                    yield return rejected;
                }
            }

            await _known.AddAsync(_bookmark.Pass, _bookmark.Whole ? string.Create(CultureInfo.InvariantCulture, $"w{_bookmark.Page}") : string.Create(CultureInfo.InvariantCulture, $"d{context.Clock.GetUtcNow().UtcTicks:x16}-{_bookmark.Page}"), ids, cancellationToken).ConfigureAwait(false);
            foreach (var message in Batch())
            {
                yield return message;
            }

            context.Report(new PluginProgress(_read, null, $"reading {table.Name}"));
            var next = Link(page, "@odata.nextLink");
            _bookmark = _bookmark with { Next = next, Page = _bookmark.Page + 1 };
            if (next is null)
            {
                break;
            }

            if (!_seen.Add(next))
            {
                throw new PluginException(FailureKind.Data, $"Dataverse names as the next page of {PathOf(next)} one that was read already.") { Stream = table.Name };
            }

            if (context.Clock.GetElapsedTime(saved) >= request.CheckpointEvery)
            {
                saved = context.Clock.GetTimestamp();
                yield return new Checkpoint(table.Name, _bookmark.ToState());
            }

            page = await PageAsync(next, cancellationToken).ConfigureAwait(false);
        }

        // In a full read the host sees for itself what is gone.
        if (_bookmark.Whole && selection.Mode == SyncMode.Incremental)
        {
            foreach (var id in await _known.GoneAsync(_bookmark.Pass, cancellationToken).ConfigureAwait(false))
            {
                _records.Add(new Record(id.ToString(), []) { Operation = RecordOperation.Delete });
            }

            foreach (var message in Batch())
            {
                yield return message;
            }
        }

        yield return new Checkpoint(table.Name, (_bookmark with { Page = 0, Next = null, Delta = Link(page, "@odata.deltaLink"), Whole = false }).ToState());
        yield return new StreamEnded(table.Name, StreamOutcome.Complete);
    }

    // Tokens live for a week, addresses of pages for less. Where one is refused, the whole is read.
    private async Task<JsonElement> BeginAsync(CancellationToken cancellationToken)
    {
        if (Bookmark.Of(selection) is { } stored)
        {
            _bookmark = stored;
            if (stored.Next is null)
            {
                await _known.TidyAsync(stored.Pass, cancellationToken).ConfigureAwait(false);
            }

            try
            {
                return await PageAsync(stored.Next ?? stored.Delta!, cancellationToken).ConfigureAwait(false);
            }
            catch (DataverseRefusal refusal) when (refusal.Status is 400 or 404 or 410 or 412)
            {
                Expired(context.Log, table.Name, refusal.Status);
            }
        }

        if (selection.Mode == SyncMode.Full && !selection.Resuming)
        {
            await _known.TidyAsync(Bookmark.PassOf(selection), cancellationToken).ConfigureAwait(false);
        }

        _bookmark = Bookmark.Beginning(context.Clock);
        return await PageAsync(table.First, cancellationToken).ConfigureAwait(false);
    }

    private async Task<JsonElement> PageAsync(string link, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetPageAsync(link, string.Create(CultureInfo.InvariantCulture, $"odata.track-changes,odata.maxpagesize={pageSize}"), cancellationToken).ConfigureAwait(false);
        }
        catch (PluginException error) when (error.Kind == FailureKind.Data && error is not DataverseRefusal)
        {
            throw new PluginException(FailureKind.Data, $"A page of {PathOf(link)} cannot be read. {error.Message}", error) { Stream = table.Name };
        }
    }

    private RejectedRecord? Take(JsonElement row, HashSet<Guid> ids)
    {
        if (Table.DeletedIn(row) is { } gone)
        {
            _records.Add(new Record(gone.ToString(), []) { Operation = RecordOperation.Delete });
            _read++;
            return null;
        }

        if (table.IdOf(row) is not { } id)
        {
            return new RejectedRecord(table.Name, $"A row has no id in '{table.Descriptor.PrimaryKey[0]}'.") { Location = table.Name };
        }

        ids.Add(id);
        if (table.Read(row, id, out var rejected) is { } record)
        {
            _records.Add(record);
            _read++;
        }

        return rejected;
    }

    private IEnumerable<SourceMessage> Batch()
    {
        foreach (var some in _records.Chunk(request.BatchSize))
        {
            yield return new RecordBatch(table.Name, table.Names, some);
        }

        _records.Clear();
    }

    // Path and query of this server's own addresses; the client refuses others when they are asked for.
    private static string? Link(JsonElement page, string name) =>
        Table.Text(page, name) is not { } link ? null : Uri.TryCreate(link, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" ? address.PathAndQuery : link.StartsWith('/') ? link : DataverseClient.Root + link;

    private static string PathOf(string link) => (link.StartsWith('/') ? link : DataverseClient.Root + link).Split('?')[0];

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "The token of {Table} is not taken any more ({Status}); the whole is read.")]
    private static partial void Expired(ILogger log, string table, int status);
}
