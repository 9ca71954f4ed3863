using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Identities;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Unification.Live;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = CustomerInsights.Host.Platform.Problems;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>Clusters the records of a few profiles anew, with edges that a steward adds.</summary>
/// <remarks>
/// What rules and matcher found stands as the last run stored it; they are not run. The matcher cannot be: its model is fitted to all records. And a
/// rule on a part of the records may find other pairs than on all; a policy that was saved and not run yet would reach these profiles before others.
/// So a verdict changes what it says and nothing else.
/// </remarks>
internal sealed class Reunification(ActivePolicies policies, PartialUnification partial, IdentityReach reach)
{

    /// <summary>The change to make, or why it cannot be made.</summary>
    /// <param name="type">The profile type.</param>
    /// <param name="near">The profiles.</param>
    /// <param name="added">The verdict's edges.</param>
    /// <param name="undo">The merge that the edges undo, or null. Each part stays together this time, whatever was found; a denied pair goes before.</param>
    /// <param name="cause">The verdict.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<(ProfileChanges? Changes, ProblemHttpResult? Problem)> PlanAsync(
        string type, ProfileNeighbourhood near, IReadOnlyList<StoredEdge> added, UndoneMerge? undo, string cause, CancellationToken cancellationToken)
    {
        PolicyInForce policy;
        try
        {
            policy = await policies.OfAsync(type, cancellationToken);
        }
        catch (JobFailedException error)
        {
            return (null, Problems.Conflict(error.Message, "A verdict changes profiles as the active policy makes them; see to that first."));
        }

        IReadOnlyList<SourceStream> streams;
        try
        {
            if (near.Nodes.Count > IdentityReach.MostNodes || await reach.AroundAsync(policy, near, cancellationToken) is not { } whole)
            {
                return (null, Problems.Conflict(
                    $"The profiles, with those that share an identifier with them, have more than {IdentityReach.MostNodes:N0} records.",
                    $"At most {IdentityReach.MostNodes:N0} can be unified at once; change the policy's rules and start a run."));
            }

            near = whole;
            streams = partial.Streams(policy, near);
        }
        catch (JobFailedException error)
        {
            return (null, Problems.Conflict(error.Message, "Mend the mapping or the record, then send it again."));
        }

        var limited = policy.Unification.Policy.Identity is not null;
        var people = near.Edges.Where(edge => !limited || !edge.Rule.StartsWith(IdentityEdges.Identify, StringComparison.Ordinal)).ToList();
        var before = NodeReading.Told(people, streams);
        var told = NodeReading.Told(people.Concat(added), streams);
        if (Contradiction(before, told, added) is { } denied)
        {
            return (null, Refuse(denied, near));
        }

        var together = (undo is null ? [] : new[] { undo.Rest, undo.Came })
            .SelectMany(nodes => nodes.Zip(nodes.Skip(1), (a, b) => new StoredEdge(a, b, Storage.Profiles.EdgeKind.Asserted, "held", 1)));
        var result = await partial.UnifyAsync(policy, streams, near.Edges.Concat(added).Concat(together), cancellationToken);
        if (result.Refused.Where(refused => added.Any(edge => edge.Rule == refused.Edge.Rule)).Select(refused => (RefusedEdge?)refused).FirstOrDefault() is { } never)
        {
            return (null, Refuse(never, near));
        }

        var changes = partial.Changes(policy, streams, result, PreviousProfiles.Of(near, Anchors(undo, near)), cause);
        return undo is null || Returns(undo, near, changes)
            ? (changes with { AddedEdges = [.. changes.AddedEdges, .. added] }, null)
            : (null, Problems.Conflict(
                $"The id {undo.Merged} cannot come back: its records are held together with those of another profile.",
                "To keep two records apart give the verdict 'different'."));
    }

    // Each id belongs to its part, even when its first node is gone. The profile that has both now keeps its first node's part, if that is there.
    private static Dictionary<ProfileId, long> Anchors(UndoneMerge? undo, ProfileNeighbourhood near)
    {
        if (undo is null)
        {
            return [];
        }

        var anchors = new Dictionary<ProfileId, long> { [undo.Merged] = undo.Came[0] };
        var (now, first) = (near.Members[0].Id, near.Members[0].FirstNode);
        if (now != undo.Kept)
        {
            anchors[undo.Kept] = undo.Rest[0];
        }

        if (!near.Members.Any(member => member.Node == first))
        {
            anchors[now] = undo.Rest[0];
        }

        return anchors;
    }

    // Where both parts went on to a third profile one of them may belong there; then it is the other's id that comes back.
    private static bool Returns(UndoneMerge undo, ProfileNeighbourhood near, ProfileChanges changes) => changes.Puts.Any(put =>
        (put.Id == undo.Merged && put.Nodes.Contains(undo.Came[0]))
        || (put.Id == undo.Kept && put.Id != near.Members[0].Id && put.Nodes.Contains(undo.Rest[0])));

    // Asserted edges are taken before all others, so whether a "same" holds is settled among what is told; who was identified as whom comes after it. A new "same" may not put out an old one;
    // a new "different" may.
    private static RefusedEdge? Contradiction(List<MatchEdge> before, List<MatchEdge> told, IReadOnlyList<StoredEdge> added)
    {
        if (added.Count == 0 || added[0].Kind != Storage.Profiles.EdgeKind.Asserted)
        {
            return null;
        }

        var stood = Clustering.Of([], before).Refused.Select(refused => refused.Edge).ToHashSet();
        return Clustering.Of([], told).Refused.Where(refused => !stood.Contains(refused.Edge)).Select(refused => (RefusedEdge?)refused).FirstOrDefault();
    }

    private static ProblemHttpResult Refuse(RefusedEdge refused, ProfileNeighbourhood near)
    {
        var names = near.Nodes.ToDictionary(node => node.Id, node => $"{node.Stream} '{node.Key}'");
        var (a, b) = (Math.Min(refused.DeniedLeft, refused.DeniedRight), Math.Max(refused.DeniedLeft, refused.DeniedRight));
        var rule = near.Edges.FirstOrDefault(edge => edge.Kind == Storage.Profiles.EdgeKind.Denied && edge.A == a && edge.B == b)?.Rule;
        var pair = string.Join(" and ", new[] { names.GetValueOrDefault(a), names.GetValueOrDefault(b) }.Order(StringComparer.Ordinal));
        return Problems.Conflict(
            $"They cannot be the same: {pair} are held apart.",
            rule is not null && NewVerdict.IdOf(rule) is { } verdict
                ? $"Take that verdict back first: DELETE /api/v1/unification/verdicts/{verdict}."
                : "Take the pair out of the policy's 'never' list first.");
    }
}
