using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>Everybody who had ordered by a cut: what was known then, and what came after it.</summary>
internal sealed class Window
{
    private readonly DailyGrouper _grouper;

    private Window(int cut, int to, DailyGrouper grouper, HistoryTable table, int count)
    {
        _grouper = grouper;
        Cut = cut;
        To = to;
        Table = table;
        Row = new int[count];
        RepeatMean = new float[count];
        PaidRepeats = new int[count];
        Orders = new double[to > cut ? count : 0];
        Value = new double[to > cut ? count : 0];
    }

    /// <summary>The last day that is known.</summary>
    public int Cut { get; }

    /// <summary>The last day of what came after; the cut itself when nothing is looked at.</summary>
    public int To { get; }

    /// <summary>How long the time after the cut is, in days.</summary>
    public int Days => To - Cut;

    /// <summary>The distinct histories.</summary>
    public HistoryTable Table { get; }

    /// <summary>How many customers there are.</summary>
    public int Count => Row.Length;

    /// <summary>The row of <see cref="Table"/> by customer.</summary>
    public int[] Row { get; }

    /// <summary>The mean value of repeated orders by customer.</summary>
    public float[] RepeatMean { get; }

    /// <summary>How many orders that mean is of.</summary>
    public int[] PaidRepeats { get; }

    /// <summary>The value of the orders of the last <c>recent</c> days before the cut, by customer; empty when no days were asked for.</summary>
    public double[] Recent { get; private set; } = [];

    /// <summary>Orders after the cut, by customer; empty when nothing after it is looked at.</summary>
    public double[] Orders { get; }

    /// <summary>Value after the cut, by customer; empty when nothing after it is looked at.</summary>
    public double[] Value { get; }

    /// <summary>Looks at everybody.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="cut">The last day that is known.</param>
    /// <param name="to">The last day of what came after.</param>
    /// <param name="recent">How many days before the cut count as recent.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="patterns">By customer of the ledger, which covariates it has; null without any. Rows are told apart by them.</param>
    public static Window Of(OrderLedger ledger, int cut, int to, int recent, CancellationToken cancellationToken, int[]? patterns = null)
    {
        var grouper = new DailyGrouper();
        var rows = new int[ledger.Customers];
        var buffer = new OrderDay[64];
        var count = 0;
        for (var customer = 0; customer < ledger.Customers; customer++)
        {
            Cancel(customer, cancellationToken);
            rows[customer] = OrderDays.At(ledger.Read(customer, ref buffer), cut) is { } known ? grouper.Add(known.Orders, known.Last, known.Age, known.LogIntervals) : -1;
            count += rows[customer] >= 0 ? 1 : 0;
        }

        var table = grouper.ToTable();
        if (patterns is not null)
        {
            table = Tell(table, rows, patterns);
        }

        var window = new Window(cut, to, grouper, table, count);
        window.Recent = recent > 0 ? new double[count] : [];
        var at = 0;
        for (var customer = 0; customer < ledger.Customers; customer++)
        {
            if (rows[customer] < 0)
            {
                continue;
            }

            Cancel(customer, cancellationToken);
            var days = ledger.Read(customer, ref buffer);
            var known = OrderDays.At(days, cut)!.Value;
            window.Row[at] = rows[customer];
            window.RepeatMean[at] = (float)known.RepeatMean;
            window.PaidRepeats[at] = known.PaidRepeats;
            if (recent > 0)
            {
                window.Recent[at] = OrderDays.Between(days, cut - recent, cut).Value;
            }

            if (to > cut)
            {
                (window.Orders[at], window.Value[at]) = OrderDays.Between(days, cut, to);
            }

            at++;
        }

        return window;
    }

    /// <summary>The row of a snapshot at the cut.</summary>
    /// <param name="known">The snapshot.</param>
    /// <returns>The number, or -1 when nobody of the window had that history. Not for windows with covariates, where a customer's row says it.</returns>
    public int Find(Snapshot known) => _grouper.Find(known.Orders, known.Last, known.Age);

    /// <summary>Computes something of every row, in parallel.</summary>
    /// <param name="compute">From a history.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public double[] ByRow(Func<History, double> compute, CancellationToken cancellationToken)
    {
        var values = new double[Table.Count];
        Parallel.For(0, (Table.Count + 255) / 256, new ParallelOptions { CancellationToken = cancellationToken }, chunk =>
        {
            for (var row = chunk * 256; row < Math.Min(Table.Count, (chunk + 1) * 256); row++)
            {
                values[row] = compute(Table[row]);
            }
        });
        return values;
    }

    /// <summary>Spreads what was computed of rows over customers.</summary>
    /// <param name="values">One a row.</param>
    public double[] ByCustomer(double[] values)
    {
        var spread = new double[Count];
        for (var i = 0; i < spread.Length; i++)
        {
            spread[i] = values[Row[i]];
        }

        return spread;
    }

    // Rows by history and covariates; the rows of the customers are renumbered.
    private static HistoryTable Tell(HistoryTable table, int[] rows, int[] patterns)
    {
        var cells = new Dictionary<(int Row, int Pattern), int>();
        var (of, with, weights) = (new List<int>(), new List<int>(), new List<int>());
        for (var customer = 0; customer < rows.Length; customer++)
        {
            if (rows[customer] < 0)
            {
                continue;
            }

            if (!cells.TryGetValue((rows[customer], patterns[customer]), out var cell))
            {
                cells.Add((rows[customer], patterns[customer]), cell = of.Count);
                of.Add(rows[customer]);
                with.Add(patterns[customer]);
                weights.Add(0);
            }

            weights[cell]++;
            rows[customer] = cell;
        }

        return table.With(of, with, weights);
    }

    private static void Cancel(int customer, CancellationToken cancellationToken)
    {
        if ((customer & 4095) == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
