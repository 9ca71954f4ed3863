using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Learning;
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
            BankBench.Run(folder);
            LikelihoodBench.Run(folder, Math.Min(customers, 1_000_000));
        }
        else
        {
            Console.WriteLine($"No folder '{folder}': CDNOW is left out. Name shared/data/prediction.");
        }

        Million();
        Customers(customers);
        Boosted();
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

    // The made-up set of shared/design/predictions.md 12: 800,000 rows to train and 200,000 to test, 20 features, 100 trees of 31 leaves, one thread.
    private static void Boosted()
    {
        const int Count = 1_000_000;
        const int Train = 800_000;
        var random = new SplitMix(1);
        var values = Enumerable.Range(0, 20).Select(_ => new double[Count]).ToArray();
        var happened = new bool[Count];
        var truth = new double[Count];
        for (var i = 0; i < Count; i++)
        {
            for (var feature = 0; feature < 20; feature++)
            {
                values[feature][i] = feature < 10 ? random.NextNormal() : random.Next(12);
            }

            var z = values[0][i] + (0.7 * values[1][i] * values[2][i]) + (0.5 * Math.Sin(3 * values[3][i])) + (values[11][i] == 3 ? 0.2 : 0) - (values[12][i] > 8 ? 0.8 : 0) - 1.6;
            truth[i] = SpecialFunctions.Logistic(z);
            happened[i] = random.NextDouble() < truth[i];
        }

        List<FeatureColumn> train = [.. values.Select((column, at) => FeatureColumn.OfNumbers($"x{at}", column.Take(Train)))];
        List<FeatureColumn> test = [.. values.Select((column, at) => FeatureColumn.OfNumbers($"x{at}", column.Skip(Train)))];
        var options = new BoostingOptions(Trees: 100, Leaves: 31, LearningRate: 0.1, FewestRows: 20, L2: 1);
        Boosting? model = null;
        Time("boosting: 800,000 x 20, 100 trees of 31 leaves", 3, () => model = Boosting.Fit(train, happened[..Train], options, null, 1, CancellationToken.None));
        var logits = Array.Empty<double>();
        var bins = model!.Bins.Bin(test);
        Time("  predicted: 200,000 binned rows", 5, () => logits = model.Logits(bins, Count - Train));
        Time("  binned and predicted: 200,000 rows", 5, () => logits = model.Logits(test));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    AUC {BinaryMetrics.Of([.. logits.Select(SpecialFunctions.Logistic)], happened.AsSpan(Train)).Auc:0.0000}; of the true probabilities {BinaryMetrics.Of(truth.AsSpan(Train), happened.AsSpan(Train)).Auc:0.0000}"));
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
