using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>What quality a lifetime value has, measured on a holdout that no fit and no choice has seen.</summary>
/// <param name="Cut">The last day that the model knew.</param>
/// <param name="Days">How long the holdout is.</param>
/// <param name="Fit">The fit at the cut.</param>
/// <param name="Orders">Orders predicted against those that came.</param>
/// <param name="Value">Value predicted against that which came.</param>
/// <param name="BaselineValue">The same of the baseline.</param>
/// <param name="Ordering">The probability of any order against whether one came.</param>
/// <param name="HighValueCustomers">How long the list of customers of high value is: those who brought the share of the holdout's value.</param>
/// <param name="SuccessRate">The share of them that the model's list of the same length holds.</param>
/// <param name="BaselineSuccessRate">The same of the baseline.</param>
/// <param name="Grade">A, B or C.</param>
/// <param name="Deciles">By tenths of customers, the highest predictions first: mean predicted and mean actual value.</param>
internal sealed record LifetimeQuality(
    int Cut,
    int Days,
    TransactionFit Fit,
    CountMetrics Orders,
    CountMetrics Value,
    CountMetrics BaselineValue,
    BinaryMetrics Ordering,
    int HighValueCustomers,
    double SuccessRate,
    double BaselineSuccessRate,
    string Grade,
    IReadOnlyList<(double Predicted, double Actual)> Deciles)
{
    /// <summary>Inputs by how much the error of the value grows when they are shuffled among customers, in percent; the strongest first.</summary>
    public IReadOnlyList<(string Name, double Percent)> Factors { get; init; } = [];
}

/// <summary>Chooses a model, measures it and fits it anew to everything that is known.</summary>
internal static class LifetimeStudy
{
    /// <summary>Days of a month: a year's by twelve.</summary>
    public const double Month = 365.25 / 12;

    private const int FewestCustomers = 100;
    private const int FewestDays = 28;

    /// <summary>Measures on the last horizon before the cut; on half of the history where it is shorter than two horizons.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="cut">The last day that is known.</param>
    /// <param name="horizon">The horizon in days.</param>
    /// <param name="activeWindow">Days before the cut of the baseline's average.</param>
    /// <param name="highValueShare">The share of value that customers of high value bring.</param>
    /// <param name="kinds">What to choose among.</param>
    /// <param name="seed">Of the shuffles.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The choice, and the quality or null when there is too little history or too few customers.</returns>
    public static (ModelChoice Choice, LifetimeQuality? Quality) Measure(
        OrderLedger ledger, int cut, int horizon, int activeWindow, double highValueShare, IReadOnlyList<TransactionKind> kinds, int seed, CancellationToken cancellationToken)
    {
        var (choice, _, quality) = Measure(ledger, cut, horizon, activeWindow, highValueShare, kinds, null, seed, cancellationToken);
        return (choice, quality);
    }

    /// <summary>The same with covariates, which are used where they help in the window before the holdout.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="cut">The last day that is known.</param>
    /// <param name="horizon">The horizon in days.</param>
    /// <param name="activeWindow">Days before the cut of the baseline's average.</param>
    /// <param name="highValueShare">The share of value that customers of high value bring.</param>
    /// <param name="kinds">What to choose among.</param>
    /// <param name="covariates">What customers are like, or null.</param>
    /// <param name="seed">Of the shuffles.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The choices, and the quality or null when there is too little history or too few customers.</returns>
    public static (ModelChoice Choice, CovariateChoice? Covariates, LifetimeQuality? Quality) Measure(
        OrderLedger ledger,
        int cut,
        int horizon,
        int activeWindow,
        double highValueShare,
        IReadOnlyList<TransactionKind> kinds,
        CustomerCovariates? covariates,
        int seed,
        CancellationToken cancellationToken)
    {
        var days = Math.Min(horizon, (cut - ledger.FirstDay + 1) / 2);
        var choice = ModelChoice.Of(ledger, cut - Math.Max(1, days), horizon, kinds, cancellationToken);
        var with = covariates is null ? null : CovariateChoice.Of(ledger, choice, kinds, covariates, cancellationToken);
        var model = with?.Model ?? new OrderModel(choice.Kind, null, 0);
        if (days < FewestDays)
        {
            return (choice, with, null);
        }

        var window = model.Window(ledger, cut - days, cut, activeWindow, cancellationToken);
        if (window.Count < FewestCustomers || window.Table.OrdersTotal < FewestCustomers / 2.0)
        {
            return (choice, with, null);
        }

        var fit = model.Fit(window.Table, cancellationToken);
        var spend = SpendModel.Of(window, cancellationToken);
        var scale = fit.Model.CohortScale(window.Table, window.Days);
        var orders = window.ByCustomer(window.ByRow(history => fit.Model.ExpectedOrders(history, window.Days) * scale, cancellationToken));
        var value = new double[window.Count];
        for (var i = 0; i < value.Length; i++)
        {
            value[i] = orders[i] * spend.Expected(window.PaidRepeats[i], window.RepeatMean[i]);
        }

        var baseline = Baseline(ledger, window, activeWindow, cancellationToken);
        var probability = window.ByCustomer(window.ByRow(history => fit.Model.OrderProbability(history, window.Days), cancellationToken));
        var came = new bool[window.Count];
        for (var i = 0; i < came.Length; i++)
        {
            came[i] = window.Orders[i] > 0;
        }

        var length = HighValue.SmallestGroup(window.Value, highValueShare);
        double success = HighValue.SuccessRate(value, window.Value, length), baselineSuccess = HighValue.SuccessRate(baseline, window.Value, length);
        var quality = new LifetimeQuality(
            window.Cut,
            window.Days,
            fit,
            CountMetrics.Of(orders, window.Orders),
            CountMetrics.Of(value, window.Value),
            CountMetrics.Of(baseline, window.Value),
            BinaryMetrics.Of(probability, came),
            length,
            success,
            baselineSuccess,
            Grades.OfLifetimeValue(success, baselineSuccess),
            Deciles(value, window.Value))
        {
            Factors = Factors(window, fit.Model, spend, scale, seed, cancellationToken),
        };
        return (choice, with, quality);
    }

    /// <summary>
    /// The baseline of Dynamics 365: average monthly value in the active window × months of the horizon × overall retention. Its documentation does not define
    /// the last; here it is the share of those who ordered before the previous window of that length who ordered again within it.
    /// </summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="window">Everybody at the cut, with the value of the active window.</param>
    /// <param name="activeWindow">How many days that is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>By customer of the window.</returns>
    public static double[] Baseline(OrderLedger ledger, Window window, int activeWindow, CancellationToken cancellationToken)
    {
        // Two counts: a window of everybody would take as much memory as all that is measured.
        int before = 0, again = 0;
        var buffer = new OrderDay[64];
        for (var customer = 0; customer < ledger.Customers; customer++)
        {
            if ((customer & 4095) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var days = ledger.Read(customer, ref buffer);
            if (days[0].Day <= window.Cut - window.Days)
            {
                before++;
                again += OrderDays.Between(days, window.Cut - window.Days, window.Cut).Orders > 0 ? 1 : 0;
            }
        }

        var retention = before > 0 ? (double)again / before : 1;
        var factor = window.Days / (double)activeWindow * retention;
        return [.. window.Recent.Select(recent => Math.Max(0, recent) * factor)];
    }

    /// <summary>How long one may be silent and still be an active customer: the 95th percentile of the days between two orders.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="cut">The last day that is looked at.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Days, 7 to 730; 365 when nobody ordered twice.</returns>
    public static int ActiveWindow(OrderLedger ledger, int cut, CancellationToken cancellationToken)
    {
        var counts = new long[4096];
        long total = 0;
        var buffer = new OrderDay[64];
        for (var customer = 0; customer < ledger.Customers; customer++)
        {
            if ((customer & 4095) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            var last = int.MinValue;
            foreach (var day in ledger.Read(customer, ref buffer))
            {
                if (day.IsReturn || day.Day > cut)
                {
                    continue;
                }

                if (last != int.MinValue)
                {
                    counts[Math.Min(counts.Length - 1, day.Day - last)]++;
                    total++;
                }

                last = day.Day;
            }
        }

        if (total == 0)
        {
            return 365;
        }

        long seen = 0;
        var days = 0;
        while (seen < 0.95 * total)
        {
            seen += counts[days++];
        }

        return Math.Clamp(days - 1, 7, 730);
    }

    private static List<(double Predicted, double Actual)> Deciles(double[] predicted, double[] actual)
    {
        var order = Enumerable.Range(0, predicted.Length).ToArray();
        var keys = predicted.Select(one => -one).ToArray();
        Array.Sort(keys, order);
        var deciles = new List<(double, double)>();
        for (var tenth = 0; tenth < 10; tenth++)
        {
            int from = (int)((long)order.Length * tenth / 10), to = (int)((long)order.Length * (tenth + 1) / 10);
            if (to > from)
            {
                deciles.Add((order[from..to].Average(at => predicted[at]), order[from..to].Average(at => actual[at])));
            }
        }

        return deciles;
    }

    private static List<(string Name, double Percent)> Factors(Window window, TransactionModel model, SpendModel spend, double scale, int seed, CancellationToken cancellationToken)
    {
        // A sample is enough to tell a strong input from a weak one.
        var random = new SplitMix((ulong)seed);
        var count = Math.Min(window.Count, 5_000);
        var sample = Enumerable.Range(0, window.Count).ToArray();
        if (count < sample.Length)
        {
            random.Shuffle(sample);
        }

        sample = sample[..count];
        var actual = sample.Select(at => window.Value[at]).ToArray();
        double Error(int[] frequency, int[] recency, int[] tenure, int[] value, int[] attributes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var predicted = new double[count];
            for (var i = 0; i < count; i++)
            {
                History f = window.Table[window.Row[frequency[i]]], r = window.Table[window.Row[recency[i]]], t = window.Table[window.Row[tenure[i]]];
                var silence = Math.Min(r.Age - r.Last, t.Age);
                var history = new History(f.Orders, f.Orders == 0 ? 0 : t.Age - silence, t.Age, window.Table[window.Row[attributes[i]]].Pattern);
                predicted[i] = model.ExpectedOrders(history, window.Days) * scale * spend.Expected(window.PaidRepeats[value[i]], window.RepeatMean[value[i]]);
            }

            return CountMetrics.Of(predicted, actual).MeanAbsoluteError;
        }

        var plain = Error(sample, sample, sample, sample, sample);
        var factors = new List<(string, double)>();
        if (plain > 0)
        {
            foreach (var (name, input) in new[] { ("Number of orders", 0), ("Time since the last order", 1), ("Time since the first order", 2), ("Value of an order", 3), ("Covariates", 4) }.Where(one => one.Item2 < 4 || window.Table.Patterns is not null))
            {
                var error = 0.0;
                for (var repeat = 0; repeat < 5; repeat++)
                {
                    var mixed = (int[])sample.Clone();
                    random.Shuffle(mixed);
                    error += Error(input == 0 ? mixed : sample, input == 1 ? mixed : sample, input == 2 ? mixed : sample, input == 3 ? mixed : sample, input == 4 ? mixed : sample);
                }

                factors.Add((name, 100 * ((error / 5 / plain) - 1)));
            }
        }

        return [.. factors.OrderByDescending(factor => factor.Item2)];
    }
}
