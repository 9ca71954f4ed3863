using CustomerInsights.Core.Unification.Matching;

namespace CustomerInsights.Core.Unification.Identities;

/// <summary>The records of a run with what they are named by.</summary>
internal sealed class IdentityNodes
{
    private readonly Dictionary<long, IdentifiedNode> _byId;

    public IdentityNodes(IdentityRules rules, RecordTable table)
    {
        Rules = rules;
        var streams = table.Schemas.Select(schema => (schema.Name, Identifiers: new StreamIdentifiers(schema))).ToArray();
        All = [.. table.Nodes.Select((node, row) =>
        {
            var (name, identifiers) = streams[table.StreamOf[row]];
            return new IdentifiedNode(node.Id, $"{name}/{node.Key}", identifiers.Of(node), identifiers.IsIdentities);
        })];
        _byId = All.ToDictionary(node => node.Id);
    }

    public IdentityRules Rules { get; }

    public IReadOnlyList<IdentifiedNode> All { get; }

    /// <summary>What limits are counted by.</summary>
    /// <param name="index">The place of each node.</param>
    public IdentifierBudget Budget(Dictionary<long, int> index)
    {
        var budget = new IdentifierBudget(Rules);
        foreach (var node in All)
        {
            budget.Add(index[node.Id], node.Identifiers.Where(Rules.Names));
        }

        return budget;
    }

    /// <summary>Whether nothing is known of any of a cluster but what its browsers are called.</summary>
    public bool AreUnknown(Cluster cluster) =>
        cluster.Nodes.All(id => _byId.TryGetValue(id, out var node) && node.IsIdentity && Rules.IsUnknown(node.Identifiers));
}
