namespace CustomerInsights.Enrichments.Predictions.Numerics;

/// <summary>A function to minimise.</summary>
/// <param name="at">Where.</param>
/// <param name="gradient">Filled with the gradient there.</param>
/// <returns>The value; not a number or infinite where the function is not defined.</returns>
internal delegate double Objective(ReadOnlySpan<double> at, Span<double> gradient);

/// <summary>Where a minimum was found.</summary>
/// <param name="At">The place.</param>
/// <param name="Value">The value there.</param>
/// <param name="Evaluations">How often the function was asked.</param>
/// <param name="Converged">Whether the gradient is as flat as was asked, or no step makes the value smaller by what a double can tell.</param>
internal sealed record Minimum(double[] At, double Value, int Evaluations, bool Converged);

/// <summary>BFGS with a line search by cubic steps for the weak Wolfe conditions (Nocedal and Wright, Numerical Optimization, 2nd edition, 6.1 and 3.5). For a few variables.</summary>
internal static class QuasiNewton
{
    private const double Decrease = 1e-4;
    private const double Curvature = 0.9;

    /// <summary>Minimises.</summary>
    /// <param name="objective">The function.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="tolerance">The largest part of the gradient that counts as flat.</param>
    /// <param name="maxEvaluations">How often the function may be asked.</param>
    /// <param name="bound">How far a variable may go from its start.</param>
    /// <param name="curvature">The inverse of the curvature to begin with, where it is known; not changed.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public static Minimum Minimise(
        Objective objective, ReadOnlySpan<double> start, double tolerance, int maxEvaluations, double bound, double[][]? curvature, CancellationToken cancellationToken)
    {
        var n = start.Length;
        var x = start.ToArray();
        var origin = start.ToArray();
        var gradient = new double[n];
        var inverse = curvature is null ? Identity(n, 1) : [.. curvature.Select(row => (double[])row.Clone())];
        var value = objective(x, gradient);
        var evaluations = 1;
        if (!double.IsFinite(value))
        {
            return new Minimum(x, value, evaluations, Converged: false);
        }

        var direction = new double[n];
        var next = new double[n];
        var nextGradient = new double[n];
        var fresh = curvature is null;
        while (evaluations < maxEvaluations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Largest(gradient) <= tolerance)
            {
                return new Minimum(x, value, evaluations, Converged: true);
            }

            Multiply(inverse, gradient, direction);
            var slope = 0.0;
            for (var i = 0; i < n; i++)
            {
                direction[i] = -direction[i];
                slope += direction[i] * gradient[i];
            }

            if (!(slope < 0))
            {
                inverse = Identity(n, 1);
                fresh = true;
                for (var i = 0; i < n; i++)
                {
                    direction[i] = -gradient[i];
                }

                slope = -Dot(gradient, gradient);
            }

            // The first step, and any into the unknown, is at most one unit of a logarithm.
            var longest = Largest(direction);
            var step = fresh ? Math.Min(1, 0.5 / longest) : Math.Min(1, 3 / longest);
            double low = 0, high = double.PositiveInfinity;
            double lowValue = value, lowSlope = slope;
            var nextValue = double.NaN;
            var found = false;
            for (var round = 0; round < 30 && evaluations < maxEvaluations; round++)
            {
                for (var i = 0; i < n; i++)
                {
                    next[i] = Math.Clamp(x[i] + (step * direction[i]), origin[i] - bound, origin[i] + bound);
                }

                nextValue = objective(next, nextGradient);
                evaluations++;
                if (!double.IsFinite(nextValue) || nextValue > value + (Decrease * step * slope))
                {
                    high = step;
                    var nextSlope = double.IsFinite(nextValue) ? Dot(nextGradient, direction) : double.NaN;
                    step = Inside(low, high, Cubic(low, lowValue, lowSlope, high, nextValue, nextSlope));
                }
                else
                {
                    found = true;
                    var nextSlope = Dot(nextGradient, direction);
                    if (nextSlope >= Curvature * slope || longest * step >= 3)
                    {
                        break;
                    }

                    (low, lowValue, lowSlope) = (step, nextValue, nextSlope);
                    step = double.IsInfinity(high) ? 2.5 * step : 0.5 * (low + high);
                }

                if (high - low < 1e-12 * Math.Max(1, low))
                {
                    break;
                }
            }

            if (!found)
            {
                // Nothing below: either this is the bottom, or the model of the curvature is wrong.
                if (fresh)
                {
                    return new Minimum(x, value, evaluations, Largest(gradient) <= Math.Sqrt(tolerance));
                }

                inverse = Identity(n, 1);
                fresh = true;
                continue;
            }

            fresh = Update(inverse, x, next, gradient, nextGradient, fresh);
            var gain = value - nextValue;
            (x, next) = (next, x);
            (gradient, nextGradient) = (nextGradient, gradient);
            value = nextValue;
            if (gain <= 1e-15 * Math.Abs(value) && Largest(gradient) <= 100 * tolerance)
            {
                return new Minimum(x, value, evaluations, Converged: true);
            }
        }

        return new Minimum(x, value, evaluations, Largest(gradient) <= tolerance);
    }

    private static bool Update(double[][] inverse, double[] x, double[] next, double[] gradient, double[] nextGradient, bool fresh)
    {
        var n = x.Length;
        var s = new double[n];
        var y = new double[n];
        for (var i = 0; i < n; i++)
        {
            s[i] = next[i] - x[i];
            y[i] = nextGradient[i] - gradient[i];
        }

        var sy = Dot(s, y);
        if (!(sy > 1e-14 * Math.Sqrt(Dot(s, s) * Dot(y, y))))
        {
            return fresh;
        }

        if (fresh)
        {
            var scale = sy / Dot(y, y);
            for (var i = 0; i < n; i++)
            {
                Array.Clear(inverse[i]);
                inverse[i][i] = scale;
            }
        }

        var hy = new double[n];
        Multiply(inverse, y, hy);
        var factor = 1 + (Dot(y, hy) / sy);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                inverse[i][j] += ((factor * s[i] * s[j]) - (hy[i] * s[j]) - (s[i] * hy[j])) / sy;
            }
        }

        return false;
    }

    private static double Cubic(double low, double lowValue, double lowSlope, double high, double highValue, double highSlope)
    {
        if (!double.IsFinite(highValue) || !double.IsFinite(highSlope))
        {
            return double.NaN;
        }

        var first = lowSlope + highSlope - (3 * (lowValue - highValue) / (low - high));
        var second = Math.Sqrt((first * first) - (lowSlope * highSlope));
        return high - ((high - low) * (highSlope + second - first) / (highSlope - lowSlope + (2 * second)));
    }

    private static double Inside(double low, double high, double proposed)
    {
        var width = high - low;
        return double.IsFinite(proposed) ? Math.Clamp(proposed, low + (0.1 * width), high - (0.1 * width)) : low + (0.25 * width);
    }

    private static double[][] Identity(int n, double scale)
    {
        var matrix = new double[n][];
        for (var i = 0; i < n; i++)
        {
            matrix[i] = new double[n];
            matrix[i][i] = scale;
        }

        return matrix;
    }

    private static void Multiply(double[][] matrix, double[] vector, double[] into)
    {
        for (var i = 0; i < into.Length; i++)
        {
            into[i] = Dot(matrix[i], vector);
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static double Largest(double[] vector)
    {
        var largest = 0.0;
        foreach (var part in vector)
        {
            largest = Math.Max(largest, Math.Abs(part));
        }

        return largest;
    }
}
