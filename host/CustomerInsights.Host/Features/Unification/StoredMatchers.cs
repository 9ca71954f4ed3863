using System.Globalization;
using System.Text.Json.Serialization;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Linkage.Stored;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Jobs;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>What somebody may ask of a run.</summary>
/// <param name="Refit">True: the matcher learns anew from all records, though what it learnt before is good enough.</param>
internal sealed record UnifyParameters([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Refit = false);

/// <summary>By which model a run's matcher decided.</summary>
/// <param name="Text">In words: frozen or learnt, since when, why.</param>
/// <param name="At">When it was learnt.</param>
/// <param name="Run">The job that learnt it.</param>
/// <param name="Use">Why it was used or learnt, how far the records have drifted, and after learning anew which nodes moved.</param>
internal sealed record MatcherModelReport(string Text, DateTimeOffset At, string Run, ModelUse Use);

/// <summary>What the matcher of each profile type learnt, kept between runs: while it is good enough a run decides by it and does not learn.</summary>
internal sealed class StoredMatchers(IMatchModelStore store, TimeProvider clock)
{
    /// <summary>Gives a run what was learnt before.</summary>
    /// <param name="type">The profile type.</param>
    /// <param name="policy">Its policy.</param>
    /// <param name="input">The run's records.</param>
    /// <param name="job">The job that runs; null for what nobody started, which decides as the last run did.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<UnificationInput> GiveAsync(string type, UnificationPolicy policy, UnificationInput input, Job? job, CancellationToken cancellationToken)
    {
        if (policy.Matcher is null || await store.FindAsync(type, cancellationToken) is not { } stored)
        {
            return input;
        }

        var model = MatchModel.Read(stored.Model, out var reason);

        // A job that began again after it had learnt does not learn twice.
        var asked = job is not null && stored.Run != job.Id && Json.Read<UnifyParameters>(job.Parameters).Refit;
        return input with
        {
            Model = model,
            RefitBecause = reason is not null ? $"the stored one cannot be used: {reason}" : asked ? "it was asked for" : null,
        };
    }

    /// <summary>Keeps what a run learnt. Before its profiles are written: a job that is begun again then goes on by the same model.</summary>
    /// <returns>For the job's report; null where no matcher compared anything.</returns>
    public async Task<MatcherModelReport?> KeepAsync(string type, string job, UnificationResult result, CancellationToken cancellationToken)
    {
        if (result.MatcherRun is null)
        {
            if (await store.FindAsync(type, cancellationToken) is not null)
            {
                await store.RemoveAsync(type, cancellationToken);
            }

            return null;
        }

        if (result.Matcher?.Model is not { } use)
        {
            return null;
        }

        if (use.Learnt)
        {
            await store.PutAsync(type, job, result.MatcherRun.ToModel()!.ToBytes(), cancellationToken);
        }

        var (at, run) = await store.FindAsync(type, cancellationToken) is { } stored ? (stored.At, stored.Run) : (clock.GetUtcNow(), job);
        return new($"model of {at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}, {use}", at, run, use);
    }
}
