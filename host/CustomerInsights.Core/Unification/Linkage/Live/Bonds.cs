namespace CustomerInsights.Core.Unification.Linkage.Live;

/// <summary>What the clusters of an index keep to, record by record: who is told to be one, who never is, and what each source has once.</summary>
internal sealed class Bonds
{
    private readonly IReadOnlyDictionary<int, ulong> _bitOfSource;
    private readonly IReadOnlyList<FieldComparison> _agreeing;
    private readonly bool _isOneToOne;
    private readonly List<ulong> _alone = [];
    private readonly Dictionary<int, int> _group = [];
    private readonly Dictionary<int, List<int>> _members = [];
    private readonly Dictionary<int, HashSet<int>> _apart = [];

    /// <param name="constraints">Those of the run.</param>
    /// <param name="rows">How many records it had.</param>
    /// <param name="bitOfSource">The bit of each source that has each person once.</param>
    internal Bonds(LinkConstraints constraints, int rows, IReadOnlyDictionary<int, ulong> bitOfSource)
    {
        (_bitOfSource, _agreeing, _isOneToOne) = (bitOfSource, constraints.Agreeing, constraints.IsOneToOne);
        _alone.AddRange(constraints.Alone ?? new ulong[rows]);
        if (constraints.Together is { } together)
        {
            var first = new Dictionary<int, int>();
            for (var row = 0; row < rows; row++)
            {
                if (together[row] >= 0 && !first.TryAdd(together[row], row))
                {
                    Join(first[together[row]], row);
                }
            }
        }

        foreach (var (a, b) in constraints.Apart)
        {
            Part(a, b);
        }
    }

    /// <summary>A new record of a source.</summary>
    internal void Add(int? source) => _alone.Add(source is { } own ? _bitOfSource.GetValueOrDefault(own) : 0);

    /// <summary>Takes the last record back.</summary>
    internal void Drop() => _alone.RemoveAt(_alone.Count - 1);

    /// <summary>Whether both are of a source that has each person once.</summary>
    internal bool AreAlone(int a, int b) => (_alone[a] & _alone[b]) != 0;

    /// <summary>The records that a record is told to be one with, itself among them.</summary>
    internal IReadOnlyList<int> With(int row) => _group.TryGetValue(row, out var group) ? _members[group] : [row];

    /// <summary>Says that two records are one, and with them all that were told to be one with either.</summary>
    internal void Join(int a, int b)
    {
        var (one, other) = (GroupOf(a), GroupOf(b));
        if (one == other)
        {
            return;
        }

        foreach (var row in _members[other])
        {
            _group[row] = one;
        }

        _members[one].AddRange(_members[other]);
        _members.Remove(other);
    }

    /// <summary>Says that two records are never one.</summary>
    internal void Part(int a, int b)
    {
        Apart(a).Add(b);
        Apart(b).Add(a);
    }

    /// <summary>The constraints among some records, by their places.</summary>
    internal LinkConstraints Among(IReadOnlyList<int> rows, IReadOnlyDictionary<int, int> place)
    {
        var apart = new List<(int, int)>();
        foreach (var row in rows)
        {
            foreach (var other in _apart.GetValueOrDefault(row) ?? [])
            {
                if (row < other && place.TryGetValue(other, out var there))
                {
                    apart.Add((place[row], there));
                }
            }
        }

        return new()
        {
            Alone = [.. rows.Select(row => _alone[row])],
            Together = [.. rows.Select(row => _group.GetValueOrDefault(row, -1))],
            Apart = apart,
            Agreeing = _agreeing,
            IsOneToOne = _isOneToOne,
            Records = rows,
        };
    }

    private HashSet<int> Apart(int row) => _apart.TryGetValue(row, out var others) ? others : _apart[row] = [];

    private int GroupOf(int row)
    {
        if (!_group.TryGetValue(row, out var group))
        {
            _group.Add(row, group = row);
            _members.Add(row, [row]);
        }

        return group;
    }
}
