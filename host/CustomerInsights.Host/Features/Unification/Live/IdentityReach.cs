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

    /// <summary>How many it goes to.</summary>
    public int Most { get; init; } = MostNodes;

    /// <summary>What has to be looked at when some profiles change; those come first. Null when it is too much.</summary>
    public async Task<ProfileNeighbourhood?> AroundAsync(PolicyInForce policy, ProfileNeighbourhood near, CancellationToken cancellationToken)
    {
        if (policy.Unification.Policy.Identity is null)
        {
            return near;
        }

        var seen = await FromAsync(policy, [.. near.Members.Select(member => member.Node)], null, cancellationToken);
        return seen.Count > Most ? null : await WholeAsync(policy, [.. near.Members.Select(member => member.Id).Distinct()], seen, cancellationToken);
    }

    /// <summary>Some nodes with everything that a change of them needs.</summary>
    public async Task<ProfileNeighbourhood> WholeAsync(PolicyInForce policy, IReadOnlyList<ProfileId> first, IReadOnlyCollection<long> nodes, CancellationToken cancellationToken) =>
        await identities.NeighbourhoodAsync(policy.Unification.ProfileType, first, nodes, cancellationToken);

    /// <summary>All nodes that some are tied to; more than <see cref="Most"/>, and not all, when it is too much.</summary>
    /// <param name="policy">What joins.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="ends">Ends early, as too much, when one of these is met; null for none.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="Jobs.JobFailedException">A mapping fails on a record.</exception>
    public async Task<HashSet<long>> FromAsync(PolicyInForce policy, IReadOnlyCollection<long> nodes, Func<long, bool>? ends, CancellationToken cancellationToken)
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
            var tied = await identities.TiedAsync(type, frontier, values, Most, cancellationToken);
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
        }
        while (frontier.Count > 0 && seen.Count <= Most && (ends is null || !frontier.Any(ends)));

        return seen;
    }
}
