using System.Globalization;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Explains clusters of one run. Safe for many readers at a time. Makes an index of the pairs once; a cluster of 10,000 records takes seconds.</summary>
public sealed class ClusterExplainer
{
    private const int EdgesTold = 1000;
    private const int RowsTold = 100;
    private const int ValuesLookedAt = 50;
    private const int LargestForLeastSum = 200;
    private const int FewestOfSource = 3;

    private readonly MatcherResult _result;
    private readonly MatcherOptions _options;
    private readonly ClusterEdges _edges;
    private readonly ulong[] _order;
    private readonly Dictionary<int, int> _usual = [];

    /// <param name="result">A run that compared something.</param>
    /// <param name="options">The options of the run.</param>
    /// <exception cref="ArgumentException">The run compared nothing.</exception>
    public ClusterExplainer(MatcherResult result, MatcherOptions options)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(options);
        if (result.Model is null)
        {
            throw new ArgumentException("The run compared nothing: there is nothing to explain.", nameof(result));
        }

        (_result, _options, _edges) = (result, options, new ClusterEdges(result));
        _order = TextHash.OfRows(Array.ConvertAll(result.Fields, field => field.Column));
        if (options.Sources is { } sources)
        {
            var counts = result.Clusters.Select((cluster, row) => (cluster, Source: sources[row])).CountBy(one => one);
            foreach (var source in counts.GroupBy(one => one.Key.Source, one => one.Value))
            {
                var sorted = source.Order().ToArray();
                _usual[source.Key] = options.DuplicateFree.Contains(source.Key) ? 1 : Math.Max(FewestOfSource, sorted[(int)(0.99 * (sorted.Length - 1))]);
            }
        }
    }

    /// <summary>Why the records that are with a record are one, and where they would part.</summary>
    /// <param name="row">Any record of the cluster, from 0.</param>
    /// <returns>The explanation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such record.</exception>
    public ClusterExplanation Explain(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, _result.Clusters.Length);
        var cluster = _result.Clusters[row];
        var rows = _edges.Rows(cluster).ToArray().OrderBy(one => _order[one]).ThenBy(one => one).ToArray();
        var edges = Edges(cluster, rows);
        var positive = edges.Where(edge => edge.Bits > 0).ToArray();
        var bridges = Cuts.Bridges(rows.Length, Array.ConvertAll(positive, edge => (edge.A, edge.B))).Select(i => (positive[i].A, positive[i].B)).ToHashSet();
        var told = edges.Select(edge => (edge, IsBridge: bridges.Contains((edge.A, edge.B)))).OrderByDescending(one => one.IsBridge).ThenByDescending(one => one.edge.Bits).Take(EdgesTold)
            .Select(one => new ClusterEdge(Math.Min(rows[one.edge.A], rows[one.edge.B]), Math.Max(rows[one.edge.A], rows[one.edge.B]), one.edge.Bits + _options.Strictness, one.IsBridge));
        var explanation = new ClusterExplanation
        {
            Records = rows.Length,
            Edges = [.. told],
            Compared = edges.Length,
            Density = rows.Length < 2 ? 1 : positive.Length / (rows.Length * (rows.Length - 1.0) / 2),
            Bridges = bridges.Count,
            WeakestCut = rows.Length < 2 ? null : Cut(new ClusterTree(rows.Length, edges).LastPart, rows, edges),
            LeastSum = rows.Length is < 2 or > LargestForLeastSum ? null : Cut(Cuts.Least(rows.Length, edges.Where(edge => edge.Bits > AverageLink.Floor).Select(edge => (edge.A, edge.B, ClusterTree.Weight(edge.Bits)))), rows, edges),
            Conflicts = [.. _result.Fields.Where(field => field.Column.Type is MatchFieldType.Date or MatchFieldType.Identifier).SelectMany(field => Conflicts(field, rows))],
            GivenNames = [.. _result.Fields.Where(field => field.Column.Type == MatchFieldType.GivenName).SelectMany(field => Apart(field, rows)).Select(one => one.Text)],
            TooManyOfSource = TooMany(rows),
            Sentence = "",
        };
        return explanation with { Sentence = Sentence(explanation) };
    }

    /// <summary>The records that are with a record, itself among them.</summary>
    /// <param name="row">Any record of the cluster, from 0.</param>
    /// <returns>Their rows, ascending.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such record.</exception>
    public IReadOnlyList<int> RowsWith(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, _result.Clusters.Length);
        return _edges.Rows(_result.Clusters[row]).ToArray();
    }

    /// <summary>The weakest cut of each cluster of two or more.</summary>
    internal IEnumerable<ClusterCut> WeakestCuts(CancellationToken cancellationToken)
    {
        for (var cluster = 0; cluster < _result.Clusters.Length; cluster++)
        {
            if (_edges.Rows(cluster).Length < 2)
            {
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            var rows = _edges.Rows(cluster).ToArray().OrderBy(one => _order[one]).ThenBy(one => one).ToArray();
            var edges = Edges(cluster, rows);
            yield return Cut(new ClusterTree(rows.Length, edges).LastPart, rows, edges);
        }
    }

    // By the records' places; the evidence is counted from the strictness.
    private (int A, int B, double Bits)[] Edges(int cluster, int[] rows)
    {
        var place = new Dictionary<int, int>(rows.Length);
        for (var i = 0; i < rows.Length; i++)
        {
            place.Add(rows[i], i);
        }

        return Array.ConvertAll(_edges.Pairs(cluster).ToArray(), pair =>
            (place[(int)(_result.Pairs[pair] >> 32)], place[(int)(uint)_result.Pairs[pair]], _result.BitsOf(pair) - _options.Strictness));
    }

    private static ClusterCut Cut(int[] part, int[] rows, (int A, int B, double Bits)[] edges)
    {
        if (2 * part.Length > rows.Length)
        {
            part = [.. Enumerable.Range(0, rows.Length).Except(part)];
        }

        var inPart = new bool[rows.Length];
        Array.ForEach(part, i => inPart[i] = true);
        var across = Array.FindAll(edges, edge => inPart[edge.A] != inPart[edge.B]);
        var pairs = (double)part.Length * (rows.Length - part.Length);
        var sum = across.Where(edge => edge.Bits > AverageLink.Floor).Sum(edge => ClusterTree.Weight(edge.Bits)) - pairs;
        var same = Odds.Probability(sum / pairs);
        int[] Told(bool side) => [.. rows.Where((_, i) => inPart[i] == side).Order().Take(RowsTold)];
        return new(Told(true), Told(false), part.Length, rows.Length - part.Length, sum / pairs, sum, across.Length, pairs * same, pairs * (1 - same));
    }

    private static IEnumerable<ValueConflict> Conflicts(FieldComparison field, int[] rows)
    {
        var apart = Apart(field, rows).Where(one => one.Records > 1).ToArray();
        return apart.Skip(1).Select(other => new ValueConflict(field.Column.Name, apart[0].Text, apart[0].Records, other.Text, other.Records));
    }

    // Values of which none is at all like one before it, the most frequent first.
    private static List<(string Text, int Records)> Apart(FieldComparison field, int[] rows)
    {
        var scratch = new Scratch();
        var values = rows.Select(row => field.Column.Ids[row]).Where(id => id != 0).CountBy(id => id).OrderByDescending(one => one.Value).ThenBy(one => field.Column.Values[one.Key], StringComparer.Ordinal).Take(ValuesLookedAt);
        var apart = new List<(int Id, int Records)>();
        foreach (var (id, records) in values)
        {
            if (apart.TrueForAll(one => field.Level(Math.Min(id, one.Id), Math.Max(id, one.Id), scratch) == FieldComparison.Different))
            {
                apart.Add((id, records));
            }
        }

        return apart.Count < 2 ? [] : apart.ConvertAll(one => (field.Column.Values[one.Id], one.Records));
    }

    private List<SourceExcess> TooMany(int[] rows) => _options.Sources is not { } sources ? [] :
    [
        .. rows.CountBy(row => sources[row]).Where(one => one.Value > _usual[one.Key]).OrderBy(one => one.Key).Select(one => new SourceExcess(one.Key, one.Value, _usual[one.Key])),
    ];

    private static string Sentence(ClusterExplanation cluster)
    {
        string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
        if (cluster.WeakestCut is not { } cut)
        {
            return "One record, joined with no other.";
        }

        var told = new List<string>
        {
            $"{Count(cluster.Records)} records are one: {(cluster.Density * 100).ToString("0.#", CultureInfo.InvariantCulture)} % of their pairs speak for it.",
            $"The weakest cut parts {Count(cut.PartRecords)} from {Count(cut.OtherRecords)}, with {PairExplainer.Signed(cut.AverageBits)} bits on average: a split there would lose {cut.LikelySame.ToString("0.#", CultureInfo.InvariantCulture)} pairs that are likely right and mend {cut.LikelyWrong.ToString("0.#", CultureInfo.InvariantCulture)} that are likely wrong.",
        };
        if (cluster.Bridges > 0 && cluster.Records > 2)
        {
            told.Add(cluster.Bridges == 1 ? "One pair alone holds it together." : $"{Count(cluster.Bridges)} pairs each hold it together alone.");
        }

        told.AddRange(cluster.Conflicts.Select(conflict => $"Two values of {conflict.Field} contradict each other: '{conflict.One}' in {Count(conflict.OneRecords)} records, '{conflict.Other}' in {Count(conflict.OtherRecords)}."));
        if (cluster.GivenNames.Count > 0)
        {
            told.Add($"Several given names: {PairExplainer.Listed(cluster.GivenNames)}.");
        }

        told.AddRange(cluster.TooManyOfSource.Select(source => $"Source {Count(source.Source + 1)} has {Count(source.Records)} records here, usual are at most {Count(source.Usual)}."));
        return string.Join(' ', told);
    }
}
