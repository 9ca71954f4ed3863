namespace CustomerInsights.Core.Unification.Identities;

/// <summary>One finding of identity edges; see <see cref="IdentityEdges"/>.</summary>
internal sealed class IdentityJoin
{
    private readonly IdentityRules _rules;
    private readonly IdentifiedNode[] _nodes;
    private readonly Dictionary<long, int> _index;
    private readonly MatchEdge[] _told;
    private readonly ConstrainedUnionFind _sets;
    private readonly List<MatchEdge> _held = [];
    private readonly HashSet<MatchEdge> _edges = [];
    private readonly List<RefusedEdge> _refused = [];
    private readonly Dictionary<Identifier, Demotion> _demoted = [];

    // Places go by what a node is called and not by its number, which tells when it came.
    public IdentityJoin(IdentityRules rules, IReadOnlyList<IdentifiedNode> nodes, IReadOnlyList<MatchEdge> told)
    {
        (_rules, _told) = (rules, [.. told]);
        var known = nodes.Select(node => node.Id).ToHashSet();
        _nodes = [.. nodes.Concat(told.SelectMany(edge => new[] { edge.Left, edge.Right }).Where(id => !known.Contains(id)).Distinct().Select(id => new IdentifiedNode(id, "", [])))];
        Array.Sort(_nodes, static (a, b) => string.CompareOrdinal(a.Key, b.Key) is var order && order != 0 ? order : a.Id.CompareTo(b.Id));
        _index = new Dictionary<long, int>(_nodes.Length);
        var budget = new IdentifierBudget(rules);
        for (var i = 0; i < _nodes.Length; i++)
        {
            _index.Add(_nodes[i].Id, i);
            budget.Add(i, _nodes[i].Identifiers.Where(rules.Names));
        }

        _sets = new ConstrainedUnionFind(_nodes.Length, budget);
    }

    public IdentityGraph Run(CancellationToken cancellationToken)
    {
        foreach (var edge in _told.Where(edge => edge.Kind == EdgeKind.Denied))
        {
            _sets.Deny(_index[edge.Left], _index[edge.Right]);
        }

        var asserted = _told.Where(edge => edge.Kind == EdgeKind.Asserted).ToLookup(edge => edge.Rule.StartsWith(IdentityEdges.Identify, StringComparison.Ordinal));
        foreach (var edge in asserted[false].Order(Comparer<MatchEdge>.Create(Clustering.ByStrength)))
        {
            Take(edge, _sets.Union(_index[edge.Left], _index[edge.Right]) ? null : new Refusal(DemotionCause.Denied, null));
        }

        foreach (var edge in asserted[true].Order(Comparer<MatchEdge>.Create(ByTime)))
        {
            Take(edge, Identified(edge));
        }

        foreach (var type in ByType())
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var (identifier, places) in type.OrderBy(one => one.Key.Value, StringComparer.Ordinal))
            {
                Share(identifier, places);
            }
        }

        return new IdentityGraph(
            _held,
            [.. _edges.OrderBy(edge => edge.Left).ThenBy(edge => edge.Right).ThenBy(edge => edge.Rule, StringComparer.Ordinal)],
            [.. Explained()],
            [.. _demoted.Values.OrderBy(one => one.Identifier.Type, StringComparer.Ordinal).ThenBy(one => one.Identifier.Value, StringComparer.Ordinal)]);
    }

    // An edge of no known time comes last: what is known to be old stands above it.
    private int ByTime(MatchEdge one, MatchEdge two)
    {
        var order = (one.At ?? DateTimeOffset.MaxValue).CompareTo(two.At ?? DateTimeOffset.MaxValue);
        var ((a, b), (c, d)) = (Ends(one), Ends(two));
        order = order != 0 ? order : a.CompareTo(c);
        order = order != 0 ? order : b.CompareTo(d);
        return order != 0 ? order : string.CompareOrdinal(one.Rule, two.Rule);
    }

    private (int First, int Second) Ends(MatchEdge edge)
    {
        var (a, b) = (_index[edge.Left], _index[edge.Right]);
        return (Math.Min(a, b), Math.Max(a, b));
    }

    private Refusal? Identified(MatchEdge edge)
    {
        var (a, b) = Ends(edge);
        if (NamesNobody(_nodes[a]) || NamesNobody(_nodes[b]))
        {
            return new Refusal(DemotionCause.Blocked, null);
        }

        if (_sets.Breach(a, b) is { } breach)
        {
            return new Refusal(DemotionCause.Limit, breach);
        }

        return _sets.Union(a, b) ? null : new Refusal(DemotionCause.Denied, null);
    }

    private bool NamesNobody(IdentifiedNode node) => node.Identifiers.Count > 0 && !_rules.Names(node.Identifiers[0]);

    private void Take(MatchEdge edge, Refusal? refusal)
    {
        if (refusal is not { } why)
        {
            _held.Add(edge);
            return;
        }

        _refused.Add(new RefusedEdge(edge, edge.Left, edge.Right) { Limit = why.Breach });
        Identifier[] own = [.. new[] { edge.Left, edge.Right }.Select(id => _nodes[_index[id]].Identifiers).Where(all => all.Count > 0).Select(all => all[0])];
        var weak = why.Cause == DemotionCause.Blocked ? own.Where(one => !_rules.Names(one)).ToArray() : own;
        if (weak.Length > 0)
        {
            Demote(weak.OrderByDescending(one => _rules.Rank(one.Type)).ThenByDescending(one => one.Value, StringComparer.Ordinal).First(), why, [edge.Left, edge.Right]);
        }
    }

    private IEnumerable<IEnumerable<KeyValuePair<Identifier, List<int>>>> ByType()
    {
        var byValue = new Dictionary<Identifier, List<int>>();
        for (var i = 0; i < _nodes.Length; i++)
        {
            foreach (var identifier in _nodes[i].Identifiers.Distinct())
            {
                if (!byValue.TryGetValue(identifier, out var places))
                {
                    byValue.Add(identifier, places = []);
                }

                places.Add(i);
            }
        }

        return byValue.Where(one => one.Value.Count > 1 && _rules.Joins(one.Key)).GroupBy(one => one.Key.Type).OrderBy(type => _rules.Rank(type.Key));
    }

    private void Share(Identifier identifier, List<int> places)
    {
        var roots = places.Select(_sets.Find).ToHashSet();
        var refusal = roots.Count == 1 ? (Refusal?)null
            : _sets.Breach(roots) is { } breach ? new Refusal(DemotionCause.Limit, breach)
            : _sets.AnyDenied(roots) ? new Refusal(DemotionCause.Denied, null)
            : null;
        if (refusal is { } why)
        {
            Demote(identifier, why, places.Select(place => _nodes[place].Id));
            return;
        }

        foreach (var place in places.Skip(1))
        {
            _sets.Union(places[0], place);
            var (a, b) = (_nodes[places[0]].Id, _nodes[place].Id);
            _edges.Add(new MatchEdge(Math.Min(a, b), Math.Max(a, b), EdgeKind.Identifier, identifier.Type, 1));
        }
    }

    // Of several reasons the first stands; the nodes of all are told.
    private void Demote(Identifier identifier, Refusal why, IEnumerable<long> nodes) =>
        _demoted[identifier] = _demoted.TryGetValue(identifier, out var known)
            ? known with { Nodes = [.. known.Nodes.Concat(nodes).Distinct().Order()] }
            : new Demotion(identifier, why.Cause, why.Breach, [.. nodes.Distinct().Order()]);

    private IEnumerable<RefusedEdge> Explained()
    {
        var denied = Clustering.Explain([.. _refused.Where(one => one.Limit is null).Select(one => one.Edge)], _told, id => _sets.Find(_index[id])).DistinctBy(one => one.Edge).ToDictionary(one => one.Edge);
        return _refused.Select(one => denied.GetValueOrDefault(one.Edge, one));
    }

    private readonly record struct Refusal(DemotionCause Cause, LimitBreach? Breach);
}
