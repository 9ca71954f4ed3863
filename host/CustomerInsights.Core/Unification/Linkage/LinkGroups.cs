namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>The records that are one from the start, each group under its smallest row.</summary>
internal sealed class LinkGroups
{
    private readonly int[] _size;
    private readonly ulong[] _hashes;
    private readonly ulong[]? _alone;
    private readonly Dictionary<int, List<int>> _apart = [];
    private readonly IReadOnlyList<FieldComparison> _agreeing;
    private readonly IReadOnlyList<int>? _records;
    private readonly Dictionary<int, List<int>> _members = [];

    internal LinkGroups(int rows, ulong[] rowHashes, LinkConstraints constraints)
    {
        NodeOf = new int[rows];
        (_size, _hashes, _alone, _agreeing, _records) = (new int[rows], rowHashes, constraints.Alone, constraints.Agreeing, constraints.Records);
        var first = new Dictionary<int, int>();
        for (var row = 0; row < rows; row++)
        {
            var group = constraints.Together is { } together ? together[row] : -1;
            NodeOf[row] = group < 0 || first.TryAdd(group, row) ? row : first[group];
            _size[NodeOf[row]]++;
        }

        if (first.Count > 0)
        {
            (_hashes, _alone) = (rowHashes.ToArray(), constraints.Alone?.ToArray());
            for (var row = 0; row < rows; row++)
            {
                Join(NodeOf[row], row);
            }
        }

        foreach (var (a, b) in constraints.Apart)
        {
            Deny(NodeOf[a], NodeOf[b]);
            Deny(NodeOf[b], NodeOf[a]);
        }
    }

    /// <summary>For each row the smallest row of its group.</summary>
    internal int[] NodeOf { get; }

    internal int Size(int node) => _size[node];

    /// <summary>The least of the members' hashes.</summary>
    internal ulong Hash(int node) => _hashes[node];

    internal ulong Alone(int node) => _alone is null ? 0 : _alone[node];

    /// <summary>The groups that must not meet this one.</summary>
    internal IReadOnlyList<int> Apart(int node) => _apart.GetValueOrDefault(node) ?? [];

    /// <summary>For each field that must agree the values that the group has.</summary>
    internal HashSet<int>[] Values(int node) =>
        [.. _agreeing.Select(field => (_members.GetValueOrDefault(node) ?? [node]).Select(row => field.Column.Ids[_records is null ? row : _records[row]]).Where(id => id != 0).ToHashSet())];

    private void Join(int node, int row)
    {
        if (_agreeing.Count > 0 && _size[node] > 1)
        {
            (_members.TryGetValue(node, out var members) ? members : _members[node] = []).Add(row);
        }

        _hashes[node] = Math.Min(_hashes[node], _hashes[row]);
        if (_alone is { } alone)
        {
            alone[node] |= alone[row];
        }
    }

    private void Deny(int node, int other)
    {
        if (node != other)
        {
            (_apart.TryGetValue(node, out var denied) ? denied : _apart[node] = []).Add(other);
        }
    }
}
