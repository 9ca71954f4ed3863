using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification.Identities;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification.Live;

/// <summary>
/// Finds all that some nodes are tied to: by profiles, edges and identifiers that may join, demoted ones too, step by step until nothing is added. What
/// identifiers join is the same for such a part alone as for all nodes.
/// </summary>
internal sealed class IdentityReach(IIdentityStore identities, TimeProvider clock)
{
    /// <summary>Most nodes that are unified between two runs.</summary>
    public const int MostNodes = 20_000;

    /// <summary>What has to be looked at when some profiles change; those come first. Null when it is too much.</summary>
    public async Task<ProfileNeighbourhood?> AroundAsync(PolicyInForce policy, ProfileNeighbourhood near, CancellationToken cancellationToken) =>
        policy.Unification.Policy.Identity is null
            ? near
            : await OfAsync(policy, [.. near.Members.Select(member => member.Id).Distinct()], [.. near.Members.Select(member => member.Node)], cancellationToken);

    /// <summary>What has to be looked at when some nodes change. Null when it is too much.</summary>
    /// <exception cref="Jobs.JobFailedException">A mapping fails on a record.</exception>
    public async Task<ProfileNeighbourhood?> OfAsync(PolicyInForce policy, IReadOnlyList<ProfileId> first, IReadOnlyCollection<long> nodes, CancellationToken cancellationToken)
    {
        var type = policy.Unification.ProfileType;
        var rules = new IdentityRules(policy.Unification.Policy.Identity!);
        var streams = policy.Unification.Streams.ToDictionary(schema => schema.Name, schema => (Identifiers: new StreamIdentifiers(schema), policy.Model.Mappings[schema.Name].Profile!.Fields), StringComparer.Ordinal);
        var moment = new RuleMoment(clock.GetUtcNow());
        var (seen, asked) = (new HashSet<long>(), new HashSet<Identifier>());
        IReadOnlyCollection<long> frontier = nodes;
        var values = new List<Identifier>();
        do
        {
            var tied = await identities.TiedAsync(type, frontier, values, MostNodes, cancellationToken);
            values.Clear();
            var next = new List<long>();
            foreach (var node in tied.Where(node => seen.Add(node.Id)))
            {
                next.Add(node.Id);
                if (node.Document is { } document && streams.TryGetValue(node.Stream, out var stream))
                {
                    var record = NodeReading.Read(node.Stream, new StoredNode(node.Id, node.Key, document), stream.Fields, moment);
                    values.AddRange(stream.Identifiers.Of(record).Where(one => rules.Joins(one) && asked.Add(one)));
                }
            }

            frontier = next;
            if (seen.Count > MostNodes)
            {
                return null;
            }
        }
        while (frontier.Count > 0);

        var found = await identities.NeighbourhoodAsync(type, first, seen, cancellationToken);
        return found.Nodes.Count > MostNodes ? null : found;
    }
}
