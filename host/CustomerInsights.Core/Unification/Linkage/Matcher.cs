using CustomerInsights.Core.Unification.Linkage.Stored;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Bounds of a run.</summary>
public sealed record MatcherOptions
{
    /// <summary>Threads, 1 or more; the result is the same to the bit.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// What the run may take of memory, in MiB, the columns that it is given among it; null for no bound but the machine's. Pairs that do not fit
    /// go into <see cref="Spill"/>, which must be there; the result is the same to the bit.
    /// </summary>
    public int? MemoryMegabytes { get; init; }

    /// <summary>Where pairs go that do not fit; not used without a bound.</summary>
    public ISpill? Spill { get; init; }

    /// <summary>Candidates to compare for each record, on average.</summary>
    public double PairsPerRecord { get; init; } = 10;

    /// <summary>For each record its source, from 0; null when all are of one. At most 64 sources count as free of duplicates.</summary>
    public IReadOnlyList<int>? Sources { get; init; }

    /// <summary>
    /// Sources that have each person once: two of their records are never one. With just two of them, records of these are paired so that the sum of
    /// evidence is the largest possible, and what only chance could pair is left apart (<see cref="MatcherResult.Ties"/>).
    /// </summary>
    public IReadOnlyList<int> DuplicateFree { get; init; } = [];

    /// <summary>For each record its group: records of one group are one already. Negative: in none. Null: no record is.</summary>
    public IReadOnlyList<int>? Together { get; init; }

    /// <summary>Pairs of records that are never one, not even through others. A pair inside a group of <see cref="Together"/> has no effect.</summary>
    public IReadOnlyList<(int A, int B)> Apart { get; init; } = [];

    /// <summary>Names of fields in which no two records of a cluster may have values that differ altogether. Values that are alike pass, and none at all.</summary>
    public IReadOnlyCollection<string> MustAgree { get; init; } = [];

    /// <summary>The levels of fields by name, where an expert wrote them, from most to least alike and without problems (<see cref="MatchLevels.Problems"/>).</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<MatchLevel>> Levels { get; init; } = new Dictionary<string, IReadOnlyList<MatchLevel>>(StringComparer.Ordinal);

    /// <summary>Keys that an expert wrote; used unless <see cref="KeyUse"/> is auto. At most <see cref="MatchKeys.Most"/>.</summary>
    public IReadOnlyList<MatchKey> Keys { get; init; } = [];

    /// <summary>Where the keys come from.</summary>
    public MatchKeyUse KeyUse { get; init; }

    /// <summary>Average evidence, in bits, that keeps records together. 0 weighs a wrong merge like a missed one; more is stricter.</summary>
    public double Strictness { get; init; }

    /// <summary>What an earlier run learnt, to decide by it: nothing is learnt then, and <see cref="PairsPerRecord"/> has no effect. Null: learn.</summary>
    public MatchModel? Model { get; init; }

    /// <summary>An earlier run by <see cref="Model"/>, or the one that learnt it, so that only what changed is compared; the result is the same. Null: all is compared.</summary>
    public RunBefore? Before { get; init; }
}

/// <summary>What a run found.</summary>
/// <param name="Clusters">For each record the smallest row of its cluster.</param>
public sealed record MatcherResult(int[] Clusters)
{
    /// <summary>Values that were set aside as standing for "not known".</summary>
    public IReadOnlyList<JunkValue> Junk { get; init; } = [];

    /// <summary>Fields that were left out because they tell nothing.</summary>
    public IReadOnlyList<UnusedField> Unused { get; init; } = [];

    /// <summary>What each key cost.</summary>
    public IReadOnlyList<KeyBill> Keys { get; init; } = [];

    /// <summary>Whether there was anything to compare.</summary>
    internal bool HasModel => Model is not null;

    /// <summary>How many records, gone ones among them, were other than in the run that this one went on from; null when all were compared.</summary>
    public int? Changed { get; init; }

    /// <summary>Between two sources that have each person once: records that fit several others equally well, and were left apart.</summary>
    public IReadOnlyList<MatchTie> Ties { get; init; } = [];

    /// <summary>How many pairs were compared.</summary>
    public long Compared => Patterns.Counts.Sum();

    /// <summary>Bytes that did not fit into the memory allowed and were written out for a while.</summary>
    public long SpilledBytes { get; init; }

    /// <summary>The pairs that may be matches, all of at least −4 bits among them, each once: the smaller row in the upper half.</summary>
    internal ulong[] Pairs { get; init; } = [];

    /// <summary>The patterns of the pairs.</summary>
    internal PatternSet Patterns { get; init; } = new([], [], []);

    /// <summary>What was learnt; null when there was nothing to compare.</summary>
    internal MixtureModel? Model { get; init; }

    /// <summary>The fields that were compared.</summary>
    internal FieldComparison[] Fields { get; init; } = [];

    /// <summary>Compares two records; null when there was nothing to compare.</summary>
    internal PairLevels? Levels { get; init; }

    /// <summary>What else it takes to go on from this run; null when there was nothing to compare.</summary>
    internal Learnt? Learnt { get; init; }

    /// <summary>The evidence of a pair by its place among <see cref="Pairs"/>, in bits.</summary>
    internal double BitsOf(int pair) => Model!.Bits[Patterns.OfPair[pair]];
}

/// <summary>What a run settled beside the model.</summary>
/// <param name="Parts">All parts of keys.</param>
/// <param name="Keys">The keys that were used.</param>
/// <param name="TooLarge">By key the hashes of groups that are left out for good.</param>
/// <param name="Strictness">Average evidence that keeps records together, in bits.</param>
/// <param name="Constraints">What the clusters kept to.</param>
/// <param name="BitOfSource">The bit of each source that has each person once.</param>
internal sealed record Learnt(IReadOnlyList<KeyPart> Parts, BlockingKey[] Keys, IReadOnlyList<HashSet<uint>> TooLarge, double Strictness, LinkConstraints Constraints, IReadOnlyDictionary<int, ulong> BitOfSource)
{
    /// <summary>The model that the run was given; null when it learnt.</summary>
    internal MatchModel? Given { get; init; }
}

/// <summary>Finds out which records are one and the same, without labels and without settings. Deterministic to the bit.</summary>
public static partial class Matcher
{
    // Pairs that are worth at least so many bits are at hand after a run.
    private const double Kept = -4;

    // Of the others those that were at hand anyway and are worth so much: answers may yet make matches of them.
    private const double AtHand = -15;

    /// <summary>Runs over all records.</summary>
    /// <param name="columns">The fields; ignored ones may be among them. All have the same number of records.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="step">Told the name of each step when it begins.</param>
    /// <param name="cancellationToken">Looked at several times a second.</param>
    /// <returns>The clusters and what led to them.</returns>
    /// <exception cref="MatcherMemoryException">The records alone exceed <see cref="MatcherOptions.MemoryMegabytes"/>.</exception>
    /// <exception cref="ArgumentException">
    /// There is a bound, and no <see cref="MatcherOptions.Spill"/>; or a field of <see cref="MatcherOptions.Model"/> is not among the columns, or has another type.
    /// </exception>
    /// <exception cref="SpillException">What did not fit could not be put aside.</exception>
    public static MatcherResult Run(IReadOnlyList<MatchColumn> columns, MatcherOptions options, Action<string>? step = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(options);
        if (options is { MemoryMegabytes: not null, Spill: null })
        {
            throw new ArgumentException("A bound on memory needs a place to spill to.", nameof(options));
        }

        if (options.Model is { } stored)
        {
            return Frozen(columns, options, stored, step, cancellationToken);
        }

        var (used, unused) = UnusedField.Sorted(columns);
        var rows = columns.Count == 0 ? 0 : columns[0].Rows;
        if (used.Length == 0 || rows < 2)
        {
            return new MatcherResult(new LinkGroups(rows, new ulong[rows], new LinkConstraints { Together = options.Together }).NodeOf) { Unused = unused };
        }

        using var store = Store(used, options);
        Array.ForEach(used, column => column.Facts = null);
        step?.Invoke("junk");
        var junk = JunkValues.Remove(used);
        step?.Invoke("values");
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken };
        var fields = new FieldComparison[used.Length];
        var chance = new double[used.Length][];
        var ofField = new List<KeyPart>[used.Length];
        Parallel.For(0, used.Length, parallel, field =>
        {
            fields[field] = FieldComparisons.Of(used[field], options.Levels.GetValueOrDefault(used[field].Name));
            chance[field] = ChanceAgreement.Of(fields[field]);
            ofField[field] = [.. KeyParts.Of(used[field], field, fields[field])];
        });
        step?.Invoke("keys");
        var alone = Alone(options, rows);
        var rowHashes = TextHash.OfRows(used);
        var parts = ofField.SelectMany(list => list).ToList();
        var codes = new PartCodes(parts, used, options.Threads);
        var levels = new PairLevels(fields, parallel);
        var naive = MixtureModel.Naive(fields, chance);
        var (all, given, lost) = MatchKeys.From(parts, options);
        var choice = KeyChoice.Of(codes, all, given, rowHashes, alone, pairs => Likely(naive, levels, pairs), options.PairsPerRecord, options.Threads);
        var (chosen, cap) = (RowCodes.Fitting(choice.Keys), choice.Cap);
        Tidy(options);
        step?.Invoke("comparison");
        var (pairs, patterns, model, bill, tooLarge) = Compare();
        Tidy(options);
        step?.Invoke("clusters");
        var (edges, bits) = Edges(pairs, patterns, model.Bits, options.Strictness);
        var constraints = Constraints(options, fields, alone);
        var ties = new List<MatchTie>();
        var clusters = AverageLink.Cluster(rows, edges, bits, options.Strictness, rowHashes, constraints, parallel, ties);
        return new MatcherResult(clusters)
        {
            Junk = junk,
            Unused = unused,
            Keys = Bill(bill, chosen, parts, lost),
            Ties = ties,
            SpilledBytes = store.Spilled,
            Pairs = pairs,
            Patterns = patterns,
            Model = model,
            Fields = fields,
            Levels = levels,
            Learnt = new(parts, chosen, tooLarge, options.Strictness, constraints, BitOfSource(options)),
        };

        // Of its own, so that what only the comparison needs is gone when it ends.
        (ulong[], PatternSet, MixtureModel, IReadOnlyList<KeyBill>, IReadOnlyList<HashSet<uint>>) Compare()
        {
            var keys = new CandidateKeys(new RowCodes(codes, chosen, options.Threads), chosen, cap);
            Tidy(options);
            var candidates = new Candidates(keys, levels, alone, naive, MixtureModel.RandomPair(fields), store, parallel);
            step?.Invoke("model");
            var learnt = MixtureModel.Fit(fields, chance, candidates.Patterns, options.Threads);
            var (worth, ofWorth) = candidates.Worth(learnt.Bits, Math.Min(Kept, options.Strictness + AverageLink.Floor), AtHand);
            return (worth, ofWorth, learnt, keys.Bill, keys.TooLarge);
        }
    }

    private static PairStore Store(MatchColumn[] used, MatcherOptions options) =>
        new(MatcherMemory.ForPairs(used, options.MemoryMegabytes, options.PairsPerRecord), options.MemoryMegabytes is null ? null : options.Spill);

    // Under a bound what was left behind is collected before more is taken; the runtime would wait for longer.
    private static void Tidy(MatcherOptions options)
    {
        if (options.MemoryMegabytes is { } most && GC.GetTotalMemory(forceFullCollection: false) > most * (1L << 20) / 2)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    // A key that was written and cannot be used stands at the end and found nothing.
    private static List<KeyBill> Bill(IReadOnlyList<KeyBill> bill, BlockingKey[] keys, IReadOnlyList<KeyPart> parts, IReadOnlyList<MatchKey> lost) =>
        [.. bill.Select((key, i) => key with { Parts = MatchKeys.Written(keys[i], parts).Parts }), .. lost.Select(key => new KeyBill(MatchKeys.NameOf(key), 0, 0, 0) { Parts = key.Parts })];

    // The pairs that the clustering looks at; most are far below.
    private static (ulong[] Pairs, double[] Bits) Edges(ulong[] pairs, PatternSet patterns, double[] bits, double strictness)
    {
        var (edges, own) = (new List<ulong>(), new List<double>());
        for (var i = 0; i < pairs.Length; i++)
        {
            var evidence = bits[patterns.OfPair[i]];
            if (evidence > strictness + AverageLink.Floor)
            {
                edges.Add(pairs[i]);
                own.Add(evidence);
            }
        }

        return ([.. edges], [.. own]);
    }

    // What the options say of a clustering.
    private static LinkConstraints Constraints(MatcherOptions options, FieldComparison[] fields, ulong[]? alone) => new()
    {
        Alone = alone,
        IsOneToOne = options.DuplicateFree.Count == 2,
        Together = options.Together,
        Apart = options.Apart,
        Agreeing = [.. fields.Where(field => options.MustAgree.Contains(field.Column.Name))],
    };

    // How likely pairs are matches before anything is learnt.
    private static double[] Likely(Func<ulong, double> naive, PairLevels levels, ulong[] pairs)
    {
        var scratch = new Scratch();
        return Array.ConvertAll(pairs, pair => Odds.Probability(naive(levels.Pattern((int)(pair >> 32), (int)(uint)pair, scratch))));
    }

    // One bit for each source that is free of duplicates; records that share a bit are never one.
    private static ulong[]? Alone(MatcherOptions options, int rows)
    {
        if (options.Sources is not { } sources || options.DuplicateFree.Count == 0)
        {
            return null;
        }

        var bits = BitOfSource(options);
        return [.. Enumerable.Range(0, rows).Select(row => bits.GetValueOrDefault(sources[row]))];
    }

    private static Dictionary<int, ulong> BitOfSource(MatcherOptions options) =>
        options.DuplicateFree.Take(64).Select((source, i) => (source, Bit: 1UL << i)).ToDictionary(one => one.source, one => one.Bit);
}
