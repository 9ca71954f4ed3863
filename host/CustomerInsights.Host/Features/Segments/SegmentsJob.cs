using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Features.Segments.Live;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>
/// Computes segments in one pass per profile type, and writes who entered and who left. Without a subject all that follow a refresh, and static ones that were
/// never taken; with one that segment alone, whatever its schedule: a static one is taken anew.
/// </summary>
internal sealed class SegmentsJob(
    MetadataService metadata, SegmentAnswers answers, ISegmentStore store, ISegmentStateStore states, ChangedSince changed, IChangeFeed changes, TimeProvider clock) : IJobHandler, IDisposable
{
    public const string JobKind = "segments";

    private const string Consumer = "segments";

    // Two at a time would write the difference to what the other is changing.
    private readonly SemaphoreSlim _one = new(1, 1);

    public string Kind => JobKind;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var model = await metadata.ModelAsync(cancellationToken);
            return job.Job.Subject is { } name ? await RunOneAsync(job, model, name, cancellationToken) : await RunAllAsync(job, model, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<JobResult> RunAllAsync(JobContext job, InsightsModel model, CancellationToken cancellationToken)
    {
        var position = await changes.LastAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var moves = new Moves();
        var due = new List<SegmentModel>();
        foreach (var segment in model.Segments.Where(segment => segment.IsActiveAt(now)))
        {
            if (segment.FollowsAt(now))
            {
                due.Add(segment);
            }
            else if (segment.IsStatic)
            {
                // A list stays as it was taken; but who was merged away is on it as the profile that they became.
                if (await states.ListedAsync(segment.Name, cancellationToken) is { } listed)
                {
                    await WriteAsync(segment.Name, listed, null, now, moves, cancellationToken);
                }
                else if (segment.HasRule)
                {
                    due.Add(segment);
                }
            }
        }

        await ComputeAsync(job, model, due, moves, cancellationToken);
        if (moves.Entered + moves.Left > 0)
        {
            await states.ThinSizesAsync(now - SegmentSizes.MinutesKept, now - SegmentSizes.HoursKept, cancellationToken);
        }

        if (await changes.PositionAsync(Consumer, cancellationToken) < position)
        {
            await changes.AdvanceAsync(Consumer, position, cancellationToken);
            await changes.TrimAsync(cancellationToken);
        }

        var faults = model.Faults.Where(fault => fault is { Kind: DefinitionKinds.Segment, Warning: false }).Select(fault => $"Segment '{fault.Name}' is left out: {fault.Message}").ToList();
        return moves.Result() with { Warnings = faults.Count == 0 ? null : faults };
    }

    private async Task<JobResult> RunOneAsync(JobContext job, InsightsModel model, string name, CancellationToken cancellationToken)
    {
        if (model.Segments.FirstOrDefault(segment => segment.Name == name) is not { } segment)
        {
            throw JobSubjects.Missing(model, DefinitionKinds.Segment, "segment", name);
        }

        var now = clock.GetUtcNow();
        if (!segment.IsActiveAt(now))
        {
            throw JobSubjects.Inactive("segment", name, "members", "'active', 'activateAt' and 'deactivateAt'");
        }

        var moves = new Moves();
        if (segment.HasRule)
        {
            await ComputeAsync(job, model, [segment], moves, cancellationToken);
        }
        else if (await states.ListedAsync(name, cancellationToken) is { } listed)
        {
            await WriteAsync(name, listed, null, now, moves, cancellationToken);
        }

        await states.ComputedAsync([name], now, cancellationToken);
        return moves.Result();
    }

    private async Task ComputeAsync(JobContext job, InsightsModel model, List<SegmentModel> due, Moves moves, CancellationToken cancellationToken)
    {
        // The position before the clock: what live membership writes behind it may be by a later instant than ours, and by fresher data.
        var position = await changes.LastAsync(cancellationToken);
        var now = clock.GetUtcNow();
        foreach (var type in due.Select(segment => segment.Document.ProfileType).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var segments = due.Where(segment => segment.Document.ProfileType == type).ToList();
            job.Report(0, null, $"segments of {type}");
            var answer = await answers.MembersAsync(new PopulationQuestion(model, type, now), segments, cancellationToken);

            // Once for all segments of the type, and with each write what came after this look: so the transaction has few rows to look at.
            var last = await changes.LastAsync(cancellationToken);
            var fresher = await changed.ProfilesAsync(position, cancellationToken);
            var own = new List<FeedRange>();
            foreach (var segment in segments)
            {
                var members = answer.Members[segment.Name];
                if (segment.IsStatic)
                {
                    await states.PutListAsync(segment.Name, members, now, cancellationToken);
                }

                // Live membership evaluates them with fresher data than ours; where it does not, ours is the only answer.
                if (segment.FollowsAt(now) && LiveRule.Reason(segment.Rule) is null)
                {
                    await WriteAsync(segment.Name, members, new Basis(fresher, last, own), now, moves, cancellationToken);
                }
                else
                {
                    await WriteAsync(segment.Name, members, null, now, moves, cancellationToken);
                }
            }
        }
    }

    private async Task WriteAsync(string segment, long[] members, Basis? basis, DateTimeOffset now, Moves moves, CancellationToken cancellationToken)
    {
        var (come, gone) = SegmentAnswers.Difference(await store.MembersAsync(segment, cancellationToken), members);
        if (basis is { } some)
        {
            come.RemoveAll(some.Fresher.Contains);
            gone.RemoveAll(some.Fresher.Contains);
            if (come.Count + gone.Count == 0)
            {
                return;
            }

            var written = await store.ApplyAsync(new SnapshotMembers(segment, come, gone, now, some.Last, some.Own), cancellationToken);
            some.Own.Add(written.Rows);
            moves.Entered += written.Entered;
            moves.Left += written.Left;
            return;
        }

        if (come.Count + gone.Count > 0)
        {
            await store.ApplyAsync(segment, come, gone, now, cancellationToken);
        }

        moves.Entered += come.Count;
        moves.Left += gone.Count;
    }

    /// <summary>What members were computed on.</summary>
    /// <param name="Fresher">Who changed since the snapshot, at the last look.</param>
    /// <param name="Last">The last row of the feed before that look.</param>
    /// <param name="Own">The rows that this job made since.</param>
    private sealed record Basis(IReadOnlySet<long> Fresher, long Last, List<FeedRange> Own);

    private sealed class Moves
    {
        public long Entered { get; set; }

        public long Left { get; set; }

        public JobResult Result() => new(
            Entered + Left,
            Entered + Left == 0 ? "No membership changed." : $"{Entered:N0} entered and {Left:N0} left segments.",
            new Dictionary<string, long>(StringComparer.Ordinal) { ["entered"] = Entered, ["left"] = Left });
    }
}
