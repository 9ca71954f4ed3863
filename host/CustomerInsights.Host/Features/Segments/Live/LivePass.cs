using System.Collections.Concurrent;
using CustomerInsights.Core.Rules;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>What a pass found of profiles: the next flip in UTC ticks, or null for one that is out of date and must be evaluated with fresh data.</summary>
internal sealed class PassFindings : IDisposable
{
    // A chunk or two of findings may wait: then the pass does, too.
    private const int Most = 2000;

    private readonly ConcurrentQueue<(long Profile, long? Flip)> _queue = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly SemaphoreSlim _room = new(0);

    public bool IsEmpty => _queue.IsEmpty;

    public async Task AddAsync(IEnumerable<(long Profile, long? Flip)> found, CancellationToken cancellationToken)
    {
        while (_queue.Count > Most)
        {
            await _room.WaitAsync(cancellationToken);
        }

        foreach (var one in found)
        {
            _queue.Enqueue(one);
        }

        _arrived.Release();
    }

    /// <summary>Completes when there is something to take.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (_queue.IsEmpty)
        {
            await _arrived.WaitAsync(cancellationToken);
        }
    }

    /// <summary>All flips that come before so many profiles that are out of date.</summary>
    public IEnumerable<(long Profile, long? Flip)> Take(int mostStale)
    {
        var stale = 0;
        while (stale < mostStale && _queue.TryDequeue(out var found))
        {
            stale += found.Flip is null ? 1 : 0;
            yield return found;
        }

        if (_room.CurrentCount == 0)
        {
            _room.Release();
        }
    }

    public void Clear() => _queue.Clear();

    public void Dispose()
    {
        _arrived.Dispose();
        _room.Dispose();
    }
}

/// <summary>
/// One look at all profiles in the background, first at once and then at each for what only that can tell. It writes nothing: it tells the flips of those that are as they should be, and names those that are not,
/// which the follower of the feed evaluates again with fresh data. So no decision that was made on old data is ever written.
/// </summary>
internal sealed class LivePass : IDisposable
{
    private const int Page = 1000;
    private const int Chunk = 50;

    private readonly CancellationTokenSource _stop = new();

    private LivePass()
    {
    }

    /// <summary>Completes when all profiles were looked at, or it was stopped.</summary>
    public Task Done { get; private set; } = Task.CompletedTask;

    public static LivePass Start(LivePlan plan, IProfileStore profiles, LiveColumns columns, PassFindings findings, LiveProgress progress, TimeProvider clock)
    {
        var pass = new LivePass();
        progress.PassBegan();
        pass.Done = Task.Run(() => pass.RunAsync(plan, profiles, columns, findings, progress, clock));
        return pass;
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Done;
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync(LivePlan plan, IProfileStore profiles, LiveColumns columns, PassFindings findings, LiveProgress progress, TimeProvider clock)
    {
        try
        {
            foreach (var type in plan.Types.Where(type => type.Dependents.All.Rules.Length > 0))
            {
                // Before anything else: what comes to be stale later is told by the feed.
                var answer = type.Dependents.AtOnce.Count == 0 ? (Stale: [], Of: 0) : await columns.StaleAsync(plan, type, clock.GetUtcNow(), _stop.Token);
                var stale = answer?.Stale ?? [];
                foreach (var some in stale.Chunk(Page))
                {
                    await findings.AddAsync(some.Select(number => (number, (long?)null)), _stop.Token);
                }

                var set = answer is null ? type.Dependents.All : type.Dependents.ByProfile;
                if (set.Rules.Length == 0)
                {
                    progress.PassLooked((int)(answer?.Of ?? 0));
                    continue;
                }

                var after = 0L;
                while (await profiles.NumbersAsync(type.Name, after, Page, _stop.Token) is { Length: > 0 } numbers)
                {
                    foreach (var chunk in numbers.Chunk(Chunk))
                    {
                        // Who is named already is evaluated whole, flips included.
                        var rest = stale.Count > 0 ? [.. chunk.Where(number => !stale.Contains(number))] : chunk;
                        if (rest.Length > 0)
                        {
                            await findings.AddAsync(await LookAsync(type, set, rest, profiles, progress, clock), _stop.Token);
                        }

                        progress.PassLooked(chunk.Length);
                    }

                    after = numbers[^1];
                }
            }

            progress.PassEnded(null);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Another pass takes its place, or the host stops.
        }
        catch (Exception failure)
        {
            // The edge of background work: the status tells it, and the next change of definitions or start makes another pass.
            progress.PassEnded(failure.Message);
        }
    }

    private async Task<List<(long, long?)>> LookAsync(LiveType type, RuleSet set, long[] numbers, IProfileStore profiles, LiveProgress progress, TimeProvider clock)
    {
        var read = await profiles.ReadTouchedAsync([.. numbers.Select(number => new ProfileRead(number, set.ActivityTypes.AsCollection(), type.ReadsIdentifiers))], _stop.Token);
        var moment = new RuleMoment(clock.GetUtcNow());
        var found = new List<(long, long?)>(read.Count);
        foreach (var one in read)
        {
            var evaluated = ProfileEvaluation.Evaluate(type, set, one, moment);
            if (evaluated.Failure is { } failure)
            {
                progress.Failed(failure);
            }

            found.Add((one.Profile.Number, evaluated.Moves.Count > 0 || evaluated.MeasuresChanged ? null : evaluated.Next ?? long.MaxValue));
        }

        return found;
    }
}
