using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>
/// Keeps measures and memberships true as data changes and as time passes. One step follows the change feed, takes the flips that are due and what
/// a pass over all profiles found out of date, evaluates what depends on it, and writes it with the position in one transaction. One caller at a
/// time; <see cref="LiveService"/> is that caller. The interleavings with jobs that write the same rows: docs/decisions/0015-live-membership.md.
/// </summary>
internal sealed class LiveMembership(MetadataService metadata, IProfileStore profiles, ISegmentStore segments, IChangeFeed changes, IPopulationAnswers population, TimeProvider clock) : IDisposable
{
    /// <summary>The name under which the position in the feed is kept.</summary>
    public const string Consumer = "live";

    // Small, so that a move is written soon; while the writer commits, the next changes gather by themselves.
    private const int MostRows = 128;
    private const int MostDue = 64;
    private const int MostStale = 32;

    // Further behind than this a pass over all profiles comes sooner to the same end.
    private const int MostBehind = 50_000;
    private static readonly TimeSpan s_storeEvery = TimeSpan.FromSeconds(1);

    private readonly FlipSchedule _schedule = new(clock.GetUtcNow().UtcTicks);
    private readonly OwnRows _own = new();
    private readonly PassFindings _findings = new();
    private readonly List<long> _due = [];

    // Taken from the wheel or the pass and not evaluated yet: a step that fails must not lose them.
    private readonly HashSet<long> _owed = [];
    private LiveWait? _wait;
    private LivePlan _plan = LivePlan.Empty;
    private LivePass? _pass;
    private long _position;
    private long _stored;
    private long _storedAt;

    /// <summary>What people are told; see <see cref="LiveStatus"/>.</summary>
    public LiveProgress Progress { get; } = new();

    /// <summary>When a step is due though nothing changes, in UTC ticks; <see cref="long.MaxValue"/> for never.</summary>
    public long Wake => Math.Min(_schedule.Wake, _plan.Until?.UtcTicks ?? long.MaxValue);

    /// <summary>The exact instant of the first flip; null when none waits.</summary>
    public DateTimeOffset? NextFlip => _schedule.Next;

    /// <summary>Takes up the position and begins a pass: flips live in memory only, and time went on while nobody looked.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var kept = await changes.PositionAsync(Consumer, cancellationToken);
        _position = _stored = kept > 0 ? kept : await changes.LastAsync(cancellationToken);
        await changes.AdvanceAsync(Consumer, _position, cancellationToken);
        await ReloadAsync(cancellationToken);
        Progress.Stand(_position, clock.GetUtcNow());
    }

    /// <summary>Completes when a step has something to do but for flips, or after a while. The token must be the same every time.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        _wait ??= new LiveWait(changes, _findings, clock);
        return _wait.AnyAsync(_position, atMost, cancellationToken);
    }

    /// <summary>Does what there is to do now, a batch of it; true when there may be more.</summary>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var rows = await changes.ReadAsync(_position, MostRows, cancellationToken);
        if (clock.GetUtcNow() >= _plan.Until || rows.Any(row => row.Kind == ChangeKind.Definition))
        {
            await ReloadAsync(cancellationToken);
        }

        var position = rows.Count == 0 ? _position : rows[^1].Sequence;
        if (rows.Count == MostRows && await changes.LastAsync(cancellationToken) is var last && last - position > MostBehind)
        {
            await RestartPassAsync(cancellationToken);
            (position, rows) = (last, []);
        }

        var touches = await GatherAsync(rows, cancellationToken);
        var all = Take(touches);
        if (touches.Count > 0)
        {
            LiveTelemetry.Took("feed", clock.GetElapsedTime(began));
        }

        await EvaluateAsync(touches, position, cancellationToken);
        _owed.Clear();
        return rows.Count == MostRows || !all || !_findings.IsEmpty;
    }

    // What time and the pass bring; false when more flips are due.
    private bool Take(Dictionary<long, Touch> touches)
    {
        foreach (var number in _owed)
        {
            Touch.Of(touches, number).Everything = true;
        }

        _due.Clear();
        var all = _schedule.Due(clock.GetUtcNow().UtcTicks, _due, MostDue);
        _owed.UnionWith(_due);
        foreach (var number in _due)
        {
            Touch.Of(touches, number).Due = true;
        }

        foreach (var (number, next) in _findings.Take(MostStale))
        {
            if (next is not { } flip)
            {
                _owed.Add(number);
                Touch.Of(touches, number).Everything = true;
            }
            else if (flip < long.MaxValue)
            {
                _schedule.Sooner(number, flip);
            }
        }

        return all;
    }

    /// <summary>Steps until nothing is left, the pass included.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        do
        {
            while (await StepAsync(cancellationToken) || await changes.LastAsync(cancellationToken) > _position)
            {
                // The next batch.
            }

            if (_pass is { } pass)
            {
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(pass.Done, _findings.WaitAsync(stop.Token));
                await stop.CancelAsync();
            }
        }
        while (!_findings.IsEmpty || _pass is { Done.IsCompleted: false });
    }

    /// <summary>Stores where it stands, so that the next start has less to repeat.</summary>
    public async Task StopAsync()
    {
        if (_pass is { } pass)
        {
            await pass.StopAsync();
        }

        if (_position > _stored)
        {
            await changes.AdvanceAsync(Consumer, _position, CancellationToken.None);
        }
    }

    public void Dispose()
    {
        _pass?.Dispose();
        _findings.Dispose();
    }

    private async Task ReloadAsync(CancellationToken cancellationToken)
    {
        _plan = await LivePlan.OfAsync(await metadata.ModelAsync(cancellationToken), segments, clock.GetUtcNow(), cancellationToken);
        Progress.Plan(_plan);
        await RestartPassAsync(cancellationToken);
    }

    private async Task RestartPassAsync(CancellationToken cancellationToken)
    {
        if (_pass is { } running)
        {
            await running.StopAsync();
            running.Dispose();
        }

        cancellationToken.ThrowIfCancellationRequested();
        _findings.Clear();
        _pass = LivePass.Start(_plan, profiles, new LiveColumns(population, segments), _findings, Progress, clock);
    }

    private async Task<Dictionary<long, Touch>> GatherAsync(IReadOnlyList<Change> rows, CancellationToken cancellationToken)
    {
        var touches = new Dictionary<long, Touch>();
        var nodes = rows.Where(row => row is { Kind: ChangeKind.Activity, Id: not 0 }).Select(row => row.Id).ToHashSet();
        var profileOf = nodes.Count == 0 ? new Dictionary<long, long>() : await profiles.ProfilesOfNodesAsync(nodes, cancellationToken);
        foreach (var row in rows)
        {
            switch (row.Kind)
            {
                case ChangeKind.Profile or ChangeKind.Identifier:
                case ChangeKind.Measures or ChangeKind.Membership when !_own.Contains(row.Sequence):
                    Touch.Of(touches, row.Id).Everything = true;
                    break;
                case ChangeKind.Activity when profileOf.TryGetValue(row.Id, out var number):
                    Touch.Of(touches, number).Activity(row.ActivityType);
                    break;
                default:
                    // A record that changed changes its profile when it is unified, and that is told by itself.
                    break;
            }
        }

        return touches;
    }

    private async Task EvaluateAsync(Dictionary<long, Touch> touches, long position, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var reads = touches.Where(pair => _plan.Concerns(pair.Value)).Select(pair => new ProfileRead(pair.Key, _plan.Reads(pair.Value), _plan.ReadsIdentifiers)).ToList();
        var read = reads.Count == 0 ? [] : await profiles.ReadTouchedAsync(reads, cancellationToken);
        var moment = new RuleMoment(clock.GetUtcNow());
        var (moves, measures) = (new List<MembershipMove>(), new List<KeyValuePair<long, byte[]?>>());
        var flips = new List<(long Profile, bool Whole, long? Next)>();
        var readAt = clock.GetTimestamp();
        var evaluated = ProfileEvaluation.EvaluateAll(_plan, touches, read, moment, cancellationToken);
        for (var i = 0; i < read.Count; i++)
        {
            var number = read[i].Profile.Number;
            if (evaluated[i] is { } found)
            {
                var touch = touches[number];
                moves.AddRange(found.Moves);
                if (found.MeasuresChanged)
                {
                    measures.Add(new KeyValuePair<long, byte[]?>(number, found.Measures));
                }

                flips.Add((number, touch.Everything || touch.Due, found.Next));
                Progress.Evaluated();
                if (found.Failure is { } failure)
                {
                    Progress.Failed(failure);
                }
            }
        }

        var evaluatedAt = clock.GetTimestamp();
        await WriteAsync(new MembershipChanges(moment.Now, moves, measures, Consumer, position), cancellationToken);
        Schedule(reads, read, flips);
        if (read.Count > 0)
        {
            LiveTelemetry.Took("profiles", clock.GetElapsedTime(began, readAt));
            LiveTelemetry.Took("evaluate", clock.GetElapsedTime(readAt, evaluatedAt));
            LiveTelemetry.Took("write", clock.GetElapsedTime(evaluatedAt));
            LiveTelemetry.Evaluated(read.Count);
        }
    }

    // After the write: what was not written is evaluated again by the next step.
    private void Schedule(List<ProfileRead> reads, IReadOnlyList<TouchedProfile> read, List<(long Profile, bool Whole, long? Next)> flips)
    {
        foreach (var (profile, whole, next) in flips)
        {
            _schedule.Found(profile, whole, next);
        }

        if (read.Count < reads.Count)
        {
            var found = read.Select(one => one.Profile.Number).ToHashSet();
            foreach (var gone in reads.Where(one => !found.Contains(one.Number)))
            {
                _schedule.Gone(gone.Number);
            }
        }
    }

    private async Task WriteAsync(MembershipChanges found, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamp();
        if (found.Moves.Count + found.Measures.Count > 0)
        {
            var made = await segments.ApplyAsync(found, cancellationToken);
            (_stored, _storedAt) = (found.Position, now);
            _own.Add(made);
            Progress.Moved(found.Moves.Count);
        }
        else if (found.Position > _stored && clock.GetElapsedTime(_storedAt, now) >= s_storeEvery)
        {
            await changes.AdvanceAsync(Consumer, found.Position, cancellationToken);
            (_stored, _storedAt) = (found.Position, now);
        }

        _position = _own.Behind(found.Position);
        Progress.Stand(_position, clock.GetUtcNow());
        Progress.Flips(_schedule.Count, Wake);
    }
}
