namespace CustomerInsights.Core.Unification.Linkage.Stored;

/// <summary>How far the pairs of a field are from those that a model was learnt from.</summary>
/// <param name="Field">The field.</param>
/// <param name="Index">Population stability index of its levels, 0 or more: Σ (p − q) ln (p / q), with p the shares now and q those of the fit.</param>
/// <param name="Bound">What is too far: 0.25, or more where there are too few pairs for that to mean anything.</param>
public sealed record FieldDrift(string Field, double Index, double Bound);

/// <summary>How far records are from those that a model was learnt from.</summary>
/// <param name="Growth">Records now against then, less 1: 0.1 for a tenth more, −0.1 for a tenth fewer.</param>
/// <param name="Fields">The fields of the model; none where there are fewer than 1,000 records, then or now, which say nothing.</param>
/// <remarks>
/// An index above 0.25 is a significant change (Siddiqi, Credit Risk Scorecards, 2006; the rule goes back to Lewis 1994). Between two samples of n and m
/// pairs from one and the same population it is about (1/n + 1/m) times a χ² of one degree less than there are levels (Yurdakul and Naranjo, Journal of
/// Risk Model Validation, 2020), so that the bound is no less than four standard deviations above that; pairs of one record are not independent, so that no more of them count than there are records. Groups grow with the
/// records, and with them the share of chance pairs: more than a fifth more or fewer is reason enough to learn anew.
/// </remarks>
public sealed record ModelDrift(double Growth, IReadOnlyList<FieldDrift> Fields)
{
    private const double MostGrowth = 0.2;
    private const double Significant = 0.25;
    private const int Fewest = 1000;

    /// <summary>Why the model should be learnt anew; null when it is good enough.</summary>
    public string? Reason
    {
        get
        {
            if (Math.Abs(Growth) > MostGrowth)
            {
                return FormattableString.Invariant($"there are {Math.Abs(Growth) * 100:0} % {(Growth > 0 ? "more" : "fewer")} records than it was learnt from; {MostGrowth * 100:0} % are allowed");
            }

            return Fields.Where(one => one.Index > one.Bound).MaxBy(one => one.Index / one.Bound) is { } worst
                ? FormattableString.Invariant($"pairs differ from those that it was learnt from: '{worst.Field}' has a stability index of {worst.Index:0.00}, {worst.Bound:0.00} is allowed")
                : null;
        }
    }

    /// <summary>How far a run with a model is from what the model was learnt from.</summary>
    /// <param name="run">The run.</param>
    /// <returns>The drift; null when the run was given no model.</returns>
    public static ModelDrift? Of(MatcherResult run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Learnt?.Given is { } model
            ? new((run.Clusters.Length / (double)Math.Max(1, model.Records)) - 1, Between(model, MatchModel.LevelsOf(model.Fields.Count, run.Patterns), run.Clusters.Length))
            : null;
    }

    internal static FieldDrift[] Between(MatchModel model, long[][] now, long records) =>
        Math.Min(model.Records, records) < Fewest ? [] : [.. model.Fields.Select((field, i) => Between(field.Name, model.Levels[i], now[i], Math.Min(model.Records, records)))];

    private static FieldDrift Between(string name, long[] then, long[] now, long records)
    {
        // Half a pair more in each level: one that nobody reached has a share all the same.
        const double Half = 0.5;
        var levels = Enumerable.Range(0, then.Length).Where(level => then[level] + now[level] > 0).ToArray();
        var (all, all0) = (levels.Sum(level => now[level] + Half), levels.Sum(level => then[level] + Half));
        if (all <= levels.Length || all0 <= levels.Length)
        {
            return new(name, 0, Significant);
        }

        var index = levels.Sum(level => (((now[level] + Half) / all) - ((then[level] + Half) / all0)) * Math.Log((now[level] + Half) / all / ((then[level] + Half) / all0)));
        var free = Math.Max(1, levels.Length - 1);
        return new(name, index, Math.Max(Significant, ((1 / Math.Min(all, records)) + (1 / Math.Min(all0, records))) * (free + (4 * Math.Sqrt(2 * free)))));
    }
}
