using CustomerInsights.Core.Unification.Identities;

namespace CustomerInsights.Core.Unification;

/// <content>What is checked before, and what stands before all rules: what is told, shared identifiers, records of one key.</content>
internal sealed partial class UnificationRun
{
    private static void Check(UnificationPolicy policy, UnificationInput input)
    {
        var unknown = input.Streams.Select(s => s.Schema.Name).Except(policy.Streams.Select(s => s.Stream), StringComparer.Ordinal).Order(StringComparer.Ordinal).FirstOrDefault();
        if (unknown is not null)
        {
            throw new ArgumentException($"Stream '{unknown}' is not in the policy; leave it out or add it.", nameof(input));
        }

        if (input.Streams.GroupBy(s => s.Schema.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any()) is { } twice)
        {
            throw new ArgumentException($"Stream '{twice.Key}' is given twice.", nameof(input));
        }

        var errors = PolicyValidator.Validate(policy, [.. input.Streams.Select(s => s.Schema)]).Where(p => p.Severity == ProblemSeverity.Error).ToList();
        if (errors.Count > 0)
        {
            throw new ArgumentException($"The policy has {errors.Count} errors, the first at {errors[0].Path}: {errors[0].Message} {errors[0].Remedy}", nameof(policy));
        }
    }

    private void Told()
    {
        if (_identities is null)
        {
            _constraints.AddRange(_input.Edges.Where(e => e.Kind is EdgeKind.Asserted or EdgeKind.Identifier));
        }
        else
        {
            // What never match says stands among the constraints already, with what was denied.
            _identity = IdentityEdges.Of(
                _identities.Rules, _identities.All, [.. _constraints, .. _input.Edges.Where(e => e.Kind == EdgeKind.Asserted)], _cancellation);
            _constraints.AddRange(_identity.Told);
            _constraints.AddRange(_identity.Edges);
            if (_identity.Demotions.Count > 0)
            {
                _warnings.Add($"/identity: {_identity.Demotions.Count} identifiers join nobody, since a limit or a verdict keeps apart those who have them.");
            }
        }

        foreach (var (left, right) in Resolve(_policy.Overrides.Always, "always"))
        {
            _pairs.Add(Edge(left, right, AlwaysMatch, 1, -1, ""));
        }

        // Rows with one primary key are one record (1.1); the store keeps keys unique, so this is for other callers.
        for (var row = 0; row < _table.Nodes.Length; row++)
        {
            var stream = _table.Schemas[_table.StreamOf[row]].Name;
            var first = _table.RowByKey(stream, _table.Nodes[row].Key)!.Value;
            if (first != row)
            {
                _pairs.Add(Edge(first, row, SameKey, 1, -1, stream));
            }
        }
    }
}
