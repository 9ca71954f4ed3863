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
        Parallel.For(0, used.Length, parallel, field => fields[field] = FieldComparisons.Of(used[field]));
        var levels = new PairLevels(fields, parallel);
        var mixture = MixtureModel.Of(fields, model.Tables);
        var alone = Alone(options, rows);
        var (parts, chosen) = model.Parts(fields.SelectMany((field, i) => KeyParts.Of(used[i], i, field)));
        step?.Invoke("comparison");
        var keys = new CandidateKeys(new PartCodes(parts, used, options.Threads), chosen, KeyChoice.LargestGroup, Array.ConvertAll(model.Keys, key => key.TooLarge));
        var candidates = new Candidates(keys, levels, alone, mixture.BitsOf, Math.Min(Kept, options.Strictness + AverageLink.Floor) + ToSpare, parallel);
        mixture.Weigh(candidates.Patterns.Patterns);
        step?.Invoke("clusters");
        var (edges, bits) = Edges(candidates, mixture.Bits, options.Strictness);
        var constraints = Constraints(options, fields, alone);
        return new MatcherResult(AverageLink.Cluster(rows, edges, bits, options.Strictness, TextHash.OfRows(used), constraints, parallel))
        {
            Junk = junk,
            Keys = keys.Bill,
            Pairs = candidates.Pairs,
            Patterns = candidates.Patterns,
            Model = mixture,
            Fields = fields,
            Levels = levels,
            Learnt = new(parts, chosen, keys.TooLarge, options.Strictness, constraints, BitOfSource(options)) { Given = model },
        };
    }
}
