using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.Enrichments.Predictions.Transactions;

/// <summary>
/// ∫ (α+u)^-ρ (β+u)^-(s+1) du over [from, to], where Pareto/NBD customers drop out, and the means under it that the gradient needs. By Gauss-Legendre over
/// ln(min(α,β)+u): every term is positive, where the textbook's difference of two 2F1 cancels.
/// </summary>
internal readonly ref struct DropoutIntegral
{
    // What is e^-50 of the largest part is left out, which is what the part of a slope that only steepens can hold.
    private const double Depth = 50;

    private DropoutIntegral(double log, double logAlpha, double inverseAlpha, double logBeta, double inverseBeta)
    {
        Log = log;
        LogAlpha = logAlpha;
        InverseAlpha = inverseAlpha;
        LogBeta = logBeta;
        InverseBeta = inverseBeta;
    }

    /// <summary>The integral's logarithm; minus infinity when the range is empty.</summary>
    public double Log { get; }

    /// <summary>The mean of ln(α+u).</summary>
    public double LogAlpha { get; }

    /// <summary>The mean of 1/(α+u).</summary>
    public double InverseAlpha { get; }

    /// <summary>The mean of ln(β+u).</summary>
    public double LogBeta { get; }

    /// <summary>The mean of 1/(β+u).</summary>
    public double InverseBeta { get; }

    /// <summary>Integrates.</summary>
    /// <param name="rate">ρ, above 0.</param>
    /// <param name="alpha">α, above 0.</param>
    /// <param name="s">s, above 0.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="from">Where the range begins, 0 and up.</param>
    /// <param name="to">Where it ends.</param>
    public static DropoutIntegral Of(double rate, double alpha, double s, double beta, double from, double to)
    {
        var near = Math.Min(alpha, beta);
        var begin = near + from;
        var length = SpecialFunctions.Log1P((to - from) / begin);
        if (!(length > 0))
        {
            return new DropoutIntegral(double.NegativeInfinity, 0, 0, 0, 0);
        }

        // The logarithm of the integrand falls ever more steeply; its slope at the beginning bounds how far one has to look.
        var steep = (rate * begin / (alpha + from)) + ((s + 1) * begin / (beta + from)) - 1;
        if (steep > 0)
        {
            length = Math.Min(length, Depth / steep);
        }

        var end = begin * Math.Exp(length);
        var drop = (rate * Math.Log((end - near + alpha) / (alpha + from))) + ((s + 1) * Math.Log((end - near + beta) / (beta + from))) - length;
        var (rule, panels) = (length, drop) switch
        {
            ( <= 2.5, <= 8) => (GaussLegendre.Short, 1),
            ( <= 5, <= 25) => (GaussLegendre.Middle, 1),
            _ => (GaussLegendre.Long, (int)Math.Clamp(Math.Ceiling(Math.Max(length / 8, drop / 60)), 1, 16)),
        };
        return Add(rule, panels, rate, alpha, s, beta, from, begin, length);
    }

    private static DropoutIntegral Add(GaussLegendre rule, int panels, double rate, double alpha, double s, double beta, double from, double begin, double length)
    {
        var near = Math.Min(alpha, beta);
        var far = Math.Max(alpha, beta) - near;
        var alphaIsNear = alpha <= beta;
        var nearPower = alphaIsNear ? rate : s + 1;
        var farPower = alphaIsNear ? s + 1 : rate;
        var logBegin = Math.Log(begin);
        var logFarBegin = Math.Log(begin + far);
        double sum = 0, logNear = 0, inverseNear = 0, logFar = 0, inverseFar = 0;
        var nodes = rule.Nodes;
        var weights = rule.Weights;
        var half = 0.5 * length / panels;
        for (var panel = 0; panel < panels; panel++)
        {
            for (var i = 0; i < nodes.Length; i++)
            {
                var ahead = half * ((2 * panel) + 1 + nodes[i]);
                var nearTime = begin * Math.Exp(ahead);
                var farTime = nearTime + far;
                var farLog = Math.Log(farTime);
                var value = weights[i] * Math.Exp(ahead - (nearPower * ahead) - (farPower * (farLog - logFarBegin)));
                sum += value;
                logNear += value * (logBegin + ahead);
                inverseNear += value / nearTime;
                logFar += value * farLog;
                inverseFar += value / farTime;
            }
        }

        var log = Math.Log(sum * half) + logBegin - (nearPower * logBegin) - (farPower * logFarBegin);
        var scale = 1 / sum;
        return alphaIsNear
            ? new DropoutIntegral(log, logNear * scale, inverseNear * scale, logFar * scale, inverseFar * scale)
            : new DropoutIntegral(log, logFar * scale, inverseFar * scale, logNear * scale, inverseNear * scale);
    }
}
