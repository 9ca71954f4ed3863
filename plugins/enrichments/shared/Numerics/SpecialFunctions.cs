namespace CustomerInsights.Enrichments.Predictions.Numerics;

/// <summary>Functions of a real argument that the models are written in, to about 1e-14 of their value.</summary>
internal static class SpecialFunctions
{
    private const double HalfLogTwoPi = 0.91893853320467274178;
    private const double Shift = 12;

    // ln(1+x) and exp(x)-1 of the runtime are written as they read, and lose all digits of a small x.

    /// <summary>ln(1 + x), to the last digits of a small x too (W. Kahan).</summary>
    /// <param name="x">Above -1.</param>
    public static double Log1P(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : double.IsPositiveInfinity(u) ? u : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>exp(x) - 1, to the last digits of a small x too (W. Kahan).</summary>
    /// <param name="x">Any.</param>
    public static double ExpM1(double x)
    {
        var u = Math.Exp(x);
        return u == 1 ? x : u - 1 == -1 ? -1 : double.IsPositiveInfinity(u) ? u : (u - 1) * (x / Math.Log(u));
    }

    /// <summary>ln(exp(a) + exp(b)) without overflow.</summary>
    /// <param name="a">A logarithm, or minus infinity.</param>
    /// <param name="b">Another.</param>
    public static double LogAddExp(double a, double b)
    {
        var (high, low) = a > b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(high) ? high : high + Log1P(Math.Exp(low - high));
    }

    /// <summary>ln(sum of exp(v)) without overflow; minus infinity for none.</summary>
    /// <param name="values">Logarithms.</param>
    public static double LogSumExp(ReadOnlySpan<double> values)
    {
        var high = double.NegativeInfinity;
        foreach (var value in values)
        {
            high = Math.Max(high, value);
        }

        if (double.IsInfinity(high))
        {
            return high;
        }

        var sum = 0.0;
        foreach (var value in values)
        {
            sum += Math.Exp(value - high);
        }

        return high + Math.Log(sum);
    }

    /// <summary>ln Γ(x): Stirling's series behind 12, reached by recurrence (Abramowitz and Stegun 6.1.41).</summary>
    /// <param name="x">Above 0.</param>
    public static double LogGamma(double x)
    {
        if (x is 1 or 2)
        {
            return 0;
        }

        var product = 1.0;
        while (x < Shift)
        {
            product *= x;
            x++;
        }

        var y = 1 / (x * x);
        var series = (((((((-3617.0 / 122400 * y) + (1.0 / 156)) * y - (691.0 / 360360)) * y + (1.0 / 1188)) * y - (1.0 / 1680)) * y + (1.0 / 1260)) * y - (1.0 / 360)) * y + (1.0 / 12);
        return ((x - 0.5) * Math.Log(x)) - x + HalfLogTwoPi + (series / x) - Math.Log(product);
    }

    /// <summary>ψ(x), the derivative of ln Γ (Abramowitz and Stegun 6.3.18).</summary>
    /// <param name="x">Above 0.</param>
    public static double Digamma(double x)
    {
        var below = 0.0;
        while (x < Shift)
        {
            below += 1 / x;
            x++;
        }

        var y = 1 / (x * x);
        var series = (((((((1.0 / 12 * y) - (691.0 / 32760)) * y + (1.0 / 132)) * y - (1.0 / 240)) * y + (1.0 / 252)) * y - (1.0 / 120)) * y + (1.0 / 12)) * y;
        return Math.Log(x) - (0.5 / x) - series - below;
    }

    /// <summary>ln B(a, b).</summary>
    /// <param name="a">Above 0.</param>
    /// <param name="b">Above 0.</param>
    public static double LogBeta(double a, double b) => LogGamma(a) + LogGamma(b) - LogGamma(a + b);

    /// <summary>1 / (1 + exp(-x)).</summary>
    /// <param name="x">Any.</param>
    public static double Logistic(double x)
    {
        if (x >= 0)
        {
            return 1 / (1 + Math.Exp(-x));
        }

        var e = Math.Exp(x);
        return e / (1 + e);
    }

    /// <summary>ln(p / (1 - p)), with p kept 1e-12 away from 0 and 1.</summary>
    /// <param name="p">A probability.</param>
    public static double Logit(double p)
    {
        p = Math.Clamp(p, 1e-12, 1 - 1e-12);
        return Math.Log(p) - Log1P(-p);
    }
}
