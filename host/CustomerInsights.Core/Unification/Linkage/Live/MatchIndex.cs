using System.Runtime.InteropServices;

namespace CustomerInsights.Core.Unification.Linkage.Live;

/// <summary>
/// A finished run, kept so that it can go on: new, changed and removed records are compared with those they share a key with, and only the clusters
/// that they reach are formed again. What the run learnt stays as it is: what values are worth, which are set aside, which keys are used and which of
/// their groups are too large.
/// </summary>
/// <remarks>
/// After any changes the clusters are those that all records together would give under what was learnt, in whatever order they came: which pairs are
/// compared depends on the groups as they are, evidence on the two records alone, and average link on the component alone. A group
/// that grows beyond 2,000 records is left out from then on; the pairs that it alone brought are then taken back.
/// Not safe for several threads at once.
/// </remarks>
public sealed partial class MatchIndex
{
    private readonly MatchColumn[] _columns;
    private readonly FieldComparison[] _fields;
    private readonly PairLevels _levels;
    private readonly MixtureModel _model;
    private readonly PartCodes _codes;
    private readonly KeyPostings[] _postings;
    private readonly double _stop;
    private readonly Dictionary<ulong, double> _bits = [];
    private readonly List<int> _group = [];
    private readonly Scratch _scratch = new();
    private readonly Edges _edges = new();
    // For each field the one that names the country of its values, −1 for none.
    private readonly int[] _countryOf;
    private readonly Bonds _bonds;
    private readonly ParallelOptions _oneThread = new() { MaxDegreeOfParallelism = 1 };
    private readonly List<int> _clusters = [];
    private readonly List<ulong> _hashes = [];

    // For each record a round in which it was met last, so that it is met once.
    private readonly List<int> _met = [];
    private int _round;

    /// <param name="run">A run; the index goes on with its columns and changes them.</param>
    /// <param name="threads">1 or more, for the making only.</param>
    /// <exception cref="ArgumentException">The run compared nothing: it had fewer than two records, or no field that has values.</exception>
    public MatchIndex(MatcherResult run, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.Learnt is not { } learnt)
        {
            throw new ArgumentException("The run compared nothing: it takes two records and a field that has values.", nameof(run));
        }

        (_fields, _levels, _model, _stop) = (run.Fields, run.Levels!, run.Model!, learnt.Strictness);
        _columns = Array.ConvertAll(_fields, field => field.Column);
        _countryOf = Array.ConvertAll(_columns, column => column.Reading.CountryField is { } name ? Array.FindIndex(_columns, one => one.Name == name) : -1);
        var used = learnt.Keys.SelectMany(key => new[] { key.First, key.Second }).Where(part => part >= 0).Distinct().Order().ToArray();
        var keys = Array.ConvertAll(learnt.Keys, key => key with { First = Array.IndexOf(used, key.First), Second = Array.IndexOf(used, key.Second) });
        _codes = new PartCodes(Array.ConvertAll(used, part => learnt.Parts[part]), _columns, threads);
        _postings = new KeyPostings[keys.Length];
        Parallel.For(0, keys.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => new KeyGroups(_codes), (key, _, groups) =>
        {
            groups.Hash(keys[key]);
            groups.Sort([]);
            _postings[key] = new(_codes, keys[key], groups, learnt.TooLarge[key]);
            return groups;
        }, _ => { });
        foreach (var column in _columns)
        {
            // Numbers its values now and not while somebody waits.
            column.Find("");
        }

        _bonds = new(learnt.Constraints, run.Clusters.Length, learnt.BitOfSource);
        _clusters.AddRange(run.Clusters);
        _hashes.AddRange(TextHash.OfRows(_columns));
        CollectionsMarshal.SetCount(_met, _clusters.Count);
        for (var pair = 0; pair < run.Pairs.Length; pair++)
        {
            if (run.BitsOf(pair) is var bits && bits > _stop + AverageLink.Floor)
            {
                _edges.Put((int)(run.Pairs[pair] >> 32), (int)(uint)run.Pairs[pair], bits);
            }
        }
    }

    /// <summary>The names of the fields, in the order of a record's values.</summary>
    public IReadOnlyList<string> Fields => [.. _columns.Select(column => column.Name)];

    /// <summary>How many records there are, removed ones among them: the number of the next one.</summary>
    public int Count => _clusters.Count;

    /// <summary>The cluster of a record: the smallest number among its records. A removed one is alone.</summary>
    /// <param name="record">The record's number, from 0.</param>
    /// <returns>A record's number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such record.</exception>
    public int ClusterOf(int record) => _clusters[record];

    /// <summary>The values of a record as they are compared: normalised, empty for none, in the order of <see cref="Fields"/>.</summary>
    /// <param name="record">The record's number, from 0.</param>
    /// <returns>One value for each field.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such record.</exception>
    public IReadOnlyList<string> ValuesOf(int record)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(record);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(record, Count);
        return Array.ConvertAll(_columns, column => column.Values[column.Ids[record]]);
    }

    /// <summary>Takes changes in, all at once.</summary>
    /// <param name="changes">New, changed and removed records, each once.</param>
    /// <returns>The records whose cluster is another now, removed ones not among them.</returns>
    /// <exception cref="ArgumentException">A record is not there, is named twice, or has another number of values.</exception>
    public IReadOnlyList<ClusterMove> Apply(IReadOnlyList<RecordChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var rows = Rows(changes);
        var sizes = new Dictionary<(int Key, uint Hash), int>();
        for (var i = 0; i < rows.Length; i++)
        {
            Tally(rows[i], sizes, -1);
            Set(rows[i], changes[i].Values, isToStay: true);
            Tally(rows[i], sizes, 1);
        }

        var touched = new HashSet<int>(rows);
        touched.UnionWith(Outgrown(sizes));
        return Form(Compare(touched));
    }

    /// <summary>Takes in what somebody told: for good, whatever the evidence.</summary>
    /// <param name="together">Pairs of records that are one.</param>
    /// <param name="apart">Pairs that never are, not even through others; one that <paramref name="together"/> has made one has no effect.</param>
    /// <returns>The records whose cluster is another now.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A record is not there.</exception>
    public IReadOnlyList<ClusterMove> Tell(IReadOnlyList<(int A, int B)> together, IReadOnlyList<(int A, int B)> apart)
    {
        ArgumentNullException.ThrowIfNull(together);
        ArgumentNullException.ThrowIfNull(apart);
        var reached = new HashSet<int>();
        foreach (var (a, b) in together.Concat(apart))
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)a, (uint)Count, nameof(together));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)b, (uint)Count, nameof(apart));
            reached.UnionWith([a, b]);
        }

        foreach (var (a, b) in together)
        {
            _bonds.Join(a, b);
        }

        foreach (var (a, b) in apart)
        {
            _bonds.Part(a, b);
        }

        return Form(reached);
    }

    /// <summary>Which records one new record would be one with. Nothing is changed.</summary>
    /// <param name="values">Its values as they came, in the order of <see cref="Fields"/>; empty for none.</param>
    /// <param name="source">Its source, as in <see cref="MatcherOptions.Sources"/>; null when it does not matter.</param>
    /// <returns>Its cluster, and the records that speak for it, strongest first.</returns>
    /// <exception cref="ArgumentException">It has another number of values.</exception>
    public MatchAnswer Find(IReadOnlyList<string> values, int? source = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        var row = Count;
        Check(values, nameof(values));
        foreach (var field in _fields)
        {
            field.Mark();
        }

        Append(source);
        Set(row, values, isToStay: false);
        try
        {
            var found = Partners(row).Select(partner => new MatchPartner(partner, Bits(row, partner))).Where(one => one.Bits > _stop + AverageLink.Floor).ToList();
            foreach (var partner in found)
            {
                _edges.Put(row, partner.Record, partner.Bits);
            }

            var nodes = _edges.Reach([row], _bonds.With);
            var clusters = Clusters(nodes);
            var own = clusters[nodes.IndexOf(row)];
            int[] members = [.. nodes.Where((node, i) => clusters[i] == own && node != row)];
            found.Sort((a, b) => a.Bits != b.Bits ? b.Bits.CompareTo(a.Bits) : a.Record.CompareTo(b.Record));
            return new([.. members.Select(member => _clusters[member]).Distinct().Order()], members, found);
        }
        finally
        {
            _edges.Clear(row);
            Set(row, null, isToStay: false);
            Drop();
            foreach (var field in _fields)
            {
                field.Forget();
            }
        }
    }

    private void Check(IReadOnlyList<string> values, string name)
    {
        if (values.Count != _columns.Length)
        {
            throw new ArgumentException($"A record has {_columns.Length} values, not {values.Count}: {string.Join(", ", Fields)}.", name);
        }
    }

    private int[] Rows(IReadOnlyList<RecordChange> changes)
    {
        var seen = new HashSet<int>();
        foreach (var change in changes)
        {
            if (change.Record is { } record && (record < 0 || record >= Count || !seen.Add(record)))
            {
                throw new ArgumentException($"Record {record} is not there, or is named twice.", nameof(changes));
            }

            if (change.Values is { } values)
            {
                Check(values, nameof(changes));
            }
        }

        return [.. changes.Select(change => change.Record ?? Append(change.Source))];
    }

    private int Append(int? source)
    {
        _bonds.Add(source);
        _clusters.Add(_clusters.Count);
        _hashes.Add(0);
        _met.Add(0);
        var row = _clusters.Count - 1;
        foreach (var column in _columns)
        {
            column.Set(row, 0);
        }

        return row;
    }

    // Takes back what Append did for the last record.
    private void Drop()
    {
        _bonds.Drop();
        _clusters.RemoveAt(_clusters.Count - 1);
        _hashes.RemoveAt(_hashes.Count - 1);
        _met.RemoveAt(_met.Count - 1);
    }

    private void Set(int row, IReadOnlyList<string>? values, bool isToStay)
    {
        var hash = 0UL;
        for (var i = 0; i < _columns.Length; i++)
        {
            var column = _columns[i];
            var id = values is null ? 0 : column.NumberOf(column.Reading.Normal(values[i].Trim(), _countryOf[i] < 0 ? "" : values[_countryOf[i]]));
            _fields[i].Learn();
            column.Set(row, id);
            hash = TextHash.And(hash, TextHash.Of(column.Values[id]));
        }

        _hashes[row] = hash;
        _levels.Set(row);
        _codes.Set(row, values is null);
        for (var key = 0; isToStay && key < _postings.Length; key++)
        {
            if (_codes.Hash(_postings[key].Key, row) is not 0 and var own)
            {
                _postings[key].Add(own, row);
            }
        }
    }
}
