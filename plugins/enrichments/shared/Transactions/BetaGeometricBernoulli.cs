using static CustomerInsights.Enrichments.Predictions.Numerics.SpecialFunctions;

namespace CustomerInsights.Enrichments.Predictions.Transactions;

/// <summary>
/// BG/BB (Fader, Hardie and Shang 2010, Marketing Science 29(6)): at each of n occasions, such as days, one who is there takes part with a probability of
/// one's own (beta with α, β), and may drop out after each with another (beta with γ, δ). For what is not bought: opens, visits, donations.
/// </summary>
/// <param name="Alpha">First parameter of taking part.</param>
/// <param name="Beta">Second parameter of taking part.</param>
/// <param name="Gamma">First parameter of dropping out.</param>
/// <param name="Delta">Second parameter of dropping out.</param>
internal sealed record BetaGeometricBernoulli(double Alpha, double Beta, double Gamma, double Delta)
{
    /// <summary>Fits by maximum likelihood.</summary>
    /// <param name="rows">Times taken part, last occasion taken part at (0: none), occasions, and customers of each kind.</param>
    /// <param name="cancellationToken">Ends the fit.</param>
    public static (BetaGeometricBernoulli Model, double LogLikelihood, bool Converged) Fit(
        IReadOnlyList<(int Hits, int Last, int Occasions, double Weight)> rows, CancellationToken cancellationToken)
    {
        // Distinct rows are few, so differences are good enough for the slope.
        const double Step = 1e-5;
        var (at, value, _, converged, _) = Likelihood.Maximise(rows.Sum(row => row.Weight), new double[4], Evaluate, null, cancellationToken);
        return (Of(at), value, converged);

        double Evaluate(ReadOnlySpan<double> point, Span<double> gradient)
        {
            var moved = point.ToArray();
            for (var i = 0; i < moved.Length; i++)
            {
                moved[i] = point[i] + Step;
                var up = Total(moved);
                moved[i] = point[i] - Step;
                gradient[i] = (up - Total(moved)) / (2 * Step);
                moved[i] = point[i];
            }

            return Total(moved);
        }

        double Total(double[] point)
        {
            var model = Of(point);
            return rows.Sum(row => row.Weight * model.LogLikelihood(row.Hits, row.Last, row.Occasions));
        }

        static BetaGeometricBernoulli Of(double[] point) => new(Math.Exp(point[0]), Math.Exp(point[1]), Math.Exp(point[2]), Math.Exp(point[3]));
    }

    /// <summary>The logarithm of the likelihood of one customer.</summary>
    /// <param name="hits">x: occasions taken part in, 0 to <paramref name="occasions"/>.</param>
    /// <param name="last">t_x: the last of them, counted from 1; 0 for none.</param>
    /// <param name="occasions">n.</param>
    public double LogLikelihood(int hits, int last, int occasions)
    {
        var (alive, gone) = Terms(hits, last, occasions);
        return LogAddExp(alive, gone);
    }

    /// <summary>The probability to be there still after the last occasion.</summary>
    /// <param name="hits">See <see cref="LogLikelihood"/>.</param>
    /// <param name="last">See <see cref="LogLikelihood"/>.</param>
    /// <param name="occasions">See <see cref="LogLikelihood"/>.</param>
    public double Alive(int hits, int last, int occasions)
    {
        var (alive, gone) = Terms(hits, last, occasions);
        return 1 / (1 + Math.Exp(gone - alive));
    }

    private (double Alive, double Gone) Terms(int hits, int last, int occasions)
    {
        var logBeta = LogBeta(Alpha, Beta);
        var logGone = LogBeta(Gamma, Delta);
        var alive = LogBeta(Alpha + hits, Beta + occasions - hits) - logBeta + LogBeta(Gamma, Delta + occasions) - logGone;

        // Gone after occasion last + i. Each term is the one before times a ratio: no beta function within the loop.
        var term = LogBeta(Alpha + hits, Beta + last - hits) - logBeta + LogBeta(Gamma + 1, Delta + last) - logGone;
        double ratio = 1, sum = 0;
        for (var i = 0; i < occasions - last; i++)
        {
            sum += ratio;
            ratio *= (Beta + last - hits + i) / (Alpha + Beta + last + i) * ((Delta + last + i) / (Gamma + Delta + 1 + last + i));
        }

        return (alive, term + Math.Log(sum));
    }
}
