using CustomerInsights.Core.Unification.Linkage.Stored;

namespace CustomerInsights.Core.Unification.Linkage;

/// <content>A run with what another one learnt.</content>
public static partial class Matcher
{
    // Candidates takes this off what it is told to keep: what is worth as much as a run keeps is kept, with a bit to spare for rounding.
    private const double ToSpare = 2;

    /// <summary>Compares all records by a model; the clusters are those that <see cref="Live.MatchIndex"/> has after any increments by the same model.</summary>
    private static MatcherResult Frozen(IReadOnlyList<MatchColumn> columns, MatcherOptions options, MatchModel model, Action<string>? step, CancellationToken cancellationToken)
    {
        var used = model.Arrange(columns);
        var rows = used[0].Rows;
        step?.Invoke("values");
        var junk = JunkValues.Remove(used);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellationToken };
        var fields = new FieldComparison[used.Length];
        Parallel.For(0, used.Length, parallel, field => fields[field] = FieldComparisons.Of(used[field], options.Levels.GetValueOrDefault(used[field].Name)));
        var levels = new PairLevels(fields, parallel);
        var mixture = MixtureModel.Of(fields, model.Tables);
        var alone = Alone(options, rows);
        var (parts, chosen) = model.Parts(fields.SelectMany((field, i) => KeyParts.Of(used[i], i, field)));
        var constraints = Constraints(options, fields, alone);
        var tooLarge = Array.ConvertAll(model.Keys, key => key.TooLarge);
        var run = new MatcherResult([])
        {
            Junk = junk,
            Model = mixture,
            Fields = fields,
            Levels = levels,
            Learnt = new(parts, chosen, tooLarge, options.Strictness, constraints, BitOfSource(options)) { Given = model },
        };
        step?.Invoke("comparison");
        run = Compared(run, new PartCodes(parts, used, options.Threads), used, options, parallel);
        mixture.Weigh(run.Patterns.Patterns);
        step?.Invoke("clusters");
        var (edges, bits) = Edges(run.Pairs, run.Patterns, mixture.Bits, options.Strictness);
        var ties = new List<MatchTie>();
        var clusters = AverageLink.Cluster(rows, edges, bits, options.Strictness, TextHash.OfRows(used), constraints, parallel, ties);
        return run with { Clusters = clusters, Ties = ties };
    }

    // The pairs: from those of an earlier run and what changed since, or all.
    private static MatcherResult Compared(MatcherResult run, PartCodes codes, MatchColumn[] used, MatcherOptions options, ParallelOptions parallel)
    {
        var least = Math.Min(Kept, options.Strictness + AverageLink.Floor);
        if (options.Before is { } before && Continuation.Of(before, run, codes, least, parallel) is { } further)
        {
            return run with { Keys = further.Bill, Pairs = further.Pairs, Patterns = further.Patterns, Changed = further.Changed };
        }

        var learnt = run.Learnt!;
        using var store = Store(used, options);
        var keys = new CandidateKeys(new RowCodes(codes, learnt.Keys, options.Threads), learnt.Keys, KeyChoice.LargestGroup, learnt.TooLarge);
        var candidates = new Candidates(keys, run.Levels!, learnt.Constraints.Alone, run.Model!.BitsOf, least + ToSpare, store, parallel);
        var (pairs, patterns) = candidates.Worth(run.Model.Weigh(candidates.Patterns.Patterns).Bits, least, least);
        return run with { Keys = Bill(keys.Bill, learnt.Keys, learnt.Parts, []), Pairs = pairs, Patterns = patterns, SpilledBytes = store.Spilled };
    }
}
