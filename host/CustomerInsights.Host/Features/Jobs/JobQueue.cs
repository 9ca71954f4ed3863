using CustomerInsights.Storage.Jobs;

namespace CustomerInsights.Host.Features.Jobs;

/// <summary>Adds jobs and wakes the runner.</summary>
internal sealed class JobQueue(IJobStore store, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim _once = new(1, 1);
    private readonly SemaphoreSlim _wake = new(0, 1);
    private long _lastMillisecond;

    /// <summary>A job that is not added yet. Its id sorts behind that of every job made before it.</summary>
    public NewJob New(string kind, string? subject, string parameters, string actor) =>
        new(Guid.CreateVersion7(NextMoment()).ToString("D"), kind, subject, parameters, actor, clock.GetUtcNow());

    public async ValueTask AddAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        await store.AddAsync(jobs, cancellationToken);
        Wake();
    }

    /// <summary>Adds a job unless one of the same kind and subject is under way; gives the id of the one that is.</summary>
    public async ValueTask<(string Id, bool Added)> AddOnceAsync(string kind, string? subject, string parameters, string actor, CancellationToken cancellationToken)
    {
        await _once.WaitAsync(cancellationToken);
        try
        {
            if (await UnderWayAsync(kind, subject, cancellationToken) is { } running)
            {
                return (running, false);
            }

            var job = New(kind, subject, parameters, actor);
            await AddAsync([job], cancellationToken);
            return (job.Id, true);
        }
        finally
        {
            _once.Release();
        }
    }

    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // The runner has been woken and has not looked yet.
        }
    }

    internal Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _wake.WaitAsync(atMost, cancellationToken);

    public void Dispose()
    {
        _once.Dispose();
        _wake.Dispose();
    }

    // Within one millisecond the rest of such an id is random: a graph made at once takes a millisecond for each of its jobs.
    private DateTimeOffset NextMoment()
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        long last, next;
        do
        {
            last = Volatile.Read(ref _lastMillisecond);
            next = Math.Max(now, last + 1);
        }
        while (Interlocked.CompareExchange(ref _lastMillisecond, next, last) != last);
        return DateTimeOffset.FromUnixTimeMilliseconds(next);
    }

    private async ValueTask<string?> UnderWayAsync(string kind, string? subject, CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var page = await store.ListAsync(kind, null, after, 200, cancellationToken);
            var running = page.Items.FirstOrDefault(job => job.Subject == subject && job.State is JobState.Queued or JobState.Running or JobState.Waiting);
            if (running is not null)
            {
                return running.Id;
            }

            // Newest first: behind a page of jobs that have all ended there is none under way that a person would wait for.
            after = page.Items.Any(job => job.State is JobState.Queued or JobState.Running or JobState.Waiting) ? page.Next : null;
        }
        while (after is not null);
        return null;
    }
}
