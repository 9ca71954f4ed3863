namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Bounds of a run.</summary>
public sealed record MatcherOptions
{
    /// <summary>Threads, 1 or more; the result is the same to the bit.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Candidates to compare for each record, on average.</summary>
    public double PairsPerRecord { get; init; } = 10;

    /// <summary>For each record its source, from 0; null when all are of one. At most 64 sources count as free of duplicates.</summary>
    public IReadOnlyList<int>? Sources { get; init; }

    /// <summary>Sources that have each person once: two of their records are never one.</summary>
    public IReadOnlyList<int> DuplicateFree { get; init; } = [];

    /// <summary>Average evidence, in bits, that keeps records together. 0 weighs a wrong merge like a missed one; more is stricter.</summary>
    public double Strictness { get; init; }
}

/// <summary>What a run found.</summary>
/// <param name="Clusters">For each record the smallest row of its cluster.</param>
public sealed record MatcherResult(int[] Clusters)
{
    /// <summary>Values that were set aside as standing for "not known".</summary>
    public IReadOnlyList<JunkValue> Junk { get; init; } = [];

    /// <summary>What each key cost.</summary>
    public IReadOnlyList<KeyBill> Keys { get; init; } = [];

    /// <summary>How many pairs were compared.</summary>
    public int Compared => Pairs.Length;

    /// <summary>The pairs that were compared, each once: the smaller row in the upper half.</summary>
    internal ulong[] Pairs { get; init; } = [];

    /// <summary>The evidence of each pair in bits.</summary>
    internal double[] Bits { get; init; } = [];
}

/// <summary>Finds out which records are one and the same, without labels and without settings. Deterministic to the bit.</summary>
public static class Matcher
{
    /// <summary>Runs over all records.</summary>
    /// <param name="columns">The fields; ignored ones may be among them. All have the same number of records.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="step">Told the name of each step when it begins.</param>
    /// <returns>The clusters and what led to them.</returns>
    public static MatcherResult Run(IReadOnlyList<MatchColumn> columns, MatcherOptions options, Action<string>? step = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(options);
        var used = columns.Where(column => column.Type != MatchFieldType.Ignored && column.Filled > 1).Take(PairLevels.MostFields).ToArray();
        var rows = columns.Count == 0 ? 0 : columns[0].Ids.Length;
        if (used.Length == 0 || rows < 2)
        {
            return new MatcherResult([.. Enumerable.Range(0, rows)]);
        }

        step?.Invoke("junk");
        var junk = JunkValues.Remove(used);
        var fields = used.Select(FieldComparisons.Of).ToArray();
        step?.Invoke("candidates");
        var alone = Alone(options, rows);
        var rowHashes = TextHash.OfRows(used);
        var blocking = new Blocking(used, fields, rowHashes, alone);
        var pairs = blocking.Pairs(options.PairsPerRecord, options.Threads);
        step?.Invoke("comparison");
        var set = PatternSet.Compare(new PairLevels(fields), pairs, options.Threads);
        step?.Invoke("model");
        var model = MixtureModel.Fit(fields, ChanceAgreement.Of(fields), set, options.Threads);
        step?.Invoke("clusters");
        var bits = Array.ConvertAll(set.OfPair, pattern => model.Bits[pattern]);
        var clusters = AverageLink.Cluster(rows, pairs, bits, options.Strictness, rowHashes, alone, options.Threads);
        return new MatcherResult(clusters) { Junk = junk, Keys = blocking.Bill, Pairs = pairs, Bits = bits };
    }

    // One bit for each source that is free of duplicates; records that share a bit are never one.
    private static ulong[]? Alone(MatcherOptions options, int rows)
    {
        if (options.Sources is not { } sources || options.DuplicateFree.Count == 0)
        {
            return null;
        }

        var bits = options.DuplicateFree.Take(64).Select((source, i) => (source, Bit: 1UL << i)).ToDictionary(one => one.source, one => one.Bit);
        return [.. Enumerable.Range(0, rows).Select(row => bits.GetValueOrDefault(sources[row]))];
    }
}
