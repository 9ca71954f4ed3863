using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.Enrichments.Predictions.Learning;

/// <summary>
/// Logistic regression with an L2 penalty by Newton's method, over features made even: numbers as sign(x) ln(1+|x|), centred and scaled, with a column that
/// says where they are missing; categories as a column a level, rare levels together.
/// </summary>
internal sealed partial class LogisticRegression
{
    private const int FewestOfLevel = 5;
    private const int MostColumns = 1_000;

    private readonly List<Part> _parts;
    private readonly double[] _weights;

    private LogisticRegression(List<Part> parts, double[] weights, bool converged)
    {
        (_parts, _weights, Converged) = (parts, weights, converged);
    }

    /// <summary>Whether Newton's method settled.</summary>
    public bool Converged { get; }

    /// <summary>Trains.</summary>
    /// <param name="columns">The features.</param>
    /// <param name="happened">By row, whether it happened.</param>
    /// <param name="lambda">The penalty, a row: half of it times the squared weights is added to the mean loss; above 0.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static LogisticRegression Fit(IReadOnlyList<FeatureColumn> columns, bool[] happened, double lambda, CancellationToken cancellationToken)
    {
        if (columns.Any(column => column.Count != happened.Length) || happened.Length == 0)
        {
            throw new ArgumentException("Features and outcomes are of the same rows, and there is one at least.", nameof(columns));
        }

        var parts = columns.SelectMany((column, feature) => PartsOf(column, feature)).Take(MostColumns).ToList();
        var n = happened.Length;
        var size = parts.Count + 1;
        var design = Design(parts, columns, n);
        var weights = new double[size];
        weights[0] = SpecialFunctions.Logit((happened.Count(one => one) + 0.5) / (n + 1.0));
        var converged = false;
        var loss = Loss(design, weights, happened, lambda);
        for (var round = 0; round < 50 && !converged; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (gradient, curvature) = Derivatives(design, weights, happened, lambda);
            var step = (Cholesky.Of(curvature) ?? throw new InvalidOperationException("The penalty makes the curvature positive.")).Solve(gradient);
            var factor = 1.0;
            while (true)
            {
                var next = weights.Zip(step, (weight, move) => weight - (factor * move)).ToArray();
                var lower = Loss(design, next, happened, lambda);
                if (lower <= loss || factor < 1e-6)
                {
                    converged = Math.Abs(loss - lower) <= 1e-12 * Math.Abs(loss);
                    (weights, loss) = (next, lower);
                    break;
                }

                factor /= 2;
            }
        }

        return new LogisticRegression(parts, weights, converged);
    }

    /// <summary>The logits of rows.</summary>
    /// <param name="columns">Their features, in the order of the training.</param>
    public double[] Logits(IReadOnlyList<FeatureColumn> columns)
    {
        var logits = new double[columns[0].Count];
        Array.Fill(logits, _weights[0]);
        for (var part = 0; part < _parts.Count; part++)
        {
            for (var i = 0; i < logits.Length; i++)
            {
                logits[i] += _weights[part + 1] * _parts[part].Value(columns[_parts[part].Feature], i);
            }
        }

        return logits;
    }

    /// <summary>What each feature adds to the logit of a row, against the mean row of the training.</summary>
    /// <param name="columns">The features.</param>
    /// <param name="row">The row.</param>
    public double[] Explain(IReadOnlyList<FeatureColumn> columns, int row)
    {
        // Every part is centred, so that its mean is 0.
        var values = new double[columns.Count];
        for (var part = 0; part < _parts.Count; part++)
        {
            values[_parts[part].Feature] += _weights[part + 1] * _parts[part].Value(columns[_parts[part].Feature], row);
        }

        return values;
    }

    private static IEnumerable<Part> PartsOf(FeatureColumn column, int feature)
    {
        if (column.IsCategory)
        {
            var counts = column.Levels.Where(level => level >= 0).CountBy(level => level).ToDictionary();
            foreach (var (level, count) in counts.OrderBy(pair => pair.Key))
            {
                if (count >= FewestOfLevel && count < column.Count)
                {
                    yield return new Part(feature, level, (double)count / column.Count, 1);
                }
            }

            yield break;
        }

        var present = column.Numbers.Where(value => !double.IsNaN(value)).Select(Even).ToList();
        if (present.Count == 0)
        {
            yield break;
        }

        var mean = present.Average();
        var spread = Math.Sqrt(present.Average(value => (value - mean) * (value - mean)));
        if (spread > 1e-12)
        {
            yield return new Part(feature, Part.Number, mean, spread);
        }

        if (present.Count < column.Count)
        {
            yield return new Part(feature, Part.Missing, 1 - ((double)present.Count / column.Count), 1);
        }
    }

    private static double Even(double value) => Math.Sign(value) * SpecialFunctions.Log1P(Math.Abs(value));

    private static double[][] Design(List<Part> parts, IReadOnlyList<FeatureColumn> columns, int rows)
    {
        var design = new double[parts.Count + 1][];
        design[0] = new double[rows];
        Array.Fill(design[0], 1);
        for (var part = 0; part < parts.Count; part++)
        {
            var values = new double[rows];
            for (var i = 0; i < rows; i++)
            {
                values[i] = parts[part].Value(columns[parts[part].Feature], i);
            }

            design[part + 1] = values;
        }

        return design;
    }

    private static double[] Scores(double[][] design, double[] weights)
    {
        var scores = new double[design[0].Length];
        for (var j = 0; j < weights.Length; j++)
        {
            if (weights[j] != 0)
            {
                for (var i = 0; i < scores.Length; i++)
                {
                    scores[i] += weights[j] * design[j][i];
                }
            }
        }

        return scores;
    }

    private static double Loss(double[][] design, double[] weights, bool[] happened, double lambda)
    {
        var scores = Scores(design, weights);
        var loss = 0.0;
        for (var i = 0; i < scores.Length; i++)
        {
            var signed = happened[i] ? -scores[i] : scores[i];
            loss += signed > 30 ? signed : SpecialFunctions.Log1P(Math.Exp(signed));
        }

        return (loss / scores.Length) + (0.5 * lambda * weights.Skip(1).Sum(weight => weight * weight));
    }

    private static (double[] Gradient, double[][] Curvature) Derivatives(double[][] design, double[] weights, bool[] happened, double lambda)
    {
        int n = happened.Length, size = weights.Length;
        var scores = Scores(design, weights);
        var miss = new double[n];
        var weight = new double[n];
        for (var i = 0; i < n; i++)
        {
            var p = SpecialFunctions.Logistic(scores[i]);
            miss[i] = (p - (happened[i] ? 1 : 0)) / n;
            weight[i] = Math.Max(p * (1 - p), 1e-9) / n;
        }

        var gradient = new double[size];
        var curvature = new double[size][];
        for (var j = 0; j < size; j++)
        {
            curvature[j] = new double[size];
        }

        // Each cell is summed by one thread in one order.
        Parallel.For(0, size, j =>
        {
            var weighted = new double[n];
            var slope = 0.0;
            for (var i = 0; i < n; i++)
            {
                weighted[i] = weight[i] * design[j][i];
                slope += miss[i] * design[j][i];
            }

            gradient[j] = slope + (j == 0 ? 0 : lambda * weights[j]);
            for (var k = 0; k <= j; k++)
            {
                curvature[j][k] = Dot(weighted, design[k]);
            }

            curvature[j][j] += j == 0 ? 1e-12 : lambda;
        });
        for (var j = 0; j < size; j++)
        {
            for (var k = 0; k < j; k++)
            {
                curvature[k][j] = curvature[j][k];
            }
        }

        return (gradient, curvature);
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = System.Numerics.Vector<double>.Zero;
        var i = 0;
        var width = System.Numerics.Vector<double>.Count;
        for (; i + width <= a.Length; i += width)
        {
            sum += new System.Numerics.Vector<double>(a, i) * new System.Numerics.Vector<double>(b, i);
        }

        var rest = System.Numerics.Vector.Sum(sum);
        for (; i < a.Length; i++)
        {
            rest += a[i] * b[i];
        }

        return rest;
    }

    // A column of the design: a number, a level, or whether a number is missing.
    private sealed record Part(int Feature, int Level, double Mean, double Spread)
    {
        public const int Number = -1;
        public const int Missing = -2;

        public double Value(FeatureColumn column, int row) => Level switch
        {
            Number => double.IsNaN(column.Numbers[row]) ? 0 : (Even(column.Numbers[row]) - Mean) / Spread,
            Missing => (double.IsNaN(column.Numbers[row]) ? 1 : 0) - Mean,
            _ => (column.Levels[row] == Level ? 1 : 0) - Mean,
        };
    }
}
