namespace CustomerInsights.Core.Statistics;

/// <summary>An attribute that a tree may split by: a code for each row. Missing is a code of its own, <see cref="Codes"/>.</summary>
/// <param name="Rows">The code of each row, 0 to <paramref name="Codes"/>.</param>
/// <param name="Codes">How many codes there are besides missing; 1 to 254.</param>
/// <param name="Ordered">True for buckets of numbers, which are split at a threshold; false for categories, which are split into two sets.</param>
public sealed record TreeFeature(byte[] Rows, int Codes, bool Ordered);

/// <summary>What a tree explains: for each row a number, or which of some classes.</summary>
/// <param name="Values">For numbers: the value of each row, NaN where it is missing; such a row goes its way and counts for nothing. For classes: the class.</param>
/// <param name="Classes">How many classes; 0 for numbers.</param>
public sealed record TreeTarget(double[] Values, int Classes);

/// <summary>How far a tree grows.</summary>
/// <param name="Depth">The most splits above a leaf, 1 or more.</param>
/// <param name="SmallestLeaf">The fewest rows of a leaf, 1 or more.</param>
public sealed record TreeLimits(int Depth = 3, int SmallestLeaf = 20);

/// <summary>A leaf.</summary>
/// <param name="Count">Rows in it.</param>
/// <param name="Sums">For a number: the sum. For classes: how many of each.</param>
/// <param name="Known">Rows with a target.</param>
/// <param name="Squares">For a number: the sum of squares; 0 for classes.</param>
/// <param name="Allowed">For each feature which codes reach the leaf, missing last; null where the path does not ask for it.</param>
public sealed record TreeLeaf(long Count, long Known, IReadOnlyList<double> Sums, double Squares, IReadOnlyList<bool[]?> Allowed);

/// <summary>
/// A decision tree by exhaustive search over codes: Breiman, Friedman, Olshen and Stone, Classification and Regression Trees (1984). A split is chosen that leaves
/// the least variance of a number or the least Gini impurity of classes; of equal ones that of the first feature at the lowest place. Rows with a missing value go
/// to whichever side is better. Categories are ordered by the mean of the number, or by the share of each class in turn (exact for numbers and for two classes,
/// by Breiman's theorem; near for more). Linear in rows times features; deterministic.
/// </summary>
public static class DecisionTree
{
    private const double LeastGain = 1e-9;

    /// <summary>Grows a tree and gives its leaves, left to right; one leaf with all rows where no split helps.</summary>
    public static IReadOnlyList<TreeLeaf> Grow(IReadOnlyList<TreeFeature> features, TreeTarget target, TreeLimits limits)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(limits);
        var leaves = new List<TreeLeaf>();
        var rows = new int[target.Values.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = i;
        }

        Grow(new Growth(features, target, limits, leaves), rows, new bool[features.Count][], 0);
        return leaves;
    }

    private static void Grow(Growth growth, int[] rows, bool[]?[] allowed, int depth)
    {
        var whole = Total(growth.Target, rows);
        var split = depth < growth.Limits.Depth && rows.Length >= 2 * growth.Limits.SmallestLeaf ? Best(growth, rows, whole) : null;
        if (split is null)
        {
            growth.Leaves.Add(new TreeLeaf(rows.Length, (long)whole.Known, whole.Sums, whole.Squares, [.. allowed]));
            return;
        }

        var (codes, ordered, missing) = (growth.Features[split.Feature].Rows, growth.Features[split.Feature].Ordered, growth.Features[split.Feature].Codes);
        var met = new bool[split.Left.Length];
        foreach (var row in rows)
        {
            met[codes[row]] = true;
        }

        foreach (var side in new[] { true, false })
        {
            var before = allowed[split.Feature];
            bool[]?[] reached = [.. allowed];

            // What no row of here has (but buckets, which are ranges) is left out: the leaf is then told without it.
            reached[split.Feature] = [.. split.Left.Select((left, code) => left == side && (before is null || before[code]) && (met[code] || (ordered && code != missing)))];
            Grow(growth, Array.FindAll(rows, row => split.Left[codes[row]] == side), reached, depth + 1);
        }
    }

    private static Split? Best(Growth growth, int[] rows, Tally whole)
    {
        Split? best = null;
        for (var feature = 0; feature < growth.Features.Count; feature++)
        {
            var one = growth.Features[feature];
            var tallies = Tallies(one, growth.Target, rows);
            foreach (var order in Orders(one, tallies, growth.Target))
            {
                // Missing values of what is ordered go to the end or the beginning; of categories missing is one more.
                foreach (var places in one.Ordered ? [order, [one.Codes, .. order[..^1]]] : new[] { order })
                {
                    best = Along(growth, feature, places, tallies, whole, rows.Length, best);
                }
            }
        }

        return best;
    }

    private static Split? Along(Growth growth, int feature, int[] places, Tally[] tallies, Tally whole, int count, Split? best)
    {
        var left = new Tally(whole.Sums.Length);
        var floor = Math.Max(best?.Gain ?? 0, LeastGain * Math.Max(1, whole.Squares));
        for (var cut = 0; cut < places.Length - 1; cut++)
        {
            left.Add(tallies[places[cut]]);
            if (left.Count < growth.Limits.SmallestLeaf || count - left.Count < growth.Limits.SmallestLeaf || tallies[places[cut]].Count == 0)
            {
                continue;
            }

            var gain = left.Between(whole);
            if (gain > floor)
            {
                var mask = new bool[tallies.Length];
                foreach (var code in places.AsSpan(0, cut + 1))
                {
                    mask[code] = true;
                }

                (floor, best) = (gain, new Split(feature, mask, gain));
            }
        }

        return best;
    }

    // Codes with missing last; for categories by the mean, or the share of each class.
    private static IEnumerable<int[]> Orders(TreeFeature feature, Tally[] tallies, TreeTarget target)
    {
        int[] natural = [.. Enumerable.Range(0, feature.Codes + 1)];
        if (feature.Ordered)
        {
            yield return natural;
            yield break;
        }

        // With two classes the second order is the first backwards.
        var ways = target.Classes switch { 0 => 1, 2 => 1, var classes => classes };
        for (var way = 0; way < ways; way++)
        {
            var by = way;
            yield return [.. natural.OrderBy(code => tallies[code].Known == 0 ? 0 : tallies[code].Sums[by] / tallies[code].Known).ThenBy(code => code)];
        }
    }

    private static Tally[] Tallies(TreeFeature feature, TreeTarget target, int[] rows)
    {
        var tallies = new Tally[feature.Codes + 1];
        for (var i = 0; i < tallies.Length; i++)
        {
            tallies[i] = new Tally(Math.Max(1, target.Classes));
        }

        var codes = feature.Rows;
        foreach (var row in rows)
        {
            tallies[codes[row]].Add(target, row);
        }

        return tallies;
    }

    private static Tally Total(TreeTarget target, int[] rows)
    {
        var total = new Tally(Math.Max(1, target.Classes));
        foreach (var row in rows)
        {
            total.Add(target, row);
        }

        return total;
    }

    private sealed record Growth(IReadOnlyList<TreeFeature> Features, TreeTarget Target, TreeLimits Limits, List<TreeLeaf> Leaves);

    private sealed record Split(int Feature, bool[] Left, double Gain);

    private sealed class Tally(int width)
    {
        public double[] Sums { get; } = new double[width];

        public double Known { get; private set; }

        public long Count { get; private set; }

        public double Squares { get; private set; }

        public void Add(TreeTarget target, int row)
        {
            Count++;
            var value = target.Values[row];
            if (target.Classes > 0)
            {
                Sums[(int)value]++;
                Known++;
            }
            else if (!double.IsNaN(value))
            {
                Sums[0] += value;
                Squares += value * value;
                Known++;
            }
        }

        public void Add(Tally other)
        {
            for (var i = 0; i < Sums.Length; i++)
            {
                Sums[i] += other.Sums[i];
            }

            Known += other.Known;
            Count += other.Count;
            Squares += other.Squares;
        }

        /// <summary>How much smaller the sum of squares (or n times the Gini impurity, which is the same over 0 and 1) is within the two sides than within the whole.</summary>
        public double Between(Tally whole)
        {
            var rest = whole.Known - Known;
            if (Known == 0 || rest == 0)
            {
                return 0;
            }

            var gain = 0.0;
            for (var i = 0; i < Sums.Length; i++)
            {
                // (mean of the left - mean of the right)², weighted: no difference of large numbers.
                var apart = (Sums[i] / Known) - ((whole.Sums[i] - Sums[i]) / rest);
                gain += apart * apart * Known * rest / whole.Known;
            }

            return gain;
        }
    }
}
