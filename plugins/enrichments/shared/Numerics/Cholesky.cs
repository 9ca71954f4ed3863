namespace CustomerInsights.Enrichments.Predictions.Numerics;

/// <summary>The factor L of a symmetric positive definite matrix, with A = L Lᵀ.</summary>
internal sealed class Cholesky
{
    private readonly double[][] _factor;

    private Cholesky(double[][] factor) => _factor = factor;

    /// <summary>Rows and columns.</summary>
    public int Size => _factor.Length;

    /// <summary>Factors a matrix.</summary>
    /// <param name="matrix">Square and symmetric; its lower half is read.</param>
    /// <returns>The factor, or null when the matrix is not positive definite.</returns>
    public static Cholesky? Of(double[][] matrix)
    {
        var n = matrix.Length;
        var factor = new double[n][];
        for (var i = 0; i < n; i++)
        {
            factor[i] = new double[n];
            for (var j = 0; j <= i; j++)
            {
                var sum = matrix[i][j];
                for (var k = 0; k < j; k++)
                {
                    sum -= factor[i][k] * factor[j][k];
                }

                if (i != j)
                {
                    factor[i][j] = sum / factor[j][j];
                }
                else if (sum > 0 && double.IsFinite(sum))
                {
                    factor[i][i] = Math.Sqrt(sum);
                }
                else
                {
                    return null;
                }
            }
        }

        return new Cholesky(factor);
    }

    /// <summary>Solves A x = b.</summary>
    /// <param name="right">b.</param>
    /// <returns>x.</returns>
    public double[] Solve(ReadOnlySpan<double> right)
    {
        var x = right.ToArray();
        for (var i = 0; i < Size; i++)
        {
            for (var k = 0; k < i; k++)
            {
                x[i] -= _factor[i][k] * x[k];
            }

            x[i] /= _factor[i][i];
        }

        for (var i = Size - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < Size; k++)
            {
                x[i] -= _factor[k][i] * x[k];
            }

            x[i] /= _factor[i][i];
        }

        return x;
    }

    /// <summary>L v: independent standard normals become normals with covariance A.</summary>
    /// <param name="vector">v.</param>
    /// <returns>L v.</returns>
    public double[] Multiply(ReadOnlySpan<double> vector)
    {
        var product = new double[Size];
        for (var i = 0; i < Size; i++)
        {
            for (var k = 0; k <= i; k++)
            {
                product[i] += _factor[i][k] * vector[k];
            }
        }

        return product;
    }

    /// <summary>The inverse of A.</summary>
    /// <returns>A new matrix.</returns>
    public double[][] Inverse()
    {
        var inverse = new double[Size][];
        var unit = new double[Size];
        for (var i = 0; i < Size; i++)
        {
            unit[i] = 1;
            inverse[i] = Solve(unit);
            unit[i] = 0;
        }

        return inverse;
    }
}
