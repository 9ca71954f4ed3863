using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Accounts;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>Unifies some nodes between two runs, for verdicts and for events: identifiers and what is told are judged anew, what rules and matcher found stands.</summary>
internal sealed class PartialUnification(ClusterRun clustering, TimeProvider clock)
{
    /// <summary>The records of some nodes, mapped.</summary>
    /// <exception cref="JobFailedException">A mapping fails on a record.</exception>
    public IReadOnlyList<SourceStream> Streams(PolicyInForce policy, ProfileNeighbourhood near)
    {
        var moment = new RuleMoment(clock.GetUtcNow());
        var byStream = near.Nodes.Where(node => node.Document is not null).ToLookup(node => node.Stream, StringComparer.Ordinal);
        return
        [
            .. policy.Unification.Streams.Select(schema => new SourceStream(schema,
            [
                .. byStream[schema.Name].Select(node => NodeReading.Read(
                    schema.Name, new StoredNode(node.Id, node.Key, node.Document!), policy.Model.Mappings[schema.Name].Profile!.Fields, moment)),
            ])),
        ];
    }

    /// <summary>The profiles that they make, with the clusters that their records are in.</summary>
    public async Task<UnificationResult> UnifyAsync(PolicyInForce policy, IReadOnlyList<SourceStream> streams, IEnumerable<StoredEdge> edges, CancellationToken cancellationToken)
    {
        List<StoredEdge> all = [.. edges];
        var input = new UnificationInput { Streams = streams, Edges = NodeReading.Told(all, streams), Found = NodeReading.Found(all, streams) };
        var result = Unifier.Unify(policy.Unification.Policy, input, new UnifierLimits { Threads = 1 }, cancellationToken);
        return await clustering.CarryAsync(policy.Unification, result, cancellationToken);
    }

    /// <summary>What has to be written, in one piece.</summary>
    public ProfileChanges Changes(PolicyInForce policy, IReadOnlyList<SourceStream> streams, UnificationResult result, PreviousProfiles previous, string cause)
    {
        var type = policy.Unification.ProfileType;
        var plan = new ProfilePlan(policy.Model.ProfileTypes[type], policy.Unification.Policy, streams, result, previous, clock.GetUtcNow());
        List<ProfileChanges> parts = [.. plan.Changes(cause)];
        return new ProfileChanges(
            type,
            [.. parts.SelectMany(part => part.Puts)],
            [.. parts.SelectMany(part => part.Removed)],
            [.. parts.SelectMany(part => part.Redirects)],
            [.. parts.SelectMany(part => part.AddedEdges)],
            [.. parts.SelectMany(part => part.RemovedEdges)],
            cause)
        {
            Loose = [.. parts.SelectMany(part => part.Loose)],
            Demoted = [.. parts.SelectMany(part => part.Demoted)],
            Restored = [.. parts.SelectMany(part => part.Restored)],
            Because = parts.SelectMany(part => part.Because).ToDictionary(),
        };
    }
}
