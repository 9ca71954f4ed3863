using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.NextOrder;

/// <summary>What a run found out before it answers.</summary>
internal sealed class NextOrderRun
{
    /// <summary>In days; the last one is the window of the expected order.</summary>
    public static readonly IReadOnlyList<int> Horizons = [7, 14, 30, 42, 60, 90];

    // The horizon by which customers are ranked for their label.
    private const int Ranked = 3;
    private const double Longest = 3650;

    private readonly double[] _sorted;

    private readonly double[][] _until;
    private readonly double _floor;

    private NextOrderRun(ModelChoice choice, BlendChoice blend, OrderQuality? quality, TransactionFit fit, Window window, OrderLikelihood likelihood, double floor, CancellationToken cancellationToken)
    {
        (Choice, Blend, Quality, Fit, Window, Likelihood, _floor) = (choice, blend, quality, fit, window, likelihood, floor);
        _until = [.. Horizons.Select(horizon => likelihood.Until(horizon, cancellationToken))];
        Alive = window.ByRow(fit.Model.Alive, cancellationToken);
        if (fit.DropoutIdentified)
        {
            Zone = WinbackZone.Of(Alive, window.ByRow(history => fit.Model.OrderProbability(history, 365), cancellationToken), window.Table.Weights);
            WinbackFrom = window.ByRow(history => fit.Model.SilenceUntil(history, Zone.Upper, Longest) ?? double.NaN, cancellationToken);
            LostFrom = window.ByRow(history => fit.Model.SilenceUntil(history, Zone.Lower, Longest) ?? double.NaN, cancellationToken);
        }

        _sorted = new double[window.Count];
        for (var customer = 0; customer < _sorted.Length; customer++)
        {
            _sorted[customer] = Within(customer, Ranked);
        }

        Array.Sort(_sorted);
    }

    public ModelChoice Choice { get; }

    public BlendChoice Blend { get; }

    public OrderQuality? Quality { get; }

    public TransactionFit Fit { get; }

    public Window Window { get; }

    public OrderLikelihood Likelihood { get; }

    public double[] Alive { get; }

    /// <summary>The zone, or null when the history does not tell who leaves.</summary>
    public WinbackZone? Zone { get; }

    /// <summary>Days of silence until the zone begins, by row.</summary>
    public double[] WinbackFrom { get; } = [];

    /// <summary>Days of silence until the zone ends, by row.</summary>
    public double[] LostFrom { get; } = [];

    internal static NextOrderRun Of(NextOrderOptions options, OrderLedger ledger, int cut, CancellationToken cancellationToken)
    {
        var (choice, blended, quality) = OrderLikelihoodStudy.Measure(ledger, cut, Horizons, ModelNames.Kinds(options.Model), cancellationToken);
        var window = Window.Of(ledger, cut, cut, 0, cancellationToken);
        var fit = TransactionModel.Fit(choice.Kind, window.Table, cancellationToken);
        var likelihood = OrderLikelihood.Of(ledger, window, fit, blended, Horizons[^1], int.MaxValue, cancellationToken);
        return new NextOrderRun(choice, blended, quality, fit, window, likelihood, options.Floor, cancellationToken);
    }

    /// <summary>The probability of an order.</summary>
    /// <param name="customer">The customer.</param>
    /// <param name="horizon">A place in <see cref="Horizons"/>.</param>
    public double Within(int customer, int horizon) => Likelihood.Within(customer, _until[horizon]);

    /// <summary>Days until the expected order; not a number for none.</summary>
    /// <param name="customer">The customer.</param>
    public double Expected(int customer) => Within(customer, Horizons.Count - 1) is var likely && likely >= _floor && likely > 0 ? Likelihood.Half(customer) ?? double.NaN : double.NaN;

    /// <summary>One seventh is extremely likely, two are very likely, four are likely: the cuts of Optimizely Data Platform, with its horizon of 42 days.</summary>
    /// <param name="customer">The customer.</param>
    public string Label(int customer)
    {
        var value = Within(customer, Ranked);
        int low = 0, high = _sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _sorted[middle] <= value ? (middle + 1, high) : (low, middle);
        }

        var place = (double)low / _sorted.Length;
        return place > 6.0 / 7 ? "extremely_likely" : place > 4.0 / 7 ? "very_likely" : "likely";
    }
}
