using CustomerInsights.Enrichments.Predictions.Numerics;
using static CustomerInsights.Enrichments.Predictions.Numerics.SpecialFunctions;

namespace CustomerInsights.Enrichments.Predictions.Transactions;

/// <summary>
/// Pareto/NBD (Schmittlein, Morrison and Colombo 1987, Management Science 33(1)): customers order at a rate of their own (gamma with r, α) until they drop
/// out, which may be at any time, at another rate of their own (gamma with s, β).
/// </summary>
/// <param name="r">Shape of the rates of ordering.</param>
/// <param name="alpha">Rate of the rates of ordering, in the unit of time.</param>
/// <param name="s">Shape of the rates of dropping out.</param>
/// <param name="beta">Rate of the rates of dropping out, in the unit of time.</param>
internal sealed class ParetoNbd(double r, double alpha, double s, double beta) : TransactionModel
{
    /// <inheritdoc />
    public override string Name => "Pareto/NBD";

    /// <inheritdoc />
    public override IReadOnlyList<(string Name, double Value)> Parameters => [("r", r), ("alpha", alpha), ("s", s), ("beta", beta)];

    /// <summary>The mean rate of dropping out against that of ordering too.</summary>
    public override double DropoutOfNew
    {
        get
        {
            var leave = s / beta;
            return leave / (leave + (r / alpha));
        }
    }

    /// <summary>Fits by maximum likelihood.</summary>
    /// <param name="table">The population.</param>
    /// <param name="cancellationToken">Ends the fit.</param>
    public static TransactionFit Fit(HistoryTable table, CancellationToken cancellationToken)
    {
        var unit = Math.Log(Math.Max(table.MeanAge, 1e-6) / 10);
        double[] start = [0, unit, 0, unit];
        var (at, value, evaluations, converged, covariance) = Likelihood.Maximise(
            table.Customers,
            start,
            (point, gradient) => Evaluate(table, point, gradient),
            table.Sample() is { } part ? (part.Customers, (point, gradient) => Evaluate(part, point, gradient)) : null,
            cancellationToken);
        return new TransactionFit(new ParetoNbd(Math.Exp(at[0]), Math.Exp(at[1]), Math.Exp(at[2]), Math.Exp(at[3])), value, evaluations, converged, covariance);
    }

    /// <inheritdoc />
    public override TransactionModel With(ReadOnlySpan<double> logarithms) =>
        new ParetoNbd(Math.Exp(logarithms[0]), Math.Exp(logarithms[1]), Math.Exp(logarithms[2]), Math.Exp(logarithms[3]));

    /// <summary>The likelihood and its gradient by the logarithms of r, α, s and β over a table.</summary>
    /// <param name="table">The population.</param>
    /// <param name="gradient">Receives the gradient.</param>
    /// <returns>The logarithm of the likelihood.</returns>
    public double LogLikelihood(HistoryTable table, Span<double> gradient) => Evaluate(table, [Math.Log(r), Math.Log(alpha), Math.Log(s), Math.Log(beta)], gradient);

    /// <inheritdoc />
    public override double LogLikelihood(History history)
    {
        var rate = r + history.Orders;
        return LogGamma(rate) - LogGamma(r) + (r * Math.Log(alpha)) + (s * Math.Log(beta)) + LogAddExp(AliveTerm(history), DeadTerm(history));
    }

    /// <inheritdoc />
    public override double Alive(History history) => 1 / (1 + Math.Exp(DeadTerm(history) - AliveTerm(history)));

    /// <inheritdoc />
    public override double OrderProbability(History history, double time)
    {
        if (!(time > 0))
        {
            return 0;
        }

        // Of one who is there: both rates are gamma again, moved by what was seen. Orders at once, or leaves unseen.
        var rate = r + history.Orders;
        double a = alpha + history.Age, b = beta + history.Age;
        var stays = -ExpM1(-(rate * Log1P(time / a)) - (s * Log1P(time / b)));
        var leaves = Math.Exp(Math.Log(s) + (rate * Math.Log(a)) + (s * Math.Log(b)) + DropoutIntegral.Of(rate, a, s, b, 0, time).Log);
        return Alive(history) * Math.Max(0, stays - leaves);
    }

    /// <inheritdoc />
    public override double ExpectedOrders(History history, double time) => Alive(history) * Ahead(r + history.Orders, alpha + history.Age, beta + history.Age, time);

    /// <inheritdoc />
    public override double ExpectedOrdersOfNew(double time) => Ahead(r, alpha, beta, time);

    /// <inheritdoc />
    public override int Draw(History history, double time, ref SplitMix random)
    {
        if (random.NextDouble() >= Alive(history))
        {
            return 0;
        }

        var rate = random.NextGamma(r + history.Orders) / (alpha + history.Age);
        var stays = Math.Min(time, random.NextExponential() / (random.NextGamma(s) / (beta + history.Age)));
        var orders = 0;
        for (var left = stays * rate; orders < 100_000; orders++)
        {
            left -= random.NextExponential();
            if (left < 0)
            {
                break;
            }
        }

        return orders;
    }

    /// <summary>
    /// Expected orders of all time to come, each discounted continuously by its time (Fader, Hardie and Lee 2005, Journal of Marketing Research 42(4)).
    /// </summary>
    /// <param name="history">The history.</param>
    /// <param name="discount">The rate by unit of time, above 0.</param>
    public double DiscountedOrders(History history, double discount)
    {
        // ∫ e^-y (c/(c+y))^s dy over y = δu, with c = δ(β+T), by panels over ln(c+y).
        var c = discount * (beta + history.Age);
        var length = Log1P(60 / c);
        var panels = (int)Math.Ceiling(length);
        var half = 0.5 * length / panels;
        var sum = 0.0;
        for (var panel = 0; panel < panels; panel++)
        {
            for (var i = 0; i < GaussLegendre.Long.Nodes.Length; i++)
            {
                var ahead = half * ((2 * panel) + 1 + GaussLegendre.Long.Nodes[i]);
                sum += GaussLegendre.Long.Weights[i] * Math.Exp(-(c * ExpM1(ahead)) + ((1 - s) * ahead));
            }
        }

        return Alive(history) * (r + history.Orders) / (alpha + history.Age) * half * sum * c / discount;
    }

    private static double Evaluate(HistoryTable table, ReadOnlySpan<double> at, Span<double> gradient)
    {
        double r = Math.Exp(at[0]), alpha = Math.Exp(at[1]), s = Math.Exp(at[2]), beta = Math.Exp(at[3]);
        var shape = new double[table.MaxOrders + 1];
        var byShape = new double[table.MaxOrders + 1];
        for (var x = 0; x < table.MaxOrders; x++)
        {
            shape[x + 1] = shape[x] + Math.Log(r + x);
            byShape[x + 1] = byShape[x] + (1 / (r + x));
        }

        double logAlpha = at[1], logBeta = at[3], logS = at[2];
        var sum = Likelihood.Sum(
            table.Count,
            (from, to, slope) =>
            {
                var value = 0.0;
                for (var i = from; i < to; i++)
                {
                    var x = table.Orders[i];
                    double last = table.Times[table.Last[i]], age = table.Times[table.Age[i]];
                    var rate = r + x;
                    double logAlphaAge = Math.Log(alpha + age), logBetaAge = Math.Log(beta + age);
                    var integral = DropoutIntegral.Of(rate, alpha, s, beta, last, age);
                    var alive = -(rate * logAlphaAge) - (s * logBetaAge);
                    var dead = logS + integral.Log;
                    var both = LogAddExp(alive, dead);
                    double ifAlive = Math.Exp(alive - both), ifDead = Math.Exp(dead - both);
                    var weight = table.Weights[i];
                    value += weight * (shape[x] + (r * logAlpha) + (s * logBeta) + both);
                    slope[0] += weight * (byShape[x] + logAlpha - (ifAlive * logAlphaAge) - (ifDead * integral.LogAlpha));
                    slope[1] += weight * ((r / alpha) - (rate * ((ifAlive / (alpha + age)) + (ifDead * integral.InverseAlpha))));
                    slope[2] += weight * (logBeta - (ifAlive * logBetaAge) + (ifDead * ((1 / s) - integral.LogBeta)));
                    slope[3] += weight * ((s / beta) - (ifAlive * s / (beta + age)) - (ifDead * (s + 1) * integral.InverseBeta));
                }

                return value;
            },
            gradient);
        gradient[0] *= r;
        gradient[1] *= alpha;
        gradient[2] *= s;
        gradient[3] *= beta;
        return sum;
    }

    // (ρ b)/(a (s-1)) [1 - (b/(b+t))^(s-1)], which has no hole at s = 1.
    private double Ahead(double rate, double a, double b, double time)
    {
        var log = -Log1P(time / b);
        var d = s - 1;
        return rate * b / a * (Math.Abs(d) < 1e-12 ? -log : -ExpM1(d * log) / d);
    }

    private double AliveTerm(History history) => -((r + history.Orders) * Math.Log(alpha + history.Age)) - (s * Math.Log(beta + history.Age));

    private double DeadTerm(History history) => Math.Log(s) + DropoutIntegral.Of(r + history.Orders, alpha, s, beta, history.Last, history.Age).Log;
}
