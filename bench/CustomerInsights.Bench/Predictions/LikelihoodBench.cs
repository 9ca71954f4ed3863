using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Bench.Predictions;

/// <summary>
/// Order likelihoods on public data, as the next order measures itself: whether the blend is used is decided before the holdout, which is looked at once. Churn
/// of the telco set by five folds, covariates of the apparel set, and what the blend of many made-up customers costs. Files that are not there are left out.
/// </summary>
internal static class LikelihoodBench
{
    private static readonly int[] Horizons = [7, 14, 30, 42, 60, 90];

    public static void Run(string folder, int customers)
    {
        Likelihood(folder, "cdnow_master_transactions.csv", 0, 1, 3, new DateOnly(1998, 6, 29));
        Likelihood(folder, "cdnow_sample_transactions.csv", 1, 2, 4, new DateOnly(1998, 6, 29));
        Likelihood(folder, "groceryElog.csv", 0, 1, null, null);
        Likelihood(folder, "apparelTrans.csv", 0, 1, 2, null);
        Apparel(folder);
        Telco(folder);
        Cost(customers);
    }

    private static void Likelihood(string folder, string file, int id, int date, int? amount, DateOnly? end)
    {
        if (Ledger(folder, file, id, date, amount) is not { } ledger)
        {
            return;
        }

        var watch = Stopwatch.StartNew();
        var (choice, blend, quality) = OrderLikelihoodStudy.Measure(ledger, end?.DayNumber ?? ledger.LastDay, Horizons, ModelChoice.All, CancellationToken.None);
        Write($"{file}: {ledger.Customers} customers, {choice.Kind}, {(blend.IsBlended ? "blend" : "closed form")} ({blend.Why}) in {watch.Elapsed.TotalSeconds:0.0} s");
        foreach (var (days, said, closed) in quality!.Horizons)
        {
            Write($"  {days,2} days: AUC {said.Auc:0.0000}, log loss {said.LogLoss:0.0000}, ECE {said.CalibrationError:0.0000}; closed form alone {closed.Auc:0.0000}, {closed.LogLoss:0.0000}");
        }

        Write($"  concordance {quality.Concordance:0.000}, of silence alone {quality.RecencyConcordance:0.000}");
    }

    private static void Apparel(string folder)
    {
        var file = Path.Combine(folder, "apparelStaticCov.csv");
        if (!File.Exists(file) || Ledger(folder, "apparelTrans.csv", 0, 1, 2) is not { } ledger)
        {
            return;
        }

        // Gender and channel of customers 1 to 600, who are in this order in both files.
        var rows = File.ReadLines(file).Skip(1).Select(line => line.Split(',').Select(value => double.Parse(value, CultureInfo.InvariantCulture)).ToArray()).ToList();
        double[] means = [rows.Average(row => row[1]), rows.Average(row => row[2])];
        double[] spreads = [Math.Sqrt(means[0] * (1 - means[0])), Math.Sqrt(means[1] * (1 - means[1]))];
        List<double[]> patterns = [.. Enumerable.Range(0, 4).Select(at => new[] { ((at % 2) - means[0]) / spreads[0], ((at / 2) - means[1]) / spreads[1] })];
        int[] of = [.. rows.Select(row => (int)row[1] + (2 * (int)row[2]))];
        var window = Window.Of(ledger, ledger.FirstDay + (104 * 7), ledger.LastDay, 0, CancellationToken.None, of);
        foreach (var kind in new[] { TransactionKind.ParetoNbd, TransactionKind.MbgNbd })
        {
            var plain = TransactionModel.Fit(kind, window.Table, CancellationToken.None);
            var watch = Stopwatch.StartNew();
            var with = CovariateModel.Fit(kind, window.Table, new CovariateDesign(["Gender", "Channel"], patterns), 0, CancellationToken.None);
            Write($"apparel, {kind}: LL {Weeks(plain):0.0}, with gender and channel {Weeks(with):0.0} ({watch.Elapsed.TotalMilliseconds:0} ms); holdout MAE {Error(plain):0.0000}, {Error(with):0.0000}");
        }

        double Weeks(TransactionFit fit) => fit.LogLikelihood + (window.Table.OrdersTotal * Math.Log(7));

        double Error(TransactionFit fit) => CountMetrics.Of(window.ByCustomer(window.ByRow(history => fit.Model.ExpectedOrders(history, window.Days), CancellationToken.None)), window.Orders).MeanAbsoluteError;
    }

    private static void Telco(string folder)
    {
        var file = Path.Combine(folder, "telco.csv");
        if (!File.Exists(file))
        {
            return;
        }

        string[] numbers = ["tenure", "MonthlyCharges", "TotalCharges"];
        var names = File.ReadLines(file).First().Split(',');
        var rows = File.ReadLines(file).Skip(1).Where(line => line.Length > 0).Select(line => line.Split(',')).ToList();
        List<FeatureColumn> columns =
        [
            .. names.Select((name, at) => (name, at)).Where(pair => pair.name is not ("customerID" or "Churn")).Select(pair => numbers.Contains(pair.name, StringComparer.Ordinal)
                ? FeatureColumn.OfNumbers(pair.name, rows.Select(row => double.TryParse(row[pair.at], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN))
                : FeatureColumn.OfTexts(pair.name, [.. rows.Select(row => row[pair.at])])),
        ];
        bool[] left = [.. rows.Select(row => row[^1].Trim() == "Yes")];
        var order = Enumerable.Range(0, rows.Count).ToArray();
        new SplitMix(1).Shuffle(order);
        var said = new double[rows.Count];
        var watch = Stopwatch.StartNew();
        for (var fold = 0; fold < 5; fold++)
        {
            var test = order.Where((_, at) => at % 5 == fold).ToList();
            var rest = order.Where((_, at) => at % 5 != fold).ToList();
            var fit = BlendLearner.Fit([.. columns.Select(column => column.Take(rest))], [.. rest.Select(row => left[row])], 1, 2, CancellationToken.None);
            var probabilities = fit.Model.Probabilities([.. columns.Select(column => column.Take(test))]);
            for (var i = 0; i < test.Count; i++)
            {
                said[test[i]] = probabilities[i];
            }
        }

        var metrics = BinaryMetrics.Of(said, left);
        Write($"telco, five folds, {rows.Count} rows: AUC {metrics.Auc:0.0000}, log loss {metrics.LogLoss:0.0000}, Brier {metrics.Brier:0.0000}, ECE {metrics.CalibrationError:0.0000} in {watch.Elapsed.TotalSeconds:0.0} s");
    }

    // By MBG/NBD, born within two years, with amounts that say nothing: what the blend costs, not what it brings.
    private static void Cost(int customers)
    {
        const int Days = 730;
        var random = new SplitMix(5);
        var ledger = new OrderLedger();
        var days = new List<OrderDay>();
        for (var i = 0; i < customers; i++)
        {
            days.Clear();
            days.Add(new OrderDay(random.Next(Days), 10 + random.Next(90)));
            var rate = random.NextGamma(0.6) / 60;
            var leave = random.NextBeta(0.8, 2.5);
            double time = days[0].Day;
            while (random.NextDouble() >= leave)
            {
                time += random.NextExponential() / rate;
                if (time >= Days)
                {
                    break;
                }

                if ((int)Math.Ceiling(time) > days[^1].Day)
                {
                    days.Add(new OrderDay((int)Math.Ceiling(time), 10 + random.Next(90)));
                }
            }

            ledger.Add(days);
        }

        var window = Timed("  everybody at a day", () => Window.Of(ledger, Days, Days, 0, CancellationToken.None));
        var fit = Timed("  MBG/NBD fitted", () => TransactionModel.Fit(TransactionKind.MbgNbd, window.Table, CancellationToken.None));
        var blend = Timed("  blend trained, its window and closed form among it", () => OrderBlend.Train(ledger, Days - 90, 90, int.MaxValue, CancellationToken.None)!);
        Timed($"  {customers:N0} customers scored by the blend", () => OrderLikelihood.Of(ledger, window, fit, blend, CancellationToken.None));
        Write($"  {blend.Rows:N0} rows learned from; peak resident memory {Measure.PeakMiB()} MiB");
    }

    private static T Timed<T>(string what, Func<T> run)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var result = run();
        process.Refresh();
        Write($"{what,-56} {watch.Elapsed.TotalSeconds:0.00} s, {(process.TotalProcessorTime - before).TotalSeconds:0.00} s of CPU");
        return result;
    }

    private static OrderLedger? Ledger(string folder, string file, int id, int date, int? amount)
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
        {
            return null;
        }

        var ledger = new OrderLedger();
        foreach (var customer in File.ReadLines(path).Skip(1).Where(line => line.Length > 0).Select(line => line.Split(',')).GroupBy(row => row[id], StringComparer.Ordinal))
        {
            var days = customer.Select(row => new OrderDay(
                DateOnly.ParseExact(row[date], "yyyy-MM-dd", CultureInfo.InvariantCulture).DayNumber, amount is { } at ? double.Parse(row[at], CultureInfo.InvariantCulture) : 0)).ToList();
            OrderDays.Merge(days);
            ledger.Add(days);
        }

        return ledger;
    }

    private static void Write(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
