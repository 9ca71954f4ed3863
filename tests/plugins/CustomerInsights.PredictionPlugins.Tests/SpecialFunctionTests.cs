using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.PredictionPlugins.Tests;

public sealed class SpecialFunctionTests
{
    [Theory]
    [InlineData(1e-300, 1e-300)]
    [InlineData(1e-10, 9.9999999995e-11)]
    [InlineData(-0.5, -0.69314718055994531)]
    [InlineData(1e300, 690.77552789821371)]
    public void The_logarithm_of_nearly_1_keeps_its_digits(double x, double expected) => Assert.Equal(expected, SpecialFunctions.Log1P(x), 1e-15 * Math.Abs(expected));

    [Theory]
    [InlineData(1e-300, 1e-300)]
    [InlineData(-1e-10, -9.9999999995e-11)]
    [InlineData(-800, -1)]
    [InlineData(1, 1.7182818284590452)]
    public void The_exponential_less_1_keeps_its_digits(double x, double expected) => Assert.Equal(expected, SpecialFunctions.ExpM1(x), 1e-15 * Math.Abs(expected));

    [Fact]
    public void Sums_of_exponentials_neither_overflow_nor_vanish()
    {
        Assert.Equal(1000 + Math.Log(2), SpecialFunctions.LogAddExp(1000, 1000), 1e-12);
        Assert.Equal(-1000 + Math.Log(3), SpecialFunctions.LogSumExp([-1000, -1000, -1000]), 1e-12);
        Assert.Equal(5, SpecialFunctions.LogAddExp(double.NegativeInfinity, 5));
        Assert.Equal(double.NegativeInfinity, SpecialFunctions.LogAddExp(double.NegativeInfinity, double.NegativeInfinity));
        Assert.Equal(double.NegativeInfinity, SpecialFunctions.LogSumExp([]));
    }

    [Fact]
    public void Quadrature_of_every_length_takes_polynomials_exactly()
    {
        foreach (var rule in new[] { GaussLegendre.Short, GaussLegendre.Middle, GaussLegendre.Long })
        {
            for (var power = 0; power < 2 * rule.Nodes.Length; power += 7)
            {
                var sum = 0.0;
                for (var i = 0; i < rule.Nodes.Length; i++)
                {
                    sum += rule.Weights[i] * Math.Pow(rule.Nodes[i], power);
                }

                Assert.Equal(power % 2 == 1 ? 0 : 2.0 / (power + 1), sum, 1e-13);
            }
        }
    }

    [Fact]
    public void The_valley_of_rosenbrock_is_walked_to_its_end()
    {
        var minimum = QuasiNewton.Minimise(
            (at, gradient) =>
            {
                double x = at[0], y = at[1], bend = y - (x * x);
                gradient[0] = (-400 * x * bend) - (2 * (1 - x));
                gradient[1] = 200 * bend;
                return (100 * bend * bend) + ((1 - x) * (1 - x));
            },
            [-1.2, 1], 1e-10, 500, 12, null, CancellationToken.None);

        Assert.True(minimum.Converged);
        Assert.Equal(1, minimum.At[0], 1e-8);
        Assert.Equal(1, minimum.At[1], 1e-8);
    }

    [Fact]
    public void A_factor_solves_and_a_matrix_without_one_is_told()
    {
        var factor = Cholesky.Of([[4, 2], [2, 3]]);

        Assert.NotNull(factor);
        Assert.Equal(0.125, factor.Solve([1, 1])[0], 1e-15);
        Assert.Equal(0.25, factor.Solve([1, 1])[1], 1e-15);
        Assert.Equal(3.0 / 8, factor.Inverse()[0][0], 1e-15);
        Assert.Null(Cholesky.Of([[1, 2], [2, 1]]));
    }
}
