using System.Globalization;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification.Live;

/// <summary>
/// Brings what events tell of who is who into the profiles, as it comes: takes the identities of event sources that changed from the feed, looks at all
/// that they are tied to, and writes what differs. Records of files wait for the run, which comes with their refresh and has the rules for them. One
/// caller at a time; <see cref="IdentityService"/> is that caller.
/// </summary>
internal sealed class IdentityFollower(
    ActivePolicies policies, MetadataService metadata, IdentityReach reach, PartialUnification partial, IProfileStore profiles, IChangeFeed changes, UnificationGate gate, TimeProvider clock)
{
    /// <summary>The name under which the position in the feed is kept.</summary>
    public const string Consumer = "identity";

    private const int MostRows = 500;
    private const int MostAttempts = 10;
    private const int MostTogether = 500;
    private static readonly TimeSpan s_large = TimeSpan.FromMinutes(10);

    // Nodes that wait for a run to end, and the row of the feed behind which each type's begin.
    private readonly Dictionary<string, (HashSet<long> Nodes, long Since)> _waiting = new(StringComparer.Ordinal);
    private (string Hash, DateTimeOffset At, HashSet<long> Nodes) _large = ("", default, []);
    private long _position;
    private long _stored;

    /// <summary>What people are told.</summary>
    public IdentityProgress Progress { get; } = new();

    /// <summary>Where it stands in the feed: all before is in the profiles, or waits for a run.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Takes up the position.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var kept = await changes.PositionAsync(Consumer, cancellationToken);
        _stored = kept > 0 ? kept : await changes.LastAsync(cancellationToken);
        Volatile.Write(ref _position, _stored);
        await changes.AdvanceAsync(Consumer, _stored, cancellationToken);
    }

    /// <summary>Completes when a step has something to do.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny([changes.WaitAsync(_position, stop.Token).AsTask(), .. _waiting.Keys.Select(type => gate.WaitAsync(type, stop.Token))]);
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Does what there is to do now, a batch of it; true when there may be more.</summary>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        var rows = await changes.ReadAsync(_position, MostRows, cancellationToken);
        var changed = rows.Where(row => row.Kind == ChangeKind.Node).Select(row => row.Id).ToHashSet();
        var since = _position;
        foreach (var type in (await metadata.ModelAsync(cancellationToken)).UnificationNames)
        {
            var waiting = _waiting.TryGetValue(type, out var before);
            if ((changed.Count > 0 || waiting) && await LiveAsync(type, cancellationToken) is { } policy)
            {
                await TypeAsync(policy, [.. await SeedsAsync(policy, changed, cancellationToken), .. before.Nodes ?? []], waiting ? before.Since : since, cancellationToken);
            }
            else
            {
                _waiting.Remove(type);
            }
        }

        Progress.Waiting(_waiting.Keys);
        if (rows.Count > 0)
        {
            Volatile.Write(ref _position, rows[^1].Sequence);
        }

        var done = _waiting.Count == 0 ? _position : _waiting.Values.Min(one => one.Since);
        if (done > _stored)
        {
            // Behind the work: cut off in between it is done again, and finds nothing to change.
            await changes.AdvanceAsync(Consumer, done, cancellationToken);
            _stored = done;
        }

        return rows.Count == MostRows;
    }

    /// <summary>Steps until nothing is left but what waits for a run.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        do
        {
            await StepAsync(cancellationToken);
        }
        while (await changes.LastAsync(cancellationToken) > _position);
    }

    // A type whose first run is still to come has no profiles that events could change.
    private async Task<PolicyInForce?> LiveAsync(string type, CancellationToken cancellationToken)
    {
        try
        {
            return await policies.OfAsync(type, cancellationToken) is { Active: not null, Unification.Policy.Identity: not null } policy ? policy : null;
        }
        catch (JobFailedException)
        {
            // The policy is not usable; the run will say so.
            return null;
        }
    }

    private async Task<IEnumerable<long>> SeedsAsync(PolicyInForce policy, HashSet<long> nodes, CancellationToken cancellationToken)
    {
        var streams = policy.Unification.Streams.Where(schema => schema.IsIdentities).Select(schema => schema.Name).ToHashSet(StringComparer.Ordinal);
        return nodes.Count == 0 || streams.Count == 0 ? [] : (await profiles.NodesAsync(nodes, cancellationToken)).Values.Where(node => streams.Contains(node.Stream)).Select(node => node.Id);
    }

    private async Task TypeAsync(PolicyInForce policy, HashSet<long> nodes, long since, CancellationToken cancellationToken)
    {
        var type = policy.Unification.ProfileType;
        _waiting.Remove(type);
        if (nodes.Count == 0)
        {
            return;
        }

        using var entered = await gate.TryEnterAsync(type, cancellationToken);
        if (entered is null)
        {
            _waiting[type] = (nodes, since);
            return;
        }

        var cause = string.Create(CultureInfo.InvariantCulture, $"feed:{since + 1}");
        foreach (var some in nodes.Order().Chunk(MostTogether))
        {
            await PartAsync(policy, some, cause, cancellationToken);
        }
    }

    // Most of the time all that changed is planned in one piece. Where that is too much, each node with what it is tied to.
    private async Task PartAsync(PolicyInForce policy, long[] nodes, string cause, CancellationToken cancellationToken)
    {
        var large = LargeOf(policy);
        if (await TryAsync(policy, nodes, null, cause, cancellationToken) is null)
        {
            return;
        }

        var (left, first, reason) = (0, 0L, "");
        foreach (var node in nodes)
        {
            var undone = large.Contains(node) ? new(TooMany, []) : await TryAsync(policy, [node], large.Contains, cause, cancellationToken);
            if (undone is not null)
            {
                large.UnionWith(undone.Tied);
                (first, reason) = left++ == 0 ? (node, undone.Reason) : (first, reason);
            }
        }

        if (left > 0)
        {
            var record = (await profiles.NodesAsync([first], cancellationToken)).TryGetValue(first, out var named) ? new RecordReference(named.Stream, named.Key) : null;
            Progress.Left(new LeftToRun(policy.Unification.ProfileType, record, left, clock.GetUtcNow(), reason));
        }
    }

    // Null when it is done; otherwise why it is not, and what was seen that is too much.
    private async Task<Undone?> TryAsync(PolicyInForce policy, long[] nodes, Func<long, bool>? ends, string cause, CancellationToken cancellationToken)
    {
        var type = policy.Unification.ProfileType;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var basis = await profiles.BasisAsync(type, cancellationToken);
                var seen = await reach.FromAsync(policy, nodes, ends, cancellationToken);
                if (seen.Count > reach.Most || (ends is not null && seen.Any(ends)))
                {
                    return new(TooMany, seen);
                }

                var near = await reach.WholeAsync(policy, [], seen, cancellationToken);
                var streams = partial.Streams(policy, near);
                var result = await partial.UnifyAsync(policy, streams, near.Edges, cancellationToken);
                var plan = partial.Changes(policy, streams, result, PreviousProfiles.Of(near, new Dictionary<Core.Model.ProfileId, long>()), cause);
                if (!IsEmpty(plan))
                {
                    await profiles.ApplyAsync(plan with { Basis = basis, CauseKind = CauseKind.Event }, cancellationToken);
                    Progress.Changed();
                }

                return null;
            }
            catch (StoreConflictException) when (attempt < MostAttempts)
            {
                // Somebody gave a verdict between our reading and our writing: read again.
            }
            catch (JobFailedException error)
            {
                return new(error.Message, []);
            }
        }
    }

    // What was too much a moment ago is too much now: a browser more of 100,000 must not make all of them be read again.
    private HashSet<long> LargeOf(PolicyInForce policy)
    {
        if (_large.Hash != policy.Hash || clock.GetUtcNow() - _large.At > s_large)
        {
            _large = (policy.Hash, clock.GetUtcNow(), []);
        }

        return _large.Nodes;
    }

    private static bool IsEmpty(ProfileChanges plan) =>
        plan.Puts.Count + plan.Removed.Count + plan.Redirects.Count + plan.AddedEdges.Count + plan.RemovedEdges.Count + plan.Loose.Count + plan.Demoted.Count + plan.Restored.Count == 0;

    private string TooMany => string.Create(CultureInfo.InvariantCulture, $"More than {reach.Most:N0} records are tied to it by what they share; block such a value in the policy.");

    private sealed record Undone(string Reason, HashSet<long> Tied);
}
