using System.Globalization;
using System.Runtime.CompilerServices;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Http;

/// <summary>Reads one stream, page by page.</summary>
internal sealed class StreamRun(ApiClient api, ApiStream stream, StreamSelection selection, ReadRequest request, IPluginContext context)
{
    private const int MostPages = 1_000_000;

    private readonly List<Record> _records = [];
    private Bookmark _bookmark = Bookmark.StartOf(selection, stream);
    private long _read;
    private long _pages;

    /// <summary>Reads.</summary>
    public async IAsyncEnumerable<SourceMessage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var name = stream.Options.Name;
        var places = new HashSet<string>(StringComparer.Ordinal);
        var hash = "";
        var saved = context.Clock.GetTimestamp();
        if (_bookmark.Since is null && stream.Options.Cursor?.Start is { } start)
        {
            _bookmark = _bookmark with { Since = start };
        }

        while (true)
        {
            using var page = await NextAsync(cancellationToken).ConfigureAwait(false);
            if (page.Items.Count > 0 && page.Hash == hash)
            {
                throw page.Wrong("it is the same as the page before; the API would go round in circles. Check how pages are asked for");
            }

            hash = page.Hash;
            for (var i = 0; i < page.Items.Count; i++)
            {
                if (request.RecordLimit is { } most && _read >= most)
                {
                    foreach (var message in Batch())
                    {
                        yield return message;
                    }

                    yield return new StreamEnded(name, StreamOutcome.Incomplete, "As many as were asked for.");
                    yield break;
                }

                if (One(page, i) is { } rejected)
                {
                    yield return rejected;
                }

                if (_records.Count >= request.BatchSize)
                {
                    foreach (var message in Batch())
                    {
                        yield return message;
                    }
                }
            }

            foreach (var message in Batch())
            {
                yield return message;
            }

            context.Report(new PluginProgress(_read, null, $"reading {name}"));
            if (stream.Pager.Next(page, _bookmark.Place) is not { } next)
            {
                yield return new Checkpoint(name, (_bookmark with { Place = null, Open = false }).ToState());
                yield return new StreamEnded(name, StreamOutcome.Complete);
                yield break;
            }

            next = api.Keep(stream, page, next);
            if (!places.Add(next) || ++_pages > MostPages)
            {
                throw page.Wrong("it names a next page that was read already; the API would go round in circles");
            }

            _bookmark = _bookmark with { Place = next };
            if (context.Clock.GetElapsedTime(saved) >= request.CheckpointEvery)
            {
                saved = context.Clock.GetTimestamp();
                yield return new Checkpoint(name, _bookmark.ToState());
            }
        }
    }

    // A token or address of a run that broke off may have died since: then the run begins again where it began.
    private async Task<ApiPage> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await api.GetAsync(stream, _bookmark.Since, _bookmark.Place, cancellationToken).ConfigureAwait(false);
        }
        catch (PluginException error) when (_pages == 0 && _bookmark.Place is not null && error.Kind is FailureKind.Data or FailureKind.Permanent)
        {
            _bookmark = _bookmark with { Place = null };
            return await api.GetAsync(stream, _bookmark.Since, place: null, cancellationToken).ConfigureAwait(false);
        }
    }

    private RejectedRecord? One(ApiPage page, int place)
    {
        var read = stream.Read(page.Items[place]);
        if (read.Record is not { } record)
        {
            return new RejectedRecord(stream.Options.Name, read.Problem!) { Key = read.Key, Field = read.Field, Location = page.Name, Line = place + 1 };
        }

        var hash = read.CursorText is null ? "" : ApiStream.HashOf(read);
        if (!_bookmark.Covers(read, hash))
        {
            _records.Add(record with { Location = string.Create(CultureInfo.InvariantCulture, $"{page.Name}, record {place + 1}") });
            _read++;
        }

        _bookmark = _bookmark.After(read, hash, stream);
        return null;
    }

    private IEnumerable<SourceMessage> Batch()
    {
        if (_records.Count > 0)
        {
            yield return new RecordBatch(stream.Options.Name, stream.Names, [.. _records]);
            _records.Clear();
        }
    }
}
