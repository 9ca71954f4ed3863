using CustomerInsights.Enrichments.Predictions.Numerics;
using static CustomerInsights.Enrichments.Predictions.Numerics.SpecialFunctions;

namespace CustomerInsights.Enrichments.Predictions.Transactions;

/// <summary>
/// The Gamma-Gamma model of what an order is worth (Colombo and Jiang 1999; Fader and Hardie 2013, note 025): the values of a customer's orders are gamma
/// with shape p around a mean of the customer's own, whose inverse is gamma with q, v. It takes how often and how much to be independent.
/// </summary>
/// <param name="P">Shape of the values of a customer.</param>
/// <param name="Q">Shape of the customers.</param>
/// <param name="V">Scale, in the unit of value.</param>
internal sealed record GammaGamma(double P, double Q, double V)
{
    /// <summary>The mean value of an order of all customers; not finite when q is not above 1.</summary>
    public double Mean => Q > 1 ? P * V / (Q - 1) : double.PositiveInfinity;

    /// <summary>Fits by maximum likelihood.</summary>
    /// <param name="orders">How many orders the mean is of, by customer, 1 and up.</param>
    /// <param name="means">The mean value of them, above 0.</param>
    /// <param name="cancellationToken">Ends the fit.</param>
    /// <exception cref="ArgumentException">Columns of unlike length, or a value that cannot be.</exception>
    public static GammaGammaFit Fit(ReadOnlySpan<int> orders, ReadOnlySpan<double> means, CancellationToken cancellationToken)
    {
        if (orders.Length != means.Length || orders.Length == 0)
        {
            throw new ArgumentException("Orders and means are of the same customers, and there is one at least.", nameof(orders));
        }

        var (x, m) = (orders.ToArray(), means.ToArray());
        if (x.Any(one => one < 1) || m.Any(one => !(one > 0) || !double.IsFinite(one)))
        {
            throw new ArgumentException("Only customers with an order of a value above 0 say what orders are worth.", nameof(means));
        }

        double[] start = [0, 0, Math.Log(m.Average())];
        var kernel = new Kernel(x, m);
        var (at, value, evaluations, converged, covariance) = Likelihood.Maximise(x.Length, start, kernel.Evaluate, null, cancellationToken);
        return new GammaGammaFit(new GammaGamma(Math.Exp(at[0]), Math.Exp(at[1]), Math.Exp(at[2])), value, evaluations, converged, covariance);
    }

    /// <summary>The likelihood and its gradient by the logarithms of p, q and v.</summary>
    /// <param name="orders">See <see cref="Fit"/>.</param>
    /// <param name="means">See <see cref="Fit"/>.</param>
    /// <param name="gradient">Receives the gradient.</param>
    public double LogLikelihood(int[] orders, double[] means, Span<double> gradient) => new Kernel(orders, means).Evaluate([Math.Log(P), Math.Log(Q), Math.Log(V)], gradient);

    /// <summary>The logarithm of the likelihood of one customer.</summary>
    /// <param name="orders">How many orders.</param>
    /// <param name="mean">Their mean value.</param>
    public double LogLikelihood(int orders, double mean)
    {
        var px = P * orders;
        return LogGamma(px + Q) - LogGamma(px) - LogGamma(Q) + (Q * Math.Log(V)) + ((px - 1) * Math.Log(mean)) + (px * Math.Log(orders)) - ((px + Q) * Math.Log(V + (orders * mean)));
    }

    /// <summary>The expected value of an order of one customer: between what was seen of it and the mean of all.</summary>
    /// <param name="orders">How many orders, 0 and up.</param>
    /// <param name="mean">Their mean value; not looked at without orders.</param>
    public double ExpectedValue(int orders, double mean)
    {
        var rest = (P * orders) + Q - 1;
        return rest > 0 ? P * (V + (orders == 0 ? 0 : orders * mean)) / rest : double.PositiveInfinity;
    }

    // The gammas depend on the number of orders alone, of which there are few.
    private sealed class Kernel
    {
        private readonly int[] _orders;
        private readonly double[] _means;
        private readonly double[] _totals;
        private readonly int[] _distinct;
        private readonly double[] _counts;
        private readonly double _logMeans;
        private readonly Dictionary<int, int> _places;
        private readonly int[] _place;
        private readonly double[] _logMeanSums;

        internal Kernel(int[] orders, double[] means)
        {
            _orders = orders;
            _means = means;
            _distinct = [.. orders.Distinct().Order()];
            _places = _distinct.Select((x, at) => (x, at)).ToDictionary(pair => pair.x, pair => pair.at);
            _counts = new double[_distinct.Length];
            _logMeanSums = new double[_distinct.Length];
            _place = new int[orders.Length];
            _totals = new double[orders.Length];
            for (var i = 0; i < orders.Length; i++)
            {
                _place[i] = _places[orders[i]];
                _totals[i] = orders[i] * _means[i];
                var log = Math.Log(means[i]);
                _logMeans += log;
                _logMeanSums[_place[i]] += log;
                _counts[_place[i]]++;
            }
        }

        internal double Evaluate(ReadOnlySpan<double> at, Span<double> gradient)
        {
            double p = Math.Exp(at[0]), q = Math.Exp(at[1]), v = Math.Exp(at[2]);
            double logGammaQ = LogGamma(q), digammaQ = Digamma(q), logV = at[2];
            double sum = -_logMeans, byP = 0, byQ = 0, byV = 0;
            for (var i = 0; i < _distinct.Length; i++)
            {
                double x = _distinct[i], count = _counts[i];
                double px = p * x, logX = Math.Log(x);
                sum += (count * (LogGamma(px + q) - LogGamma(px) - logGammaQ + (q * logV) + (px * logX))) + (px * _logMeanSums[i]);
                var both = Digamma(px + q);
                byP += x * ((count * (both - Digamma(px) + logX)) + _logMeanSums[i]);
                byQ += count * (both - digammaQ + logV);
                byV += count * q / v;
            }

            Span<double> rest = stackalloc double[3];
            sum += Likelihood.Sum(
                _orders.Length,
                (from, to, slope) =>
                {
                    var value = 0.0;
                    for (var i = from; i < to; i++)
                    {
                        var total = v + _totals[i];
                        var log = Math.Log(total);
                        var power = (p * _orders[i]) + q;
                        value -= power * log;
                        slope[0] -= _orders[i] * log;
                        slope[1] -= log;
                        slope[2] -= power / total;
                    }

                    return value;
                },
                rest);
            gradient[0] = (byP + rest[0]) * p;
            gradient[1] = (byQ + rest[1]) * q;
            gradient[2] = (byV + rest[2]) * v;
            return sum;
        }
    }
}

/// <summary>What a fit gave.</summary>
/// <param name="Model">The model at the optimum.</param>
/// <param name="LogLikelihood">Of all customers.</param>
/// <param name="Evaluations">How often the likelihood was computed.</param>
/// <param name="Converged">Whether the gradient vanished.</param>
/// <param name="Covariance">Of the logarithms of p, q, v.</param>
internal sealed record GammaGammaFit(GammaGamma Model, double LogLikelihood, int Evaluations, bool Converged, double[][]? Covariance);
