using CustomerInsights.Core.Unification.Identities;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Unification.Live;

/// <summary>Removes visitors of whom nothing is known and who were not seen for as long as the policy says: their identities, what they did, and their unknown profiles.</summary>
internal sealed class IdentityExpiryJob(ActivePolicies policies, MetadataService metadata, IRecordStore records, IIdentityStore identities, UnificationGate gate, TimeProvider clock) : IJobHandler
{
    public const string JobKind = "identity-expiry";

    private const int PerTransaction = 500;

    public string Kind => JobKind;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        var removed = 0L;
        foreach (var type in (await metadata.ModelAsync(cancellationToken)).UnificationNames)
        {
            if (await UsableAsync(type, cancellationToken) is { Unification.Policy.Identity: { } identity } policy)
            {
                var before = clock.GetUtcNow() - IdentityPolicy.Duration(identity.UnknownExpireAfter)!.Value;
                foreach (var stream in policy.Unification.Streams.Where(schema => schema.IsIdentities))
                {
                    if (await records.FindStreamAsync(stream.Name, cancellationToken) is { } stored)
                    {
                        removed += await StreamAsync(type, stored.Number, before, job, removed, cancellationToken);
                    }
                }
            }
        }

        return new JobResult(removed, removed == 0 ? "No unknown visitor expired." : $"{removed:N0} unknown visitors were not seen any more and are removed.");
    }

    private async Task<long> StreamAsync(string type, int stream, DateTimeOffset before, JobContext job, long already, CancellationToken cancellationToken)
    {
        var removed = 0L;
        while (await identities.UnseenAsync(stream, before, PerTransaction, cancellationToken) is { Count: > 0 } nodes)
        {
            int some;
            using (await gate.EnterAsync(type, cancellationToken))
            {
                some = await identities.ExpireAsync(type, nodes, before, job.Job.Id, cancellationToken);
            }

            removed += some;
            job.Report(already + removed, null, "removing unknown visitors");
            if (some == 0)
            {
                break;
            }
        }

        return removed;
    }

    private async Task<PolicyInForce?> UsableAsync(string type, CancellationToken cancellationToken)
    {
        try
        {
            return await policies.OfAsync(type, cancellationToken);
        }
        catch (JobFailedException)
        {
            // The run will say so.
            return null;
        }
    }
}

/// <summary>Adds the job once a day, where a policy has identities.</summary>
internal sealed partial class IdentitySchedule(MetadataService metadata, JobQueue queue, TimeProvider clock, ILogger<IdentitySchedule> log)
    : PeriodicService(s_look, clock)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMinutes(10);
    private DateOnly _day;

    /// <summary>Adds the job if this day had none yet; the first day is that of the start, whose night is still to come.</summary>
    internal async Task RunDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        if (today > _day && (await metadata.ModelAsync(cancellationToken)).Unification.Values.Any(one => one.Policy.Identity is not null))
        {
            await queue.AddOnceAsync(IdentityExpiryJob.JobKind, null, "{}", "schedule", cancellationToken);
        }

        _day = today;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _day = DateOnly.FromDateTime(Clock.GetUtcNow().UtcDateTime);
        return base.ExecuteAsync(stoppingToken);
    }

    protected override Task LookAsync(DateTimeOffset now, CancellationToken cancellationToken) => RunDueAsync(now, cancellationToken);

    protected override void Failed(Exception failure) => NotAdded(failure);

    [LoggerMessage(1901, LogLevel.Error, "The expiry of unknown visitors could not be added.")]
    private partial void NotAdded(Exception exception);
}
