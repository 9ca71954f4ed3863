using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.Bench.Predictions;

/// <summary>
/// Bank marketing (UCI, 45,211 rows) by the learner of scoring, in five folds as the peers: what is chosen is chosen on inner folds of the other four. Without the
/// length of the call, which is known only after it, and with it.
/// </summary>
internal static class BankBench
{
    private const int Folds = 5;

    public static void Run(string folder)
    {
        var rows = File.ReadLines(Path.Combine(folder, "bank_full.csv")).Skip(1).Where(line => line.Length > 0).Select(line => line.Split(',')).ToList();
        string[] names = ["age", "job", "marital", "education", "default", "balance", "housing", "loan", "contact", "day", "month", "duration", "campaign", "pdays", "previous", "poutcome"];
        HashSet<string> numbers = ["age", "balance", "day", "duration", "campaign", "pdays", "previous"];
        bool[] happened = [.. rows.Select(row => row[16] == "yes")];
        foreach (var withDuration in new[] { false, true })
        {
            List<FeatureColumn> columns =
            [
                .. names.Select((name, at) => (name, at)).Where(pair => withDuration || pair.name != "duration").Select(pair => numbers.Contains(pair.name)
                    ? FeatureColumn.OfNumbers(pair.name, rows.Select(row => double.Parse(row[pair.at], CultureInfo.InvariantCulture)))
                    : FeatureColumn.OfTexts(pair.name, [.. rows.Select(row => row[pair.at])])),
            ];
            Measured(withDuration ? "bank marketing with duration" : "bank marketing without duration", columns, happened);
        }
    }

    private static void Measured(string what, List<FeatureColumn> columns, bool[] happened)
    {
        var order = Enumerable.Range(0, happened.Length).ToArray();
        new SplitMix(1).Shuffle(order);
        var predicted = new double[happened.Length];
        var chosen = new List<string>();
        var watch = Stopwatch.StartNew();
        for (var fold = 0; fold < Folds; fold++)
        {
            var held = fold;
            int[] test = [.. order.Where((_, at) => at % Folds == held)], train = [.. order.Where((_, at) => at % Folds != held)];
            var fit = BlendLearner.Fit([.. columns.Select(column => column.Take(train))], [.. train.Select(row => happened[row])], 1, Environment.ProcessorCount, CancellationToken.None);
            chosen.Add(fit.Model.Name);
            var probabilities = fit.Model.Probabilities([.. columns.Select(column => column.Take(test))]);
            for (var i = 0; i < test.Length; i++)
            {
                predicted[test[i]] = probabilities[i];
            }
        }

        var metrics = BinaryMetrics.Of(predicted, happened);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: AUC {metrics.Auc:0.0000}, log loss {metrics.LogLoss:0.0000}, Brier {metrics.Brier:0.0000}, ECE {metrics.CalibrationError:0.0000}; {watch.Elapsed.TotalSeconds:0} s for {Folds} folds; {string.Join(", ", chosen.Distinct(StringComparer.Ordinal))}"));
    }
}
