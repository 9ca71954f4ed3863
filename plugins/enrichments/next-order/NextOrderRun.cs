using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.NextOrder;

/// <summary>What a run found out before it answers; the answers are computed once a distinct history.</summary>
internal sealed class NextOrderRun
{
    /// <summary>In days; the last one is the window of the expected order.</summary>
    public static readonly IReadOnlyList<int> Horizons = [7, 14, 30, 42, 60, 90];

    // The horizon by which customers are ranked for their label.
    private const int Ranked = 3;
    private const double Longest = 3650;

    private readonly double[] _sorted;

    private NextOrderRun(ModelChoice choice, OrderQuality? quality, TransactionFit fit, Window window, double floor, CancellationToken cancellationToken)
    {
        (Choice, Quality, Fit, Window) = (choice, quality, fit, window);
        Within = [.. Horizons.Select(horizon => window.ByRow(history => fit.Model.OrderProbability(history, horizon), cancellationToken))];
        Expected = window.ByRow(
            history =>
            {
                var likely = fit.Model.OrderProbability(history, Horizons[^1]);
                return likely >= floor && likely > 0 ? fit.Model.TimeToOrder(history, likely / 2, Horizons[^1]) ?? double.NaN : double.NaN;
            },
            cancellationToken);
        Alive = window.ByRow(fit.Model.Alive, cancellationToken);
        if (fit.DropoutIdentified)
        {
            Zone = WinbackZone.Of(Alive, window.ByRow(history => fit.Model.OrderProbability(history, 365), cancellationToken), window.Table.Weights);
            WinbackFrom = window.ByRow(history => fit.Model.SilenceUntil(history, Zone.Upper, Longest) ?? double.NaN, cancellationToken);
            LostFrom = window.ByRow(history => fit.Model.SilenceUntil(history, Zone.Lower, Longest) ?? double.NaN, cancellationToken);
        }

        _sorted = window.ByCustomer(Within[Ranked]);
        Array.Sort(_sorted);
    }

    public ModelChoice Choice { get; }

    public OrderQuality? Quality { get; }

    public TransactionFit Fit { get; }

    public Window Window { get; }

    /// <summary>By horizon and row.</summary>
    public IReadOnlyList<double[]> Within { get; }

    /// <summary>Days until the expected order by row; not a number for none.</summary>
    public double[] Expected { get; }

    public double[] Alive { get; }

    /// <summary>The zone, or null when the history does not tell who leaves.</summary>
    public WinbackZone? Zone { get; }

    /// <summary>Days of silence until the zone begins, by row.</summary>
    public double[] WinbackFrom { get; } = [];

    /// <summary>Days of silence until the zone ends, by row.</summary>
    public double[] LostFrom { get; } = [];

    internal static NextOrderRun Of(NextOrderOptions options, OrderLedger ledger, int cut, CancellationToken cancellationToken)
    {
        var (choice, quality) = OrderLikelihoodStudy.Measure(ledger, cut, Horizons, ModelNames.Kinds(options.Model), cancellationToken);
        var window = Window.Of(ledger, cut, cut, 0, cancellationToken);
        return new NextOrderRun(choice, quality, TransactionModel.Fit(choice.Kind, window.Table, cancellationToken), window, options.Floor, cancellationToken);
    }

    /// <summary>One seventh is extremely likely, two are very likely, four are likely: the cuts of Optimizely Data Platform, with its horizon of 42 days.</summary>
    /// <param name="row">The row.</param>
    public string Label(int row)
    {
        var value = Within[Ranked][row];
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
