using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.Enrichments.Predictions.Transactions;

/// <summary>Adds up a table's likelihood in chunks of fixed size, so that the sum does not depend on how many threads there are, and finds its optimum.</summary>
internal static class Likelihood
{
    /// <summary>Parameters by logarithm stay within this of where they begin: a factor of 160,000.</summary>
    internal const double Bound = 12;

    private const int Chunk = 8192;

    // Against a flat ridge: a hundred-thousandth of a customer. It moves no parameter of a population that says anything by a tenth of a per mille.
    private const double Pull = 1e-5;

    /// <summary>Adds rows from one to another; the gradient is by the logarithms of the parameters.</summary>
    internal delegate double Rows(int from, int to, Span<double> gradient);

    /// <summary>Adds up all rows.</summary>
    /// <param name="count">How many rows there are.</param>
    /// <param name="rows">Adds up some.</param>
    /// <param name="gradient">Receives the gradient.</param>
    internal static double Sum(int count, Rows rows, Span<double> gradient)
    {
        gradient.Clear();
        var width = gradient.Length;
        var chunks = (count + Chunk - 1) / Chunk;
        if (chunks <= 1)
        {
            return rows(0, count, gradient);
        }

        var values = new double[chunks];
        var parts = new double[chunks * width];
        Parallel.For(0, chunks, chunk =>
            values[chunk] = rows(chunk * Chunk, Math.Min(count, (chunk + 1) * Chunk), parts.AsSpan(chunk * width, width)));
        var sum = 0.0;
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            sum += values[chunk];
            for (var i = 0; i < width; i++)
            {
                gradient[i] += parts[(chunk * width) + i];
            }
        }

        return sum;
    }

    /// <summary>Finds the optimum over the logarithms of positive parameters.</summary>
    /// <param name="customers">How many customers there are.</param>
    /// <param name="start">Logarithms to begin with.</param>
    /// <param name="evaluate">The likelihood and its gradient by the logarithms.</param>
    /// <param name="sample">The same of a part of a large table and how many customers that has: what it says of the optimum is where the whole begins.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    internal static (double[] At, double Value, int Evaluations, bool Converged, double[][]? Covariance) Maximise(
        double customers, double[] start, Objective evaluate, (double Customers, Objective Evaluate)? sample, CancellationToken cancellationToken)
    {
        double[] begin = start;
        double[][]? known = null;
        if (sample is { } part)
        {
            var first = Search(part.Customers, start, start, part.Evaluate, 1e-5, null, cancellationToken);
            known = first.Converged ? Covariance(first.At, part.Evaluate, null)?.Select(row => row.Select(one => one * part.Customers).ToArray()).ToArray() : null;
            begin = known is null ? start : first.At;
        }

        var minimum = Search(customers, start, begin, evaluate, 1e-8, known, cancellationToken);
        var gradient = new double[start.Length];
        var value = evaluate(minimum.At, gradient);
        return (minimum.At, value, minimum.Evaluations, minimum.Converged, Covariance(minimum.At, evaluate, sample is null ? null : gradient));
    }

    private static Minimum Search(double customers, double[] origin, double[] begin, Objective evaluate, double tolerance, double[][]? curvature, CancellationToken cancellationToken)
    {
        var scale = 1 / Math.Max(1, customers);
        return QuasiNewton.Minimise(Negative, begin, tolerance, 500, Bound, curvature, cancellationToken);

        double Negative(ReadOnlySpan<double> at, Span<double> slope)
        {
            var value = -evaluate(at, slope) * scale;
            for (var i = 0; i < at.Length; i++)
            {
                var far = at[i] - origin[i];
                value += Pull * scale * far * far;
                slope[i] = (-slope[i] * scale) + (2 * Pull * scale * far);
            }

            return value;
        }
    }

    // The inverse of the curvature, by differences of the analytic gradient: central ones, or forward from a gradient that is known, which is half the work.
    private static double[][]? Covariance(double[] at, Objective evaluate, double[]? here)
    {
        const double Step = 1e-4;
        var n = at.Length;
        var curvature = new double[n][];
        var up = new double[n];
        var down = here ?? new double[n];
        for (var i = 0; i < n; i++)
        {
            var moved = (double[])at.Clone();
            moved[i] = at[i] + Step;
            evaluate(moved, up);
            if (here is null)
            {
                moved[i] = at[i] - Step;
                evaluate(moved, down);
            }

            curvature[i] = new double[n];
            for (var j = 0; j < n; j++)
            {
                curvature[i][j] = (down[j] - up[j]) / (here is null ? 2 * Step : Step);
            }
        }

        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                curvature[i][j] = curvature[j][i] = 0.5 * (curvature[i][j] + curvature[j][i]);
            }

            curvature[i][i] += 2 * Pull;
        }

        return Cholesky.Of(curvature)?.Inverse();
    }
}
