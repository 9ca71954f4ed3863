using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>What an order of a customer will be worth: Gamma-Gamma where it can be fitted, else the trimmed mean for everybody.</summary>
/// <param name="Fit">The fit, or null when there was none.</param>
/// <param name="PopulationMean">What an order of one is expected to be worth who has not ordered again.</param>
/// <param name="Correlation">Between how often and how much, over those who ordered again; the model takes it to be near 0.</param>
/// <param name="Repeaters">How many customers ordered again for money.</param>
internal sealed record SpendModel(GammaGammaFit? Fit, double PopulationMean, double Correlation, int Repeaters)
{
    /// <summary>Above this correlation the model's independence fails.</summary>
    public const double CorrelationLimit = 0.3;

    private const int FewestRepeaters = 50;
    private const double Winsor = 0.995;

    /// <summary>Fits.</summary>
    /// <param name="window">What is known at the cut.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static SpendModel Of(Window window, CancellationToken cancellationToken)
    {
        var orders = new List<int>();
        var means = new List<double>();
        for (var i = 0; i < window.Count; i++)
        {
            if (window.PaidRepeats[i] > 0 && window.RepeatMean[i] > 0)
            {
                orders.Add(window.PaidRepeats[i]);
                means.Add(window.RepeatMean[i]);
            }
        }

        if (means.Count == 0)
        {
            return new SpendModel(null, 0, 0, 0);
        }

        var sorted = means.Order().ToList();
        var trim = sorted.Count / 20;
        var trimmed = sorted.Skip(trim).SkipLast(trim).Average();
        var correlation = Evaluation.CountMetrics.Of([.. orders.Select(x => (double)x)], [.. means]).Correlation;
        if (means.Count < FewestRepeaters || sorted[0] == sorted[^1])
        {
            return new SpendModel(null, trimmed, correlation, means.Count);
        }

        // A few giant orders would bend the fit for all; in a customer's own expectation they stay.
        var cap = sorted[(int)((sorted.Count - 1) * Winsor)];
        var fit = GammaGamma.Fit([.. orders], [.. means.Select(mean => Math.Min(mean, cap))], cancellationToken);
        return fit.Converged && fit.Model.Q > 1.01
            ? new SpendModel(fit, fit.Model.Mean, correlation, means.Count)
            : new SpendModel(null, trimmed, correlation, means.Count);
    }

    /// <summary>The expected value of an order.</summary>
    /// <param name="paidRepeats">How many orders the mean is of.</param>
    /// <param name="repeatMean">The mean value of repeated orders.</param>
    public double Expected(int paidRepeats, double repeatMean) =>
        paidRepeats == 0 ? PopulationMean
        : Fit is { } fit ? fit.Model.ExpectedValue(paidRepeats, repeatMean)
        : (PopulationMean + (paidRepeats * repeatMean)) / (1 + paidRepeats);
}
