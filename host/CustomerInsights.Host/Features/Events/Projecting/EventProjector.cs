using System.Text.Json;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Privacy;
using CustomerInsights.Storage.Events;

namespace CustomerInsights.Host.Features.Events.Projecting;

/// <summary>Follows the log: reads events in order and projects them, batch after batch. It never ends while the host runs, and goes on where it stood.</summary>
internal sealed partial class EventProjector(
    IEventLog log, IEventProjection projection, MetadataService metadata, ErasureGate gate, HostSettings settings, TimeProvider clock, ILogger<EventProjector> logger) : BackgroundService, IProjectorLag
{
    private const int BatchSize = 2000;

    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    // Somebody else than the door may append (a restored log, a test); so it looks now and then without being told.
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan s_trim = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _arrived = new(0);
    private (long Revision, EventReading Reading)? _reading;
    private Task<Prepared?>? _next;
    private volatile bool _began;
    private int _told;
    private long _appended;
    private long _projected;
    private long _oldest = long.MaxValue;

    /// <inheritdoc />
    public long Events => !_began ? 0 : Math.Max(0, Interlocked.Read(ref _appended) - Interlocked.Read(ref _projected));

    /// <inheritdoc />
    public TimeSpan? Age => Events > 0 && Interlocked.Read(ref _oldest) is < long.MaxValue and var ticks ? clock.GetUtcNow() - new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <inheritdoc />
    public void Appended(long position)
    {
        long before;
        do
        {
            before = Interlocked.Read(ref _appended);
        }
        while (before < position && Interlocked.CompareExchange(ref _appended, position, before) != before);

        // Once until it looks: thousands of appends a second come by here.
        if (Volatile.Read(ref _told) == 0 && Interlocked.Exchange(ref _told, 1) == 0)
        {
            _arrived.Release();
        }
    }

    public override void Dispose()
    {
        _arrived.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var trimmed = DateTimeOffset.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await StepAsync(stoppingToken))
                {
                    if (clock.GetUtcNow() - trimmed > s_trim)
                    {
                        trimmed = clock.GetUtcNow();
                        await TrimAsync(stoppingToken);
                    }

                    if (await _arrived.WaitAsync(s_look, stoppingToken))
                    {
                        Interlocked.Exchange(ref _told, 0);
                    }
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // A full disk, say. Nothing is lost: the log has the events, and the position stands where it was.
                Failed(failure);
                await Task.Delay(s_rest, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Projects a batch; false when there was nothing to project.</summary>
    internal async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        if (!_began)
        {
            var position = await projection.PositionAsync(cancellationToken);
            Interlocked.Exchange(ref _projected, position);
            Appended(await log.BeginAfterAsync(position, cancellationToken));
            _began = true;
        }

        var ahead = _next;
        _next = null;
        var batch = await (ahead ?? PrepareAsync(_projected, cancellationToken));
        if (batch is null)
        {
            Interlocked.Exchange(ref _oldest, long.MaxValue);
            return false;
        }

        Interlocked.Exchange(ref _oldest, batch.Oldest.UtcTicks);
        if (batch.Full)
        {
            // Reading takes a core as writing does: the next batch is read while this one is written.
            _next = Task.Run(() => PrepareAsync(batch.Events.Position, cancellationToken), cancellationToken);
        }

        try
        {
            var events = batch.Events.Events.ToList();
            var erased = await RefuseErasedAsync(events, cancellationToken);
            await projection.ProjectAsync(batch.Events with { Events = events }, cancellationToken);
            if (erased.Count > 0)
            {
                await log.DeleteAsync(erased, cancellationToken);
            }
        }
        catch
        {
            // What was read ahead comes after what was not written.
            await ForgetNextAsync();
            throw;
        }

        Interlocked.Exchange(ref _projected, batch.Events.Position);
        return true;
    }

    private async Task<Prepared?> PrepareAsync(long after, CancellationToken cancellationToken)
    {
        var logged = await log.ReadAsync(after, BatchSize, cancellationToken);
        if (logged.Count == 0)
        {
            return null;
        }

        var reading = await ReadingAsync(cancellationToken);
        var events = new List<ProjectedEvent>(logged.Count);
        foreach (var one in logged)
        {
            if (Read(reading, one) is { } read)
            {
                events.Add(read);
            }
        }

        return new Prepared(new EventBatch(logged[^1].Position, events), logged[0].ReceivedAt, logged.Count == BatchSize);
    }

    private async Task ForgetNextAsync()
    {
        if (_next is { } ahead)
        {
            _next = null;
            await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Who was erased does not come again by events. Of such an event nothing is kept but that it came.
    private async ValueTask<List<long>> RefuseErasedAsync(List<ProjectedEvent> events, CancellationToken cancellationToken)
    {
        var erased = new List<long>();
        await gate.ReadyAsync(cancellationToken);
        if (gate.IsEmpty)
        {
            return erased;
        }

        var model = await metadata.ModelAsync(cancellationToken);
        foreach (var source in events.Select(one => one.Source).Distinct().ToList())
        {
            var before = erased.Count;
            var identities = await gate.OfAsync(model, source + ".identities", cancellationToken);
            for (var i = 0; i < events.Count; i++)
            {
                if (events[i].Source == source && events[i].Refused is null && identities.Blocks(events[i]))
                {
                    erased.Add(events[i].Position);
                    events[i] = new ProjectedEvent(events[i].Position, events[i].ReceivedAt, source, events[i].Kind, events[i].MessageId) { Refused = "It names a person who was erased.", Rule = "erased" };
                }
            }

            await gate.CountAsync(source + ".events", erased.Count - before, cancellationToken);
        }

        return erased;
    }

    // An event that cannot be read must not stand in the way of all that come after it.
    private ProjectedEvent? Read(EventReading reading, LoggedEvent one)
    {
        try
        {
            return reading.Read(one);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            Unreadable(failure, one.Position);
            return null;
        }
    }

    private async ValueTask<EventReading> ReadingAsync(CancellationToken cancellationToken)
    {
        var revision = metadata.Revision;
        if (_reading is not { } known || known.Revision != revision)
        {
            _reading = known = (revision, new EventReading(await metadata.ModelAsync(cancellationToken)));
        }

        return known.Reading;
    }

    private async Task TrimAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        while (await projection.TrimAsync(now - TimeSpan.FromDays(settings.EventFateDays), cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        // The log is kept for a while behind the projector, for who wants to look at what came.
        var (from, keep) = (0L, now - TimeSpan.FromHours(settings.EventLogHours));
        while (await log.ReadAsync(from, BatchSize, cancellationToken) is { Count: > 0 } old && old[^1].Position <= _projected && old[^1].ReceivedAt < keep)
        {
            from = old[^1].Position;
            await log.TrimAsync(from, cancellationToken);
        }
    }

    /// <summary>A batch, read.</summary>
    private sealed record Prepared(EventBatch Events, DateTimeOffset Oldest, bool Full);

    [LoggerMessage(1900, LogLevel.Error, "Events cannot be projected now; it is tried again.")]
    private partial void Failed(Exception exception);

    [LoggerMessage(1901, LogLevel.Error, "The event at {Position} of the log cannot be read and is left out.")]
    private partial void Unreadable(Exception exception, long position);
}
