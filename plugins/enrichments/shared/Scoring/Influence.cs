using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.Enrichments.Predictions.Scoring;

/// <summary>What a group of features is worth to a model.</summary>
/// <param name="Group">The group.</param>
/// <param name="LossIncrease">How much the log loss of the holdout grows when the group's values are dealt out at random.</param>
/// <param name="Direction"><c>more</c>: higher values make it likelier; <c>less</c>; <c>mixed</c>.</param>
internal sealed record Factor(string Group, double LossIncrease, string Direction);

/// <summary>Which features matter, by permutation on a holdout (Breiman 2001; Fisher, Rudin and Dominici 2019), related features together.</summary>
/// <param name="Factors">Those that make the loss larger in either half of the holdout, the most important first.</param>
/// <param name="Overlap">The share of the best ten of one half that are among the best ten of the other.</param>
/// <param name="Hidden">How many groups were left out for not mattering in both halves.</param>
internal sealed record Influence(IReadOnlyList<Factor> Factors, double Overlap, int Hidden)
{
    private const int Rows = 4_000;
    private const int Repeats = 5;
    private const int Best = 10;
    private const int SlopeRows = 400;

    /// <summary>Measures.</summary>
    /// <param name="plan">The columns.</param>
    /// <param name="model">The model.</param>
    /// <param name="columns">Of the holdout.</param>
    /// <param name="happened">By row, whether it happened.</param>
    /// <param name="seed">Of the dealing out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Influence Of(ColumnPlan plan, BlendModel model, IReadOnlyList<FeatureColumn> columns, bool[] happened, int seed, CancellationToken cancellationToken)
    {
        if (happened.Length > Rows)
        {
            int[] part = [.. Enumerable.Range(0, Rows).Select(i => (int)((long)i * happened.Length / Rows))];
            (columns, happened) = ([.. columns.Select(column => column.Take(part))], [.. part.Select(row => happened[row])]);
        }

        var random = new SplitMix((ulong)(uint)seed ^ 0xFAC7);
        var half = new int[happened.Length];
        for (var row = 0; row < half.Length; row++)
        {
            half[row] = random.Next(2);
        }

        var before = model.Logits(columns);
        var found = new List<(Factor Factor, double First, double Second)>();
        foreach (var group in plan.Columns.Select((column, at) => (column, at)).GroupBy(pair => pair.column.Group, pair => pair.at, StringComparer.Ordinal))
        {
            var sums = new double[2];
            for (var repeat = 0; repeat < Repeats; repeat++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var order = Enumerable.Range(0, happened.Length).ToArray();
                random.Shuffle(order);
                var dealt = columns.ToArray();
                foreach (var at in group)
                {
                    dealt[at] = columns[at].Take(order);
                }

                var after = model.Logits(dealt);
                for (var row = 0; row < after.Length; row++)
                {
                    sums[half[row]] += Loss(after[row], happened[row]) - Loss(before[row], happened[row]);
                }
            }

            var scale = 1.0 / (Repeats * happened.Length);
            found.Add((new Factor(group.Key, scale * (sums[0] + sums[1]), Direction(model, columns, [.. group])), sums[0], sums[1]));
        }

        var first = Top(found.Select(one => (one.Factor.Group, one.First)));
        var second = Top(found.Select(one => (one.Factor.Group, one.Second)));
        var wanted = Math.Max(1, Math.Min(Best, Math.Max(first.Count, second.Count)));
        var shown = found.Where(one => one is { First: > 0, Second: > 0 }).Select(one => one.Factor).OrderByDescending(factor => factor.LossIncrease).ThenBy(factor => factor.Group, StringComparer.Ordinal).ToList();
        return new Influence(shown, (double)first.Intersect(second, StringComparer.Ordinal).Count() / wanted, found.Count - shown.Count);

        static List<string> Top(IEnumerable<(string Group, double Increase)> groups) =>
            [.. groups.Where(one => one.Increase > 0).OrderByDescending(one => one.Increase).ThenBy(one => one.Group, StringComparer.Ordinal).Take(Best).Select(one => one.Group)];
    }

    // The slope of the partial dependence (Friedman 2001) between the lower and the upper quarter of all numbers of the group.
    private static string Direction(BlendModel model, IReadOnlyList<FeatureColumn> columns, int[] group)
    {
        int[] part = [.. Enumerable.Range(0, Math.Min(SlopeRows, columns[0].Count)).Select(i => (int)((long)i * columns[0].Count / Math.Min(SlopeRows, columns[0].Count)))];
        FeatureColumn[] sample = [.. columns.Select(column => column.Take(part))];
        var numbers = group.Where(at => !columns[at].IsCategory).ToList();
        if (numbers.Count == 0)
        {
            return "mixed";
        }

        double low = Mean(0.25), high = Mean(0.75);
        return Math.Abs(high - low) < 1e-6 ? "mixed" : high > low ? "more" : "less";

        double Mean(double quantile)
        {
            FeatureColumn[] set = [.. sample];
            foreach (var at in numbers)
            {
                double[] known = [.. columns[at].Numbers.Where(value => !double.IsNaN(value)).Order()];
                var value = known.Length == 0 ? double.NaN : known[(int)(quantile * (known.Length - 1))];
                set[at] = FeatureColumn.Taken(columns[at].Name, [.. Enumerable.Repeat(value, part.Length)]);
            }

            return model.Logits(set).Average();
        }
    }

    private static double Loss(double logit, bool happened)
    {
        var signed = happened ? -logit : logit;
        return signed > 30 ? signed : SpecialFunctions.Log1P(Math.Exp(signed));
    }
}
