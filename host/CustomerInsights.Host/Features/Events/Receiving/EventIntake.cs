using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Events;

namespace CustomerInsights.Host.Features.Events.Receiving;

/// <summary>Appends events to the log while there is room: bytes under way are bounded, and so is how far the projector may be behind.</summary>
internal sealed class EventIntake(IEventLog log, IProjectorLag lag, MetadataService metadata, HostSettings settings)
{
    private const long MostBytesUnderWay = 64L * 1024 * 1024;

    // How fast a projector that is behind is taken to be, to say when to come again.
    private const long EventsInASecond = 10_000;

    private sealed record Keys(long Revision, IReadOnlyDictionary<string, EventSourceModel> Sources);

    private Keys? _keys;
    private long _underWay;

    /// <summary>The event sources by write key, as they are defined now.</summary>
    public async ValueTask<IReadOnlyDictionary<string, EventSourceModel>> SourcesAsync(CancellationToken cancellationToken)
    {
        var revision = metadata.Revision;
        if (_keys is { } known && known.Revision == revision)
        {
            return known.Sources;
        }

        var model = await metadata.ModelAsync(cancellationToken);
        var keys = new Keys(revision, model.EventSources.Values.ToDictionary(source => source.Document.WriteKey, StringComparer.Ordinal));
        _keys = keys;
        return keys.Sources;
    }

    /// <summary>In how many seconds to try again; null when there is room now.</summary>
    public int? WaitFor(int bytes) =>
        lag.Events > settings.MostEventsBehind ? (int)Math.Clamp((lag.Events - settings.MostEventsBehind) / EventsInASecond, 1, 30)
        : Interlocked.Read(ref _underWay) + bytes > MostBytesUnderWay ? 1
        : null;

    /// <summary>Appends; durable when the task completes.</summary>
    public async ValueTask AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> events, CancellationToken cancellationToken)
    {
        var bytes = events.Sum(one => (long)one.Length);
        Interlocked.Add(ref _underWay, bytes);
        try
        {
            lag.Appended(await log.AppendAsync(events, cancellationToken));
        }
        finally
        {
            Interlocked.Add(ref _underWay, -bytes);
        }
    }
}
