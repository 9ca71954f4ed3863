using System.Collections.Concurrent;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Jobs;

namespace CustomerInsights.Host.Features.Jobs;

/// <summary>
/// Leases jobs and runs them, two at a time. What is running when the host stops stays leased, and is taken up from its checkpoint by the next start.
/// </summary>
internal sealed partial class JobRunner(
    IJobStore store, JobQueue queue, IEnumerable<IJobHandler> handlers, TimeProvider clock, ILogger<JobRunner> log) : BackgroundService
{
    private const string Owner = "host";
    private const int Workers = 2;
    /// <summary>How often a job is tried that failed for a reason that may pass.</summary>
    public const int MostAttempts = 5;
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_renewal = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, IJobHandler> _handlers = handlers.ToDictionary(handler => handler.Kind, StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _running = new(StringComparer.Ordinal);
    private int _working;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // One host owns the data directory, so that a lease of an earlier life is nobody's.
        await store.ReleaseAsync(Owner, stoppingToken);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                if (Volatile.Read(ref _working) < Workers && await LeaseAsync(stoppingToken) is { } job)
                {
                    Start(job, stoppingToken);
                }
                else
                {
                    await queue.WaitAsync(s_look, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping; the running jobs end below.
        }

        await Task.WhenAll(_running.Values);
    }

    private async Task<Job?> LeaseAsync(CancellationToken stopping)
    {
        try
        {
            return await store.LeaseAsync(Owner, clock.GetUtcNow(), s_lease, stopping);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // A full disk, say. The host goes on to answer; the jobs go on when there is room again.
            LeaseFailed(failure);
            return null;
        }
    }

    private void Start(Job job, CancellationToken stopping)
    {
        if (_running.ContainsKey(job.Id))
        {
            // The clock jumped ahead (the machine slept), so that the lease of a run of ours had lapsed. It has just been renewed; the run goes on.
            return;
        }

        var waits = _handlers.TryGetValue(job.Kind, out var handler) && handler.OnlyWaits;
        Interlocked.Add(ref _working, waits ? 0 : 1);

        // It begins only once it stands in the list: one that ends at once would else be taken out before it was put in.
        var listed = new TaskCompletionSource();
        _running[job.Id] = Task.Run(
            async () =>
            {
                await listed.Task;
                await RunAsync(job, handler, waits, stopping);
            },
            CancellationToken.None);
        listed.SetResult();
    }

    private async Task RunAsync(Job job, IJobHandler? handler, bool waits, CancellationToken stopping)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var context = new JobContext(job, store, Owner);
        var renewal = RenewAsync(context, cancel);
        JobState state;
        JobResult? result = null;
        JobError? error = null;
        DateTimeOffset? retryAt = null;
        try
        {
            JobStarted(job.Kind, job.Id, job.Attempts);
            result = handler is null
                ? throw new JobFailedException("Bug", $"No one here does jobs of kind '{job.Kind}'.")
                : await handler.RunAsync(context, cancel.Token);
            state = JobState.Succeeded;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            state = JobState.Cancelled;
        }
        catch (Exception failure)
        {
            // The edge of all work: whatever it was becomes the job's error, and the host goes on.
            (state, error, retryAt) = Judge(job, failure);
        }

        await cancel.CancelAsync();
        if (await renewal is { } lost && state == JobState.Cancelled)
        {
            // Nobody cancelled it.
            (state, error, retryAt) = Judge(job, lost);
        }

        if (!stopping.IsCancellationRequested)
        {
            await FinishAsync(context, state, result, error, retryAt);
        }

        Interlocked.Add(ref _working, waits ? 0 : -1);
        _running.TryRemove(job.Id, out _);
        queue.Wake();
    }

    private async Task FinishAsync(JobContext context, JobState state, JobResult? result, JobError? error, DateTimeOffset? retryAt)
    {
        try
        {
            await store.FinishAsync(
                context.Job.Id, Owner, state, context.TakeProgress(), result is null ? null : Json.Write(result), error, retryAt, CancellationToken.None);
            JobEnded(context.Job.Kind, context.Job.Id, state, result?.Summary ?? error?.Message ?? "");
        }
        catch (Exception failure)
        {
            // The store is out of reach: the lease lapses and the job is taken up again.
            FinishFailed(failure, context.Job.Id);
        }
    }

    private (JobState State, JobError Error, DateTimeOffset? RetryAt) Judge(Job job, Exception failure)
    {
        var known = failure is StoreFullException ? new JobFailedException("Transient", failure.Message) : failure as JobFailedException;
        var kind = known?.Kind ?? "Bug";
        if (known is null)
        {
            JobBroke(failure, job.Kind, job.Id);
        }

        var message = known?.Message ?? $"Something went wrong on our side ({failure.GetType().Name}). The log has more under job {job.Id}.";
        if (known is { IsFinal: false, Kind: "Transient" or "RateLimited" } && job.Attempts < MostAttempts)
        {
            var wait = known.RetryAfter ?? TimeSpan.FromSeconds(Math.Pow(2, job.Attempts));
            return (JobState.Queued, new JobError(kind, message), clock.GetUtcNow() + wait);
        }

        return (JobState.Failed, new JobError(kind, message), null);
    }

    // Gives why the lease could not be renewed, or null when the job ended or was cancelled.
    private async Task<JobFailedException?> RenewAsync(JobContext context, CancellationTokenSource cancel)
    {
        try
        {
            while (true)
            {
                await Task.Delay(s_renewal, clock, cancel.Token);
                if (!await store.RenewAsync(context.Job.Id, Owner, clock.GetUtcNow() + s_lease, context.TakeProgress(), cancel.Token))
                {
                    await cancel.CancelAsync();
                    return null;
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The job has ended.
            return null;
        }
        catch (Exception failure)
        {
            // Without a lease the work must not go on.
            FinishFailed(failure, context.Job.Id);
            await cancel.CancelAsync();
            return new JobFailedException("Transient", "The store could not be written, so that the job could not go on. See whether the disk is full.");
        }
    }

    [LoggerMessage(1100, LogLevel.Debug, "Job {Kind} {Id} begins, attempt {Attempt}.")]
    private partial void JobStarted(string kind, string id, int attempt);

    [LoggerMessage(1101, LogLevel.Information, "Job {Kind} {Id} ended {State}: {Summary}")]
    private partial void JobEnded(string kind, string id, JobState state, string summary);

    [LoggerMessage(1102, LogLevel.Error, "Job {Kind} {Id} broke.")]
    private partial void JobBroke(Exception exception, string kind, string id);

    [LoggerMessage(1103, LogLevel.Error, "Job {Id} cannot reach the store.")]
    private partial void FinishFailed(Exception exception, string id);

    [LoggerMessage(1104, LogLevel.Error, "The store gives no jobs.")]
    private partial void LeaseFailed(Exception exception);
}
