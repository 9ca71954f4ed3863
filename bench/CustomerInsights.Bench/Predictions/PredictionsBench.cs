using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Bench.Predictions;

/// <summary>Fits of transaction models: CDNOW on one thread, a million rows, and ten million made-up customers grouped, fitted and scored.</summary>
internal static class PredictionsBench
{
    private const int Days = 730;

    public static void Run(string? folder, int customers)
    {
        Measure.Machine();
        if (folder is not null && Directory.Exists(folder))
        {
            Cdnow(folder);
        }
        else
        {
            Console.WriteLine($"No folder '{folder}': CDNOW is left out. Name shared/data/prediction.");
        }

        Million();
        Customers(customers);
        Console.WriteLine($"Peak resident memory {Measure.PeakMiB()} MiB");
    }

    // The summary of 2,357 customers in weeks, as the peers were given it; grouping is within the time.
    private static void Cdnow(string folder)
    {
        var histories = Rows(folder, "cdnow_customers_summary.csv").Select(row => new History((int)row[1], row[2], row[3])).ToList();
        var spend = Rows(folder, "cdnow_customers_summary_with_transactions.csv").Where(row => row[1] > 0).ToList();
        var orders = spend.Select(row => (int)row[1]).ToArray();
        var means = spend.Select(row => row[4]).ToArray();
        foreach (var kind in new[] { TransactionKind.BgNbd, TransactionKind.MbgNbd, TransactionKind.ParetoNbd, TransactionKind.MbgCnbd2 })
        {
            TransactionFit? fit = null;
            Time($"CDNOW {kind}", 40, () => fit = TransactionModel.Fit(kind, HistoryTable.Of(histories), CancellationToken.None));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    LL {fit!.LogLikelihood:0.0000}, {fit.Evaluations} evaluations, {string.Join(", ", fit.Model.Parameters.Select(parameter => $"{parameter.Name} {parameter.Value:0.00000}"))}"));
        }

        GammaGammaFit? value = null;
        Time("CDNOW Gamma-Gamma", 40, () => value = GammaGamma.Fit(orders, means, CancellationToken.None));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    LL {value!.LogLikelihood:0.0000}, {value.Evaluations} evaluations, {value.Model}"));
    }

    private static void Million()
    {
        var (x, last, age, _) = MadeUp(1_000_000, 3);
        var weights = new double[x.Length];
        Array.Fill(weights, 1);
        var table = HistoryTable.OfDays(x, last, age, weights, Days, 0);
        TransactionFit? fit = null;
        Time("1,000,000 rows, none of them grouped: BG/NBD", 5, () => fit = TransactionModel.Fit(TransactionKind.BgNbd, table, CancellationToken.None));
        Console.WriteLine($"    {fit!.Evaluations} evaluations");
    }

    private static void Customers(int customers)
    {
        var (x, last, age, rows) = MadeUp(customers, 5);
        HistoryTable? table = null;
        TransactionFit? fit = null;
        var total = 0.0;
        Time($"{customers:N0} customers: grouped", 3, () =>
        {
            var grouper = new DailyGrouper();
            for (var i = 0; i < x.Length; i++)
            {
                rows[i] = grouper.Add(x[i], last[i], age[i]);
            }

            table = grouper.ToTable();
        });
        Time("  fitted: MBG/NBD", 3, () => fit = TransactionModel.Fit(TransactionKind.MbgNbd, table!, CancellationToken.None));
        Time("  scored: expected orders and P(order) of 90 days", 3, () =>
        {
            var expected = new double[table!.Count];
            var probability = new double[table.Count];
            Parallel.For(0, (table.Count + 1023) / 1024, chunk =>
            {
                for (var row = chunk * 1024; row < Math.Min(table.Count, (chunk + 1) * 1024); row++)
                {
                    expected[row] = fit!.Model.ExpectedOrders(table[row], 90);
                    probability[row] = fit.Model.OrderProbability(table[row], 90);
                }
            });
            total = 0;
            foreach (var row in rows)
            {
                total += expected[row];
            }
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {table!.Count:N0} distinct rows, {fit!.Evaluations} evaluations, {total:0} orders expected"));
    }

    // By MBG/NBD with r 0.6, α 60, a 0.8, b 2.5, born within the two years.
    private static (int[] Orders, int[] Last, int[] Age, int[] Rows) MadeUp(int customers, ulong seed)
    {
        var random = new SplitMix(seed);
        var (orders, last, age) = (new int[customers], new int[customers], new int[customers]);
        for (var i = 0; i < customers; i++)
        {
            age[i] = 1 + random.Next(Days);
            var rate = random.NextGamma(0.6) / 60;
            var leave = random.NextBeta(0.8, 2.5);
            var time = 0.0;
            while (random.NextDouble() >= leave)
            {
                time += random.NextExponential() / rate;
                if (time > age[i])
                {
                    break;
                }

                var day = Math.Min(age[i], (int)Math.Ceiling(time));
                if (day > last[i])
                {
                    orders[i]++;
                    last[i] = day;
                }
            }
        }

        return (orders, last, age, new int[customers]);
    }

    private static void Time(string what, int runs, Action run)
    {
        run();
        var (wall, cpu) = (new List<double>(), new List<double>());
        using var process = Process.GetCurrentProcess();
        for (var i = 0; i < runs; i++)
        {
            process.Refresh();
            var before = process.TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            run();
            wall.Add(watch.Elapsed.TotalMilliseconds);
            process.Refresh();
            cpu.Add((process.TotalProcessorTime - before).TotalMilliseconds);
        }

        wall.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what,-52} {wall[runs / 2],9:0.00} ms median (min {wall[0]:0.00}, max {wall[^1]:0.00}), {cpu.Average(),9:0.00} ms of CPU on average"));
    }

    private static IEnumerable<double[]> Rows(string folder, string file) =>
        File.ReadLines(Path.Combine(folder, file)).Skip(1).Select(line => line.Split(',').Select(value => double.Parse(value, CultureInfo.InvariantCulture)).ToArray());
}
