using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification.Matching;

namespace CustomerInsights.Core.Unification;

/// <summary>Gives profiles their attributes, each with the node it came from, by the merge policy.</summary>
public sealed class ProfileMerger
{
    private readonly UnificationPolicy _policy;
    private readonly RecordTable _table;
    private readonly UnifiedAttribute[] _attributes;
    private readonly AttributeGroup[] _groups;

    /// <summary>A merger over the records of a run; the same input as the run's, so that candidates can be looked up later.</summary>
    /// <exception cref="ArgumentException">As in <see cref="Unifier.Unify"/>.</exception>
    public ProfileMerger(UnificationPolicy policy, UnificationInput input)
        : this(policy, new RecordTable(
            (policy ?? throw new ArgumentNullException(nameof(policy))).Streams,
            (input ?? throw new ArgumentNullException(nameof(input))).Streams))
    {
    }

    internal ProfileMerger(UnificationPolicy policy, RecordTable table)
    {
        (_policy, _table) = (policy, table);
        _attributes = [.. policy.Merge.Attributes.Where(a => !a.Excluded)];
        _groups = [.. policy.Merge.Groups.Where(g => !g.Excluded)];
        Attributes = [.. _attributes.Select(a => a.Name), .. _groups.SelectMany(g => g.Attributes)];
    }

    /// <summary>Attributes that are not excluded; those of groups last.</summary>
    public IReadOnlyList<string> Attributes { get; }

    /// <summary>Merges one cluster. Nodes without a record (event identities) give no values.</summary>
    public MergedProfile Merge(Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var rows = RowsByStream(cluster);
        var values = new List<MergedValue>(Attributes.Count);
        values.AddRange(_attributes.Select(a => Ranked(a, rows).Select(c => new MergedValue(c.Value, c.Node)).FirstOrDefault()));
        foreach (var group in _groups)
        {
            values.AddRange(RankedUnits(group, rows).FirstOrDefault().Unit ?? new MergedValue[group.Attributes.Count]);
        }

        return new MergedProfile(cluster, [.. rows.OrderBy(r => r.Key).Select(r => new StreamWinner(
            _table.Schemas[r.Key].Name, _table.Nodes[Winner(r.Key, r.Value, _policy.Streams[r.Key].Winner)].Id))], values);
    }

    /// <summary>The values an attribute could have had, best first; the first is the chosen one. Empty if there is none.</summary>
    /// <exception cref="ArgumentException">There is no such attribute, or it is excluded.</exception>
    public IReadOnlyList<MergeCandidate> Candidates(Cluster cluster, string attribute)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var rows = RowsByStream(cluster);
        if (Array.Find(_attributes, a => a.Name == attribute) is { } single)
        {
            return [.. Ranked(single, rows).Select((c, i) => c with { Chosen = i == 0 })];
        }

        var group = Array.Find(_groups, g => g.Attributes.Contains(attribute, StringComparer.Ordinal))
            ?? throw new ArgumentException($"There is no attribute '{attribute}', or it is excluded.", nameof(attribute));
        var member = group.Attributes.ToList().IndexOf(attribute);
        var units = RankedUnits(group, rows).ToList();
        var candidates = new List<MergeCandidate>();
        for (var u = 0; u < units.Count; u++)
        {
            var (unit, source) = units[u];
            if (unit[member] is { Node: { } node } value)
            {
                candidates.Add(new MergeCandidate(value.Value, node, source.Stream, source.Fields[member]!, u == 0));
            }
        }

        return candidates;
    }

    private SortedDictionary<int, int[]> RowsByStream(Cluster cluster)
    {
        var streams = new SortedDictionary<int, int[]>();
        foreach (var stream in cluster.Nodes.Select(n => _table.RowByNode(n)).OfType<int>().GroupBy(r => _table.StreamOf[r]))
        {
            streams.Add(stream.Key, [.. stream]);
        }

        return streams;
    }

    private IEnumerable<MergeCandidate> Ranked(UnifiedAttribute attribute, SortedDictionary<int, int[]> rows)
    {
        var found = new List<(MergeCandidate Candidate, Value Recency)>();
        foreach (var source in attribute.Sources)
        {
            var stream = _table.Stream(source.Stream);
            if (rows.TryGetValue(stream, out var members))
            {
                var row = Giver(stream, members, source.Field);
                var value = _table[row, _table.Field(stream, source.Field)];
                if (IsFilled(value))
                {
                    var candidate = new MergeCandidate(value, _table.Nodes[row].Id, source.Stream, source.Field, Chosen: false);
                    found.Add((candidate, Recency(row, stream, source.RecencyField)));
                }
            }
        }

        return InOrder(found, attribute.Kind, f => f.Recency).Select(f => f.Candidate);
    }

    /// <summary>Units that have at least one value, best first. Every member comes from the one source.</summary>
    private IEnumerable<(MergedValue[] Unit, GroupSource Source)> RankedUnits(AttributeGroup group, SortedDictionary<int, int[]> rows)
    {
        var found = new List<(MergedValue[] Unit, GroupSource Source, Value Recency)>();
        foreach (var source in group.Sources)
        {
            var stream = _table.Stream(source.Stream);
            if (!rows.TryGetValue(stream, out var members))
            {
                continue;
            }

            // A unit comes from one row even where single fields have winners of their own: it must not be mixed.
            var row = Winner(stream, members, _policy.Streams[stream].Winner);
            MergedValue[] unit = [.. source.Fields.Select(field =>
                field is not null && _table[row, _table.Field(stream, field)] is var value && IsFilled(value)
                    ? new MergedValue(value, _table.Nodes[row].Id)
                    : default)];
            if (unit.Any(v => v.Node is not null))
            {
                found.Add((unit, source, Recency(row, stream, source.RecencyField)));
            }
        }

        return InOrder(found, group.Kind, f => f.Recency).Select(f => (f.Unit, f.Source));
    }

    private Value Recency(int row, int stream, string? field) =>
        field is null ? Value.Missing : _table[row, _table.Field(stream, field)];

    private static IEnumerable<T> InOrder<T>(List<T> found, MergeKind kind, Func<T, Value> recency) => kind switch
    {
        MergeKind.MostRecent => found.OrderByDescending(recency, RecencyOrder.MissingFirst),
        MergeKind.LeastRecent => found.OrderBy(recency, RecencyOrder.MissingLast),
        _ => found,
    };

    private static bool IsFilled(Value value) =>
        !value.IsMissing && !(value.Type == DataType.Text && string.IsNullOrWhiteSpace(value.AsText()));

    /// <summary>The row that gives this field: the stream's winner, or by the field's own policy the best row with a value.</summary>
    private int Giver(int stream, int[] rows, string field)
    {
        var policy = _policy.Streams[stream];
        if (!policy.FieldWinners.TryGetValue(field, out var own))
        {
            return Winner(stream, rows, policy.Winner);
        }

        var index = _table.Field(stream, field);
        var filled = Array.FindAll(rows, row => IsFilled(_table[row, index]));
        return Winner(stream, filled.Length > 0 ? filled : rows, own);
    }

    private int Winner(int stream, int[] rows, WinnerPolicy policy)
    {
        var best = rows[0];
        foreach (var row in rows.AsSpan(1))
        {
            var order = policy.Kind switch
            {
                WinnerKind.MostFilled => Filled(row).CompareTo(Filled(best)),
                WinnerKind.MostRecent => RecencyOrder.MissingFirst.Compare(Recency(row, stream, policy.Field), Recency(best, stream, policy.Field)),
                _ => RecencyOrder.MissingLast.Compare(Recency(best, stream, policy.Field), Recency(row, stream, policy.Field)),
            };
            order = order != 0 ? order : KeyOrder.Compare(_table.Nodes[row].Key, _table.Nodes[best].Key);
            best = order > 0 ? row : best;
        }

        return best;
    }

    private int Filled(int row) => _table.Nodes[row].Values.Count(IsFilled);
}
