using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Numerics;
using Xunit.Abstractions;

namespace CustomerInsights.PredictionPlugins.Tests;

public sealed class LearningTests(ITestOutputHelper output)
{
    [Fact]
    public void What_a_feature_adds_is_what_all_subsets_of_features_say()
    {
        var (columns, happened) = Made(600, 3);
        var model = Boosting.Fit(columns, happened, new BoostingOptions(Trees: 6, Leaves: 7, FewestRows: 10), null, 1, CancellationToken.None);
        var bins = model.Bins.Bin(columns);
        Assert.Contains(model.Trees, tree => tree.Depth >= 3);

        for (var row = 0; row < 40; row++)
        {
            var own = Enumerable.Range(0, columns.Count).Select(feature => bins[(feature * 600) + row]).ToArray();
            var found = TreeShap.Explain(model, own);
            var expected = BruteForce(model, own);
            for (var feature = 0; feature < found.Length; feature++)
            {
                Assert.Equal(expected[feature], found[feature], 1e-10);
            }
        }
    }

    [Fact]
    public void What_features_add_and_the_mean_make_the_prediction()
    {
        var (columns, happened) = Made(3_000, 4);
        var model = Boosting.Fit(columns, happened, new BoostingOptions(Trees: 40, Leaves: 15), null, 1, CancellationToken.None);
        var bins = model.Bins.Bin(columns);
        var logits = model.Logits(columns);

        for (var row = 0; row < 200; row++)
        {
            var own = Enumerable.Range(0, columns.Count).Select(feature => bins[(feature * 3_000) + row]).ToArray();
            Assert.Equal(logits[row], TreeShap.Explain(model, own).Sum() + TreeShap.Mean(model), 1e-9);
        }
    }

    [Fact]
    public void Trees_learn_what_a_line_cannot()
    {
        var (columns, happened) = Made(20_000, 5);
        var (test, outcome) = Made(10_000, 6);

        var boosted = Auc(Boosting.Fit(columns, happened, new BoostingOptions(Trees: 150), null, 2, CancellationToken.None).Logits(test), outcome);
        var line = Auc(LogisticRegression.Fit(columns, happened, 1e-3, CancellationToken.None).Logits(test), outcome);

        output.WriteLine($"boosting {boosted}, logistic {line}");
        Assert.True(boosted > line + 0.01, $"{boosted} against {line}");
        Assert.InRange(boosted, 0.72, 1);
    }

    [Fact]
    public void The_model_does_not_depend_on_the_threads()
    {
        var (columns, happened) = Made(12_000, 7);

        var one = Boosting.Fit(columns, happened, new BoostingOptions(Trees: 30), null, 1, CancellationToken.None);
        var four = Boosting.Fit(columns, happened, new BoostingOptions(Trees: 30), null, 4, CancellationToken.None);

        Assert.Equal(one.Logits(columns), four.Logits(columns));
        Assert.Equal(LogisticRegression.Fit(columns, happened, 0.01, CancellationToken.None).Logits(columns), LogisticRegression.Fit(columns, happened, 0.01, CancellationToken.None).Logits(columns));
    }

    [Fact]
    public void Shuffled_outcomes_teach_nothing_and_the_validation_stops_early()
    {
        var (columns, happened) = Made(8_000, 8);
        var (held, heldOutcome) = Made(4_000, 9);
        var random = new SplitMix(3);
        var order = Enumerable.Range(0, happened.Length).ToArray();
        random.Shuffle(order);
        heldOutcome = [.. order.Where(at => at < heldOutcome.Length).Select(at => heldOutcome[at])];

        var model = Boosting.Fit(columns, [.. order.Select(at => happened[at])], new BoostingOptions(Trees: 300), (held, heldOutcome), 2, CancellationToken.None);
        var line = LogisticRegression.Fit(columns, [.. order.Select(at => happened[at])], 0.1, CancellationToken.None);

        Assert.InRange(model.Trees.Count, 0, 40);
        Assert.InRange(Auc(model.Logits(held), heldOutcome), 0.44, 0.56);
        Assert.InRange(Auc(line.Logits(held), heldOutcome), 0.44, 0.56);
    }

    [Fact]
    public void A_constant_feature_a_missing_one_and_an_outcome_that_never_happens_are_lived_with()
    {
        var (columns, happened) = Made(500, 10);
        List<FeatureColumn> odd = [.. columns, FeatureColumn.OfNumbers("constant", Enumerable.Repeat(7.0, 500)), FeatureColumn.OfNumbers("missing", Enumerable.Repeat(double.NaN, 500)), FeatureColumn.OfTexts("none", new string?[500])];

        Assert.All(Boosting.Fit(odd, happened, new BoostingOptions(Trees: 10), null, 1, CancellationToken.None).Logits(odd), logit => Assert.True(double.IsFinite(logit)));
        Assert.All(LogisticRegression.Fit(odd, happened, 0.1, CancellationToken.None).Logits(odd), logit => Assert.True(double.IsFinite(logit)));
        var never = Boosting.Fit(odd, new bool[500], new BoostingOptions(Trees: 10), null, 1, CancellationToken.None);
        Assert.All(never.Logits(odd), logit => Assert.InRange(logit, -15, -5));
        Assert.All(LogisticRegression.Fit(odd, new bool[500], 0.1, CancellationToken.None).Logits(odd), logit => Assert.InRange(logit, -60, -5));
    }

    [Fact]
    public void A_category_of_a_million_levels_is_cut_to_the_most_frequent()
    {
        var column = FeatureColumn.OfTexts("many", [.. Enumerable.Range(0, 20_000).Select(i => i % 2 == 0 ? "often" : $"level {i}")]);

        Assert.Equal(200, column.LevelNames.Count);
        Assert.Equal("often", column.LevelNames[0]);
        Assert.Equal(column.LevelNames.Count - 1, column.Levels[^1]);
        Assert.Equal(201, FeatureBins.Of([column]).Counts[0]);
    }

    [Fact]
    public void A_bin_is_one_more_than_the_number_of_edges_below_and_order_is_kept()
    {
        var random = new SplitMix(5);
        foreach (var make in new Func<double>[] { () => random.NextNormal(), () => Math.Exp(8 * random.NextNormal()), () => random.Next(7), () => random.Next(300) - 1e12 })
        {
            var numbers = Enumerable.Range(0, 5_000).Select(_ => make()).ToArray();
            var column = FeatureColumn.OfNumbers("x", numbers.Append(double.NaN).Append(double.MaxValue).Append(-double.MaxValue));

            var bins = FeatureBins.Of([column]);
            var binned = bins.Bin([column]);

            Assert.Equal(0, binned[5_000]);
            Assert.Equal(bins.Counts[0] - 1, binned.Max());
            Assert.Equal(1, binned[5_002]);
            var sorted = numbers.Zip(binned).OrderBy(pair => pair.First).ToList();
            Assert.All(sorted.Zip(sorted.Skip(1)), pair => Assert.True(pair.First.Second <= pair.Second.Second && (pair.First.First < pair.Second.First || pair.First.Second == pair.Second.Second)));
            Assert.Equal(Math.Min(255, column.Numbers.Where(number => !double.IsNaN(number)).Distinct().Count()), bins.Counts[0] - 1, 15.0);
        }
    }

    [Fact]
    public void The_weights_of_a_logistic_regression_are_at_the_bottom_of_its_loss()
    {
        var (columns, happened) = Made(4_000, 11);

        var model = LogisticRegression.Fit(columns, happened, 0.01, CancellationToken.None);

        // At the bottom the mean prediction is the share: the intercept has no penalty.
        Assert.True(model.Converged);
        Assert.Equal(happened.Average(one => one ? 1.0 : 0), model.Logits(columns).Average(SpecialFunctions.Logistic), 1e-6);

        // What the features add and one intercept for all rows make the logit.
        var logits = model.Logits(columns);
        var intercept = logits[0] - model.Explain(columns, 0).Sum();
        Assert.All(Enumerable.Range(1, 50), row => Assert.Equal(logits[row], intercept + model.Explain(columns, row).Sum(), 1e-9));
    }

    [Fact]
    public void Rows_predicted_one_by_one_and_in_blocks_have_one_answer()
    {
        var (columns, happened) = Made(1_003, 12);
        var model = Boosting.Fit(columns, happened, new BoostingOptions(Trees: 20, FewestRows: 10), null, 1, CancellationToken.None);
        var logits = model.Logits(columns);

        for (var row = 0; row < 1_003; row++)
        {
            Assert.Equal(logits[row], model.Logits([.. columns.Select(column => column.Take([row]))])[0]);
        }
    }

    // Five folds, as the peers: predictions.md 12.
    [DataTheory]
    [InlineData(false, 0.8)]
    [InlineData(true, 0.936)]
    public void Bank_marketing_is_predicted_as_by_the_peers(bool withDuration, double auc)
    {
        var rows = PublicData.Rows("bank_full.csv").ToList();
        string[] names = ["age", "job", "marital", "education", "default", "balance", "housing", "loan", "contact", "day", "month", "duration", "campaign", "pdays", "previous", "poutcome"];
        string[] numbers = ["age", "balance", "day", "duration", "campaign", "pdays", "previous"];
        var columns = names.Select((name, at) => (name, at)).Where(pair => withDuration || pair.name != "duration")
            .Select(pair => numbers.Contains(pair.name, StringComparer.Ordinal)
                ? FeatureColumn.OfNumbers(pair.name, rows.Select(row => PublicData.Number(row[pair.at])))
                : FeatureColumn.OfTexts(pair.name, [.. rows.Select(row => row[pair.at])]))
            .ToList();
        var happened = rows.Select(row => row[16] == "yes").ToArray();
        var order = Enumerable.Range(0, rows.Count).ToArray();
        new SplitMix(1).Shuffle(order);

        var boosted = new double[rows.Count];
        var blended = new double[rows.Count];
        for (var fold = 0; fold < 5; fold++)
        {
            var test = order.Where((_, at) => at % 5 == fold).ToList();
            var rest = order.Where((_, at) => at % 5 != fold).ToList();
            var model = Boosting.FitStopped(Of(rest), [.. rest.Select(row => happened[row])], new BoostingOptions(Trees: 400, Leaves: 15), 0.15, 2, CancellationToken.None);
            var line = LogisticRegression.Fit(Of(rest), [.. rest.Select(row => happened[row])], 1e-4, CancellationToken.None);
            var (trees, lines) = (model.Logits(Of(test)), line.Logits(Of(test)));
            for (var i = 0; i < test.Count; i++)
            {
                boosted[test[i]] = SpecialFunctions.Logistic(trees[i]);
                blended[test[i]] = SpecialFunctions.Logistic(0.5 * (trees[i] + lines[i]));
            }
        }

        List<FeatureColumn> Of(List<int> taken) => [.. columns.Select(column => column.Take(taken))];
        var (alone, blend) = (BinaryMetrics.Of(boosted, happened), BinaryMetrics.Of(blended, happened));
        output.WriteLine($"boosting: AUC {alone.Auc:0.0000}, log loss {alone.LogLoss:0.0000}, ECE {alone.CalibrationError:0.0000}; blended with logistic regression: {blend.Auc:0.0000}, {blend.LogLoss:0.0000}");
        Assert.True(alone.Auc >= auc, $"AUC {alone.Auc}");
        Assert.InRange(alone.CalibrationError, 0, 0.03);
    }

    // A jump, a product, a category and something missing that matters.
    private static (List<FeatureColumn> Columns, bool[] Happened) Made(int rows, ulong seed)
    {
        var random = new SplitMix(seed);
        var (a, b, c, kind, happened) = (new double[rows], new double[rows], new double[rows], new string?[rows], new bool[rows]);
        for (var i = 0; i < rows; i++)
        {
            a[i] = random.NextNormal();
            b[i] = random.NextNormal();
            c[i] = random.Next(12);
            var level = random.Next(6);
            kind[i] = level == 5 ? null : $"level {level}";
            var logit = -0.5 + (1.2 * a[i] * b[i]) + (c[i] > 8 ? -1.5 : 0.3) + (level is 1 or 3 ? 1 : level == 5 ? -1 : 0);
            if (random.NextDouble() < 0.2)
            {
                a[i] = double.NaN;
            }

            happened[i] = random.NextDouble() < SpecialFunctions.Logistic(logit);
        }

        return ([FeatureColumn.OfNumbers("a", a), FeatureColumn.OfNumbers("b", b), FeatureColumn.OfNumbers("c", c), FeatureColumn.OfTexts("kind", kind)], happened);
    }

    private static double Auc(double[] logits, bool[] happened) => BinaryMetrics.Of([.. logits.Select(SpecialFunctions.Logistic)], happened).Auc;

    // The definition: over all subsets, what the feature adds to the mean of the tree given the subset.
    private static double[] BruteForce(Boosting model, byte[] row)
    {
        var features = row.Length;
        var values = new double[features];
        for (var subset = 0; subset < 1 << features; subset++)
        {
            var size = int.PopCount(subset);
            for (var feature = 0; feature < features; feature++)
            {
                if ((subset & (1 << feature)) == 0)
                {
                    var weight = Factorial(size) * Factorial(features - size - 1) / Factorial(features);
                    values[feature] += weight * model.Trees.Sum(tree => Given(tree, 0, row, subset | (1 << feature)) - Given(tree, 0, row, subset));
                }
            }
        }

        return values;

        static double Factorial(int n) => n <= 1 ? 1 : n * Factorial(n - 1);

        static double Given(Tree tree, int node, byte[] row, int known)
        {
            if (tree.IsLeaf(node))
            {
                return tree.Values[node];
            }

            if ((known & (1 << tree.Feature(node))) != 0)
            {
                return Given(tree, tree.Child(node, tree.GoesRight(node, row[tree.Feature(node)])), row, known);
            }

            int left = tree.Child(node, right: false), right = tree.Child(node, right: true);
            return ((tree.Covers[left] * Given(tree, left, row, known)) + (tree.Covers[right] * Given(tree, right, row, known))) / tree.Covers[node];
        }
    }
}
