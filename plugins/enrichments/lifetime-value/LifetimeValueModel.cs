using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.LifetimeValue;

/// <summary>What is said of a customer.</summary>
internal readonly record struct LifetimeAnswer(double Value, double Orders, double OrderValue, double Alive, double Low, double High, int Percentile, bool HighValue, bool Active);

/// <summary>The model fitted to everything that is known, and what it says of everybody: computed once a distinct history.</summary>
internal sealed class LifetimeValueModel
{
    private const int Draws = 100;
    private const int TotalDraws = 200;
    private const int TotalRows = 2_000;

    private readonly LifetimeValueOptions _options;
    private readonly Window _window;
    private readonly double[] _discounted;
    private readonly double[] _orders;
    private readonly double[] _alive;
    private readonly int[] _low;
    private readonly int[] _high;
    private readonly double[] _sorted;
    private readonly double _border;

    private LifetimeValueModel(LifetimeValueOptions options, Window window, TransactionFit fit, SpendModel spend, int activeWindow, double highValueShare, CancellationToken cancellationToken)
    {
        (_options, _window, Fit, Spend, ActiveWindow) = (options, window, fit, spend, activeWindow);
        var days = options.HorizonDays;
        var scale = fit.Model.CohortScale(window.Table, days);
        _orders = window.ByRow(history => fit.Model.ExpectedOrders(history, days) * scale, cancellationToken);
        _discounted = options.DiscountRate > 0 ? window.ByRow(history => Discounted(fit.Model, history) * scale, cancellationToken) : _orders;
        _alive = window.ByRow(fit.Model.Alive, cancellationToken);
        (_low, _high) = Interval(cancellationToken);
        _sorted = new double[window.Count];
        for (var i = 0; i < _sorted.Length; i++)
        {
            _sorted[i] = ValueOf(window.Row[i], window.PaidRepeats[i], window.RepeatMean[i]);
            Total += _sorted[i];
            TotalOrders += _orders[window.Row[i]];
        }

        Array.Sort(_sorted);
        HighValueCustomers = (int)Math.Clamp(Math.Round(highValueShare * window.Count), highValueShare > 0 ? 1 : 0, window.Count);
        _border = HighValueCustomers == 0 ? double.PositiveInfinity : _sorted[window.Count - HighValueCustomers];
        TotalInterval = OfTotal(scale, cancellationToken);
    }

    /// <summary>The fit of orders.</summary>
    public TransactionFit Fit { get; }

    /// <summary>The model of what an order is worth.</summary>
    public SpendModel Spend { get; }

    /// <summary>How long one may be silent and still be active, in days.</summary>
    public int ActiveWindow { get; }

    /// <summary>The predicted value of everybody together.</summary>
    public double Total { get; }

    /// <summary>The predicted orders of everybody together.</summary>
    public double TotalOrders { get; }

    /// <summary>The 95 % interval of the total for what the parameters are not known exactly; null without it.</summary>
    public (double Low, double High)? TotalInterval { get; }

    /// <summary>How many customers count as of high value.</summary>
    public int HighValueCustomers { get; }

    /// <summary>Customers with an order.</summary>
    public int Customers => _window.Count;

    /// <summary>Fits to everything up to a cut.</summary>
    public static LifetimeValueModel Of(LifetimeValueOptions options, OrderLedger ledger, int cut, OrderModel model, int activeWindow, CancellationToken cancellationToken)
    {
        var window = model.Window(ledger, cut, cut, 0, cancellationToken);
        var fit = model.Fit(window.Table, cancellationToken);
        return new LifetimeValueModel(options, window, fit, SpendModel.Of(window, cancellationToken), activeWindow, HighValueShare(options, ledger, cut, cancellationToken), cancellationToken);
    }

    /// <summary>What is said of a customer.</summary>
    /// <param name="known">What is known at the cut.</param>
    /// <param name="customer">The number in the ledger.</param>
    public LifetimeAnswer Answer(Snapshot known, int customer)
    {
        var row = _window.Row[customer];
        var worth = Worth(known.PaidRepeats, (float)known.RepeatMean);
        var value = ValueOf(row, known.PaidRepeats, (float)known.RepeatMean);
        return new LifetimeAnswer(
            value, _orders[row], Spend.Expected(known.PaidRepeats, (float)known.RepeatMean), _alive[row], _low[row] * worth, _high[row] * worth, Percentile(value), value >= _border && value > 0, known.Age - known.Last <= ActiveWindow);
    }

    /// <summary>The mean value by percentile, the lowest first.</summary>
    public IEnumerable<(int Percentile, double Mean)> Percentiles()
    {
        for (var percentile = 1; percentile <= 100; percentile++)
        {
            int from = (int)((long)_sorted.Length * (percentile - 1) / 100), to = (int)((long)_sorted.Length * percentile / 100);
            if (to > from)
            {
                yield return (percentile, _sorted.AsSpan(from, to - from).ToArray().Average());
            }
        }
    }

    /// <summary>The share of the value that the best customers bring: after 1, 2, … 100 % of them.</summary>
    public IEnumerable<(int Percent, double Share)> Concentration()
    {
        var sum = 0.0;
        var at = _sorted.Length;
        for (var percent = 1; percent <= 100; percent++)
        {
            for (var to = (int)((long)_sorted.Length * (100 - percent) / 100); at > to;)
            {
                sum += _sorted[--at];
            }

            yield return (percent, Total > 0 ? sum / Total : 0);
        }
    }

    // As many as brought 80 % of the value in the last horizon: the rule of the documentation; or what was set.
    private static double HighValueShare(LifetimeValueOptions options, OrderLedger ledger, int cut, CancellationToken cancellationToken)
    {
        if (options.HighValuePercent is { } percent)
        {
            return percent / 100;
        }

        var past = Window.Of(ledger, cut, cut, options.HorizonDays, cancellationToken);
        return past.Count == 0 ? 0 : (double)HighValue.SmallestGroup(past.Recent, 0.8) / past.Count;
    }

    private double Worth(int paidRepeats, double repeatMean) => Spend.Expected(paidRepeats, repeatMean) * _options.Margin;

    private double ValueOf(int row, int paidRepeats, double repeatMean) => _discounted[row] * Worth(paidRepeats, repeatMean);

    private int Percentile(double value)
    {
        // The middle of equals, so that they stay together.
        int low = 0, high = _sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _sorted[middle] < value ? (middle + 1, high) : (low, middle);
        }

        int first = low, end = _sorted.Length;
        while (low < end)
        {
            var middle = (low + end) / 2;
            (low, end) = _sorted[middle] <= value ? (middle + 1, end) : (low, middle);
        }

        return Math.Clamp((int)Math.Ceiling(100 * 0.5 * (first + low) / _sorted.Length), 1, 100);
    }

    private double Discounted(TransactionModel model, History history)
    {
        double before = 0, sum = 0;
        for (var month = 1; month <= _options.HorizonMonths; month++)
        {
            var orders = model.ExpectedOrders(history, Math.Min(_options.HorizonDays, month * LifetimeStudy.Month));
            sum += (orders - before) * Math.Pow(1 + _options.DiscountRate, -month / 12.0);
            before = orders;
        }

        return sum;
    }

    // Four in five futures of such a customer have as many orders.
    private (int[] Low, int[] High) Interval(CancellationToken cancellationToken)
    {
        var low = new int[_window.Table.Count];
        var high = new int[_window.Table.Count];
        Parallel.For(0, low.Length, new ParallelOptions { CancellationToken = cancellationToken }, row =>
        {
            var history = _window.Table[row];
            var random = new SplitMix(((ulong)(uint)_options.Seed << 32) ^ ((ulong)history.Orders * 0x9E3779B97F4A7C15) ^ ((ulong)history.Last << 24) ^ (ulong)history.Age);
            Span<int> drawn = stackalloc int[Draws];
            for (var i = 0; i < Draws; i++)
            {
                drawn[i] = Fit.Model.Draw(history, _options.HorizonDays, ref random);
            }

            drawn.Sort();
            (low[row], high[row]) = (drawn[Draws / 10], drawn[Draws - 1 - (Draws / 10)]);
        });
        return (low, high);
    }

    private (double Low, double High)? OfTotal(double scale, CancellationToken cancellationToken)
    {
        if (Fit.Covariance is not { } covariance || Cholesky.Of(covariance) is not { } factor || !(Total > 0))
        {
            return null;
        }

        // By how much the total moves is seen in a sample of rows as well as in all of them.
        var random = new SplitMix((ulong)_options.Seed);
        var rows = Enumerable.Range(0, _window.Table.Count).ToArray();
        random.Shuffle(rows);
        rows = rows[..Math.Min(rows.Length, TotalRows)];
        double Sum(TransactionModel model) => rows.Sum(row => _window.Table.Weights[row] * model.ExpectedOrders(_window.Table[row], _options.HorizonDays)) * scale;
        var plain = Sum(Fit.Model);
        if (!(plain > 0))
        {
            return null;
        }

        var totals = new double[TotalDraws];
        var normals = new double[factor.Size];
        var moved = new double[factor.Size];
        for (var i = 0; i < TotalDraws; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var j = 0; j < normals.Length; j++)
            {
                normals[j] = random.NextNormal();
            }

            var step = factor.Multiply(normals);
            for (var j = 0; j < moved.Length; j++)
            {
                moved[j] = Math.Log(Fit.Model.Parameters[j].Value) + step[j];
            }

            totals[i] = Total * Sum(Fit.Model.With(moved)) / plain;
        }

        Array.Sort(totals);
        var (low, high) = (totals[(int)(0.025 * TotalDraws)], totals[(int)(0.975 * TotalDraws)]);
        return double.IsFinite(low) && double.IsFinite(high) ? (low, high) : null;
    }
}
