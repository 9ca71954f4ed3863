using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = CustomerInsights.Host.Platform.Problems;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>Unifies the records of a few profiles anew, as the next run would, with edges that a steward adds.</summary>
internal sealed class Reunification(MetadataService metadata, TimeProvider clock)
{
    private const int MostNodes = 20_000;

    /// <summary>The change to make, or why it cannot be made.</summary>
    /// <param name="type">The profile type.</param>
    /// <param name="near">The profiles.</param>
    /// <param name="added">The verdict's edges.</param>
    /// <param name="holds">Nodes that stay together this time, whatever the rules find; a denied pair goes before.</param>
    /// <param name="cause">The verdict.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<(ProfileChanges? Changes, ProblemHttpResult? Problem)> PlanAsync(
        string type, ProfileNeighbourhood near, IReadOnlyList<StoredEdge> added, IReadOnlyList<IReadOnlyList<long>> holds, string cause, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        if (!model.Unification.TryGetValue(type, out var unification))
        {
            return (null, Problems.Conflict($"There is no usable unification policy for '{type}'.", $"Save one with PUT /api/v1/unification/policies/{type}."));
        }

        if (near.Nodes.Count > MostNodes)
        {
            return (null, Problems.Conflict(
                $"The profiles have {near.Nodes.Count:N0} records.", $"At most {MostNodes:N0} can be unified at once; change the policy's rules and start a run."));
        }

        var streams = Streams(model, unification, near);
        var before = NodeReading.Told(near.Edges, streams);
        var told = NodeReading.Told(near.Edges.Concat(added), streams);
        if (Contradiction(before, told, added) is { } denied)
        {
            return (null, Refuse(denied, near));
        }

        var together = holds.SelectMany(nodes => nodes.Zip(nodes.Skip(1), (a, b) => new StoredEdge(a, b, Storage.Profiles.EdgeKind.Asserted, "held", 1)));
        var edges = NodeReading.Told(near.Edges.Concat(added).Concat(together), streams);
        var result = Unifier.Unify(unification.Policy, new UnificationInput { Streams = streams, Edges = edges }, new UnifierLimits { Threads = 1 }, cancellationToken);
        if (result.Refused.Where(refused => added.Any(edge => edge.Rule == refused.Edge.Rule)).Select(refused => (RefusedEdge?)refused).FirstOrDefault() is { } never)
        {
            return (null, Refuse(never, near));
        }

        var plan = new ProfilePlan(model.ProfileTypes[type], streams, result, PreviousProfiles.Of(near), clock.GetUtcNow());
        var changes = new ProfileChanges(type, [], [], [], [], [], cause);
        foreach (var part in plan.Changes(cause))
        {
            changes = changes with
            {
                Puts = [.. changes.Puts, .. part.Puts],
                Removed = [.. changes.Removed, .. part.Removed],
                Redirects = [.. changes.Redirects, .. part.Redirects],
                AddedEdges = [.. changes.AddedEdges, .. part.AddedEdges],
                RemovedEdges = [.. changes.RemovedEdges, .. part.RemovedEdges],
            };
        }

        return (changes with { AddedEdges = [.. changes.AddedEdges, .. added] }, null);
    }

    private List<SourceStream> Streams(InsightsModel model, UnificationModel unification, ProfileNeighbourhood near)
    {
        var moment = new RuleMoment(clock.GetUtcNow());
        var byStream = near.Nodes.Where(node => node.Document is not null).ToLookup(node => node.Stream, StringComparer.Ordinal);
        return
        [
            .. unification.Streams.Select(schema => new SourceStream(schema,
            [
                .. byStream[schema.Name].Select(node => NodeReading.Read(
                    schema.Name, new StoredNode(node.Id, node.Key, node.Document!), model.Mappings[schema.Name].Profile!.Fields, moment)),
            ])),
        ];
    }

    // Asserted edges are taken before all others, so whether a "same" holds is settled among what is told. A new "same" may not put out an old one;
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
