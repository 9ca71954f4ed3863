using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification.Running;

/// <summary>A run's matcher part in memory, with what explains it.</summary>
internal sealed class KeptRun
{
    private readonly Lazy<PairExplainer> _pairs;
    private readonly Lazy<ClusterExplainer> _clusters;

    public KeptRun(string hash, DateTimeOffset at, MatcherRun run)
    {
        (Hash, At, Run) = (hash, at, run);
        _pairs = new(() => new PairExplainer(run.Result, run.Options.Strictness));
        _clusters = new(() => new ClusterExplainer(run.Result, run.Options));
    }

    /// <summary>The policy that it ran by.</summary>
    public string Hash { get; }

    /// <summary>When its records were read.</summary>
    public DateTimeOffset At { get; }

    /// <summary>The run.</summary>
    public MatcherRun Run { get; }

    /// <summary>Explains pairs; only when the run compared something.</summary>
    public PairExplainer Pairs => _pairs.Value;

    /// <summary>The nodes of the cluster that a row is in.</summary>
    public IReadOnlySet<long> Members(int row) => Clusters.RowsWith(row).Select(one => Run.Nodes[one]).ToHashSet();

    /// <summary>The stream that is a source of the run, told from one of its records among some; null when none is of it.</summary>
    public string? StreamOf(int source, IReadOnlyDictionary<long, LineageNode> nodes) => Run.Options.Sources is not { } sources ? null
        : nodes.Values.Where(node => Run.RowOf(node.Id) is { } row && sources[row] == source).Select(node => node.Stream).FirstOrDefault();

    /// <summary>Explains clusters; only when the run compared something.</summary>
    public ClusterExplainer Clusters => _clusters.Value;
}

/// <summary>
/// The last runs of the matcher, so that they can be explained: the newest of each type, as long as all together have no more than so many records. After
/// a restart the first question makes the run again, which takes as long as a run; questions that come meanwhile wait for it.
/// </summary>
internal sealed class KeptRuns(ActivePolicies policies, UnificationReading reading, StoredMatchers matchers, BoundedUnifier unifier, TimeProvider clock) : IDisposable
{
    // A record takes 0.5 to 1 KB with its pairs.
    private const int MostRecords = 1_000_000;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Lock _lock = new();
    private readonly List<(string Type, KeptRun Run)> _kept = [];

    /// <summary>Keeps a run that a job has made; those kept longest go where there is no room.</summary>
    public void Keep(string type, string hash, DateTimeOffset at, MatcherRun? run)
    {
        lock (_lock)
        {
            _kept.RemoveAll(one => one.Type == type);
            if (run is not null)
            {
                _kept.Add((type, new KeptRun(hash, at, run)));
                while (_kept.Count > 1 && _kept.Sum(one => (long)one.Run.Run.Nodes.Count) > MostRecords)
                {
                    _kept.RemoveAt(0);
                }
            }
        }
    }

    /// <summary>The last run of a type by its policy in force, made again when it is not at hand; null when that policy has no matcher.</summary>
    /// <exception cref="Jobs.JobFailedException">There is no usable policy, or a mapping fails on a record.</exception>
    public async Task<KeptRun?> OfAsync(string type, CancellationToken cancellationToken)
    {
        var policy = await policies.OfAsync(type, cancellationToken);
        if (policy.Unification.Policy.Matcher is null)
        {
            return null;
        }

        if (Find(type, policy.Hash) is { } kept)
        {
            return kept;
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            if (Find(type, policy.Hash) is { } meanwhile)
            {
                return meanwhile;
            }

            var now = clock.GetUtcNow();
            var data = await reading.ReadAsync(policy.Model, policy.Unification, new RuleMoment(now), cancellationToken);
            var input = await matchers.GiveAsync(type, policy.Unification.Policy, data.Input, null, cancellationToken);
            var result = await Task.Run(() => unifier.Unify(policy.Unification.Policy, input, cancellationToken), cancellationToken);
            Keep(type, policy.Hash, now, result.MatcherRun);
            return Find(type, policy.Hash);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private KeptRun? Find(string type, string hash)
    {
        lock (_lock)
        {
            return _kept.Where(one => one.Type == type && one.Run.Hash == hash).Select(one => one.Run).FirstOrDefault();
        }
    }
}
