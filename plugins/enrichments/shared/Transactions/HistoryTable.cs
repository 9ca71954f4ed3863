namespace CustomerInsights.Enrichments.Predictions.Transactions;

/// <summary>
/// The distinct histories of a population with how many customers have each, in columns. Equal rows have equal likelihood, so that this is exact.
/// Times are held once and named by index: what a likelihood needs of a time is computed once a time and not once a row.
/// </summary>
internal sealed class HistoryTable
{
    private HistoryTable(int[] orders, int[] last, int[] age, double[] weights, double[] times, double logIntervals, int[]? patterns = null)
    {
        Patterns = patterns;
        Orders = orders;
        Last = last;
        Age = age;
        Weights = weights;
        Times = times;
        LogIntervals = logIntervals;
        for (var i = 0; i < orders.Length; i++)
        {
            Customers += weights[i];
            OrdersTotal += weights[i] * orders[i];
            MeanAge += weights[i] * times[age[i]];
            MaxOrders = Math.Max(MaxOrders, orders[i]);
        }

        MeanAge = Customers > 0 ? MeanAge / Customers : 0;
    }

    /// <summary>Distinct rows.</summary>
    public int Count => Orders.Length;

    /// <summary>x of each row.</summary>
    public int[] Orders { get; }

    /// <summary>Index into <see cref="Times"/> of each row's t_x.</summary>
    public int[] Last { get; }

    /// <summary>Index into <see cref="Times"/> of each row's T.</summary>
    public int[] Age { get; }

    /// <summary>How many customers have the row.</summary>
    public double[] Weights { get; }

    /// <summary>Which covariates the customers of each row have; null where there are none.</summary>
    public int[]? Patterns { get; }

    /// <summary>The distinct times.</summary>
    public double[] Times { get; }

    /// <summary>Sum over all customers and intervals between orders of the interval's logarithm; 0 where it was not counted. Only regularity needs it.</summary>
    public double LogIntervals { get; }

    /// <summary>How many customers there are.</summary>
    public double Customers { get; }

    /// <summary>How many orders after the first there are.</summary>
    public double OrdersTotal { get; }

    /// <summary>The mean of T.</summary>
    public double MeanAge { get; }

    /// <summary>The largest x.</summary>
    public int MaxOrders { get; }

    /// <summary>A row as a history.</summary>
    /// <param name="row">Its number.</param>
    public History this[int row] => new(Orders[row], Times[Last[row]], Times[Age[row]], Patterns?[row] ?? 0);

    /// <summary>Every n-th row of a large table, which says nearly where the optimum of all rows lies; null for a small one.</summary>
    public HistoryTable? Sample()
    {
        const int Large = 100_000;
        const int Rows = 16_384;
        if (Count < Large)
        {
            return null;
        }

        var step = Count / Rows;
        var count = (Count + step - 1) / step;
        var rows = Enumerable.Range(0, count).Select(i => i * step).ToArray();
        return new HistoryTable(
            [.. rows.Select(row => Orders[row])], [.. rows.Select(row => Last[row])], [.. rows.Select(row => Age[row])], [.. rows.Select(row => Weights[row])], Times, LogIntervals / step);
    }

    /// <summary>Groups histories in any unit, whole or not.</summary>
    /// <param name="histories">The histories, one a customer.</param>
    /// <param name="logIntervals">See <see cref="LogIntervals"/>.</param>
    /// <exception cref="ArgumentException">A history that cannot be: negative, out of order, or not finite.</exception>
    public static HistoryTable Of(IEnumerable<History> histories, double logIntervals = 0)
    {
        var counts = new Dictionary<History, int>();
        var weights = new List<double>();
        var rows = new List<History>();
        foreach (var history in histories)
        {
            if (history.Orders < 0 || !(history.Last >= 0) || !(history.Age >= history.Last) || !double.IsFinite(history.Age) || (history.Orders == 0 && history.Last > 0))
            {
                throw new ArgumentException($"A history of {history} cannot be: 0 <= last <= age, and last is 0 without a repeated order.", nameof(histories));
            }

            if (counts.TryGetValue(history, out var row))
            {
                weights[row]++;
            }
            else
            {
                counts.Add(history, rows.Count);
                rows.Add(history);
                weights.Add(1);
            }
        }

        var times = rows.SelectMany(row => new[] { row.Last, row.Age }).Append(0).Distinct().Order().ToArray();
        var places = times.Select((time, at) => (time, at)).ToDictionary(pair => pair.time, pair => pair.at);
        return new HistoryTable(
            [.. rows.Select(row => row.Orders)], [.. rows.Select(row => places[row.Last])], [.. rows.Select(row => places[row.Age])], [.. weights], times, logIntervals);
    }

    /// <summary>The same histories told apart by covariates.</summary>
    /// <param name="rows">Rows of this table.</param>
    /// <param name="patterns">The covariates of each.</param>
    /// <param name="weights">How many customers have both.</param>
    public HistoryTable With(IReadOnlyList<int> rows, IReadOnlyList<int> patterns, IReadOnlyList<int> weights) => new(
        [.. rows.Select(row => Orders[row])], [.. rows.Select(row => Last[row])], [.. rows.Select(row => Age[row])], [.. weights.Select(weight => (double)weight)], Times, LogIntervals, [.. patterns]);

    /// <summary>The rows of each pattern of covariates as a table of its own; their pattern is left out.</summary>
    /// <param name="count">How many patterns there are.</param>
    /// <returns>By pattern; null where nobody has it.</returns>
    public HistoryTable?[] ByPattern(int count)
    {
        var rows = new List<int>[count];
        for (var row = 0; row < Count; row++)
        {
            (rows[Patterns?[row] ?? 0] ??= []).Add(row);
        }

        return
        [
            .. rows.Select(of => of is null ? null : new HistoryTable(
                [.. of.Select(row => Orders[row])], [.. of.Select(row => Last[row])], [.. of.Select(row => Age[row])], [.. of.Select(row => Weights[row])], Times, 0)),
        ];
    }

    /// <summary>A table of rows in whole days.</summary>
    /// <param name="orders">x by row.</param>
    /// <param name="last">t_x by row, in days.</param>
    /// <param name="age">T by row, in days.</param>
    /// <param name="weights">Customers by row.</param>
    /// <param name="longest">The largest T.</param>
    /// <param name="logIntervals">See <see cref="LogIntervals"/>.</param>
    internal static HistoryTable OfDays(int[] orders, int[] last, int[] age, double[] weights, int longest, double logIntervals)
    {
        var times = new double[longest + 1];
        for (var day = 0; day <= longest; day++)
        {
            times[day] = day;
        }

        return new HistoryTable(orders, last, age, weights, times, logIntervals);
    }
}
