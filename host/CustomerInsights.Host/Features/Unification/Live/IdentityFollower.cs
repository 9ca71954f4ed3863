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

    // Nodes that wait for a run to end, and the row of the feed behind which each type's begin.
    private readonly Dictionary<string, (HashSet<long> Nodes, long Since)> _waiting = new(StringComparer.Ordinal);
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
        var parts = new Stack<long[]>([[.. nodes.Order()]]);
        while (parts.TryPop(out var some))
        {
            if (await TryAsync(policy, some, cause, cancellationToken))
            {
                continue;
            }

            if (some.Length > 1)
            {
                parts.Push(some[(some.Length / 2)..]);
                parts.Push(some[..(some.Length / 2)]);
                continue;
            }

            await LeaveAsync(type, some[0], $"More than {IdentityReach.MostNodes:N0} records are tied to it by identifiers that many share; block such a value in the policy.", cancellationToken);
        }
    }

    // False when too many are tied to them.
    private async Task<bool> TryAsync(PolicyInForce policy, long[] nodes, string cause, CancellationToken cancellationToken)
    {
        var type = policy.Unification.ProfileType;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var basis = await profiles.BasisAsync(type, cancellationToken);
                if (await reach.OfAsync(policy, [], nodes, cancellationToken) is not { } near)
                {
                    return false;
                }

                var streams = partial.Streams(policy, near);
                var result = await partial.UnifyAsync(policy, streams, near.Edges, cancellationToken);
                var plan = partial.Changes(policy, streams, result, PreviousProfiles.Of(near, new Dictionary<Core.Model.ProfileId, long>()), cause);
                if (!IsEmpty(plan))
                {
                    await profiles.ApplyAsync(plan with { Basis = basis, CauseKind = CauseKind.Event }, cancellationToken);
                    Progress.Changed();
                }

                return true;
            }
            catch (StoreConflictException) when (attempt < MostAttempts)
            {
                // Somebody gave a verdict between our reading and our writing: read again.
            }
            catch (JobFailedException error)
            {
                if (nodes.Length > 1)
                {
                    return false;
                }

                await LeaveAsync(type, nodes[0], error.Message, cancellationToken);
                return true;
            }
        }
    }

    private static bool IsEmpty(ProfileChanges plan) =>
        plan.Puts.Count + plan.Removed.Count + plan.Redirects.Count + plan.AddedEdges.Count + plan.RemovedEdges.Count + plan.Loose.Count + plan.Demoted.Count + plan.Restored.Count == 0;

    private async Task LeaveAsync(string type, long node, string reason, CancellationToken cancellationToken)
    {
        var record = (await profiles.NodesAsync([node], cancellationToken)).TryGetValue(node, out var named) ? new RecordReference(named.Stream, named.Key) : null;
        Progress.Left(new LeftToRun(type, record, clock.GetUtcNow(), reason));
    }
}
