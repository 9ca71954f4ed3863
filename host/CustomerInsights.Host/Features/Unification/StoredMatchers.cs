using System.Globalization;
using System.Text.Json.Serialization;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Linkage.Stored;
using CustomerInsights.Host.Features.Metadata;
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

/// <summary>
/// What the matcher of each profile type learnt, kept between runs: while it is good enough a run decides by it and does not learn. The last run of a type
/// is kept in memory too, so that the next compares only what changed; after a restart the first one compares all.
/// </summary>
internal sealed class StoredMatchers(IMatchModelStore store, TimeProvider clock)
{
    // Of all types together. A record takes 0.5 to 1 KB with its pairs.
    private const int MostRecords = 1_000_000;

    private readonly Lock _lock = new();
    private readonly List<LastRun> _last = [];

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
            Before = model is null ? null : Last(type, stored.Run, stored.At)?.Run,
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
                await ForgetAsync(type, cancellationToken);
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

        // A job that began again goes by what it learnt itself; what it has to report of that stays.
        use = use.Learnt || run != job ? use : Last(type, run, at)?.Use ?? use;
        Keep(new(type, run, at, result.MatcherRun, use));
        return new($"model of {at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}, {use}", at, run, use);
    }

    /// <summary>Forgets what was learnt of a type.</summary>
    public ValueTask ForgetAsync(string type, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _last.RemoveAll(one => one.Type == type);
        }

        return store.RemoveAsync(type, cancellationToken);
    }

    // The last run, if it was by the model that is stored.
    private LastRun? Last(string type, string model, DateTimeOffset at)
    {
        lock (_lock)
        {
            return _last.Find(one => one.Type == type && one.Model == model && one.At == at);
        }
    }

    private void Keep(LastRun run)
    {
        lock (_lock)
        {
            _last.RemoveAll(one => one.Type == run.Type);
            _last.Add(run);
            while (_last.Sum(one => (long)one.Run.Nodes.Count) > MostRecords)
            {
                _last.RemoveAt(0);
            }
        }
    }

    private sealed record LastRun(string Type, string Model, DateTimeOffset At, MatcherRun Run, ModelUse Use);
}

/// <summary>With its policy goes what a type's matcher learnt: it is data about customers.</summary>
internal sealed class ForgetModel(StoredMatchers matchers) : IDefinitionFollower
{
    public string Kind => DefinitionKinds.Unification;

    public ValueTask DeletedAsync(string name, CancellationToken cancellationToken) => matchers.ForgetAsync(name, cancellationToken);
}
