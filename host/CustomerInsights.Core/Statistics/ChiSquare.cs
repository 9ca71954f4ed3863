namespace CustomerInsights.Core.Statistics;

/// <summary>The chi-square distribution: how likely a statistic so large is by chance alone.</summary>
public static class ChiSquare
{
    private const int MostTerms = 10_000;
    private const double Tiny = 1e-300;
    private const double Precise = 1e-15;

    /// <summary>
    /// The probability of a value of <paramref name="statistic"/> or more, 0 to 1: the regularised incomplete gamma function Q(k/2, x/2), by its series
    /// below the mean and by its continued fraction (Lentz's method) above; NIST Digital Library of Mathematical Functions, 8.7.1 and 8.9.2.
    /// </summary>
    /// <param name="statistic">0 or more; less counts as 0.</param>
    /// <param name="degrees">Degrees of freedom, 1 or more; with none the answer is 1.</param>
    public static double UpperTail(double statistic, int degrees)
    {
        if (!(statistic > 0) || degrees < 1)
        {
            return 1;
        }

        var (a, x) = (degrees / 2.0, statistic / 2);
        var scale = Math.Exp((a * Math.Log(x)) - x - LogGamma(a));
        return Math.Clamp(x < a + 1 ? 1 - (scale * Series(a, x)) : scale * Fraction(a, x), 0, 1);
    }

    /// <summary>The probability that a standard normal value is so far from 0 on either side: that of its square with one degree of freedom.</summary>
    public static double TwoSidedNormal(double z) => UpperTail(z * z, 1);

    private static double Series(double a, double x)
    {
        var term = 1 / a;
        var sum = term;
        for (var n = 1; n < MostTerms && term > sum * Precise; n++)
        {
            term *= x / (a + n);
            sum += term;
        }

        return sum;
    }

    private static double Fraction(double a, double x)
    {
        var b = x + 1 - a;
        var c = 1 / Tiny;
        var d = 1 / b;
        var result = d;
        for (var i = 1; i < MostTerms; i++)
        {
            var an = -i * (i - a);
            b += 2;
            d = 1 / NotZero((an * d) + b);
            c = NotZero(b + (an / c));
            var factor = d * c;
            result *= factor;
            if (Math.Abs(factor - 1) < Precise)
            {
                break;
            }
        }

        return result;
    }

    private static double NotZero(double value) => Math.Abs(value) < Tiny ? Tiny : value;

    // Only halves of whole numbers are asked for, so that the recurrence from 1 or 1/2 would do; it is slow for many degrees, Stirling's series (DLMF 5.11.1) is not.
    private static double LogGamma(double a)
    {
        var shift = 0.0;
        while (a < 10)
        {
            shift += Math.Log(a);
            a++;
        }

        var inverse = 1 / (a * a);
        var series = (1 / a) * ((1.0 / 12) - (inverse * ((1.0 / 360) - (inverse * ((1.0 / 1260) - (inverse * ((1.0 / 1680) - (inverse / 1188))))))));
        return ((a - 0.5) * Math.Log(a)) - a + (0.5 * Math.Log(2 * Math.PI)) + series - shift;
    }
}
