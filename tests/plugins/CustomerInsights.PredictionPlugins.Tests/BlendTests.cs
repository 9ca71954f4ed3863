using CustomerInsights.Enrichments.Predictions.Evaluation;
using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Scoring;
using Xunit.Abstractions;

namespace CustomerInsights.PredictionPlugins.Tests;

public sealed class BlendTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void What_features_add_and_the_base_make_the_logit_of_the_blend(double weight)
    {
        var (columns, happened) = Made(2_000, 1);
        int[] fold = [.. Enumerable.Range(0, happened.Length).Select(row => row % 5)];
        var (trees, _) = Boosting.FitFolds(columns, happened, fold, 5, new BoostingOptions(Trees: 60, Leaves: 8), 1, CancellationToken.None);
        var model = new BlendModel(LogisticRegression.Fit(columns, happened, 0.01, CancellationToken.None), trees, weight, 0.9, 0.2);

        var logits = model.Logits(columns);
        var explained = model.Explain(columns, new TreeExplainer(trees), CancellationToken.None);

        Assert.All(Enumerable.Range(0, 300), row => Assert.Equal(logits[row], model.Base + explained[row].Sum(), 1e-9));
    }

    [Fact]
    public void The_mean_of_the_folds_is_one_model_and_each_row_has_a_prediction_that_had_not_seen_it()
    {
        var (columns, happened) = Made(3_000, 2);
        int[] fold = [.. Enumerable.Range(0, happened.Length).Select(row => row % 3)];
        var options = new BoostingOptions(Trees: 40, Leaves: 8, Seed: 7);

        var (model, unseen) = Boosting.FitFolds(columns, happened, fold, 3, options, 2, CancellationToken.None);

        // An outcome changed in one fold changes nothing of the predictions by the model that was trained without it, but through when it stops.
        Assert.Equal(happened.Length, unseen.Length);
        var seen = BinaryMetrics.Of([.. model.Logits(columns).Select(SpecialFunctions.Logistic)], happened);
        var apart = BinaryMetrics.Of([.. unseen.Select(SpecialFunctions.Logistic)], happened);
        Assert.True(seen.LogLoss < apart.LogLoss, $"{seen.LogLoss} against {apart.LogLoss}");

        // The mean of the models is the mean of their logits: the bias is that of the share, and all trees are a third.
        var mean = TreeShap.Mean(model);
        Assert.Equal(model.Logits(columns).Average(), mean, 0.05);
    }

    [Fact]
    public void The_learner_does_not_depend_on_the_threads()
    {
        var (columns, happened) = Made(2_500, 3);

        var one = BlendLearner.Fit(columns, happened, 5, 1, CancellationToken.None);
        var four = BlendLearner.Fit(columns, happened, 5, 4, CancellationToken.None);

        Assert.Equal(one.Unseen, four.Unseen);
        Assert.Equal(one.Model.Logits(columns), four.Model.Logits(columns));
        Assert.Equal(Explained(one.Model), Explained(four.Model));
        Assert.NotEqual(one.Unseen, BlendLearner.Fit(columns, happened, 6, 2, CancellationToken.None).Unseen);

        double[][] Explained(BlendModel model) => model.Explain(columns, model.Trees is { } trees ? new TreeExplainer(trees) : null, CancellationToken.None);
    }

    [Theory]
    [InlineData(8, 20)]
    [InlineData(31, 5)]
    [InlineData(127, 2)]
    public void What_is_prepared_for_many_rows_says_the_same_as_the_walk_through_the_tree(int leaves, int fewest)
    {
        // Twelve features, so that some ways are longer than what is kept for them.
        var random = new SplitMix(20);
        List<FeatureColumn> columns = [.. Enumerable.Range(0, 12).Select(i => FeatureColumn.OfNumbers($"x{i}", Enumerable.Range(0, 3_000).Select(_ => random.NextDouble() < 0.05 ? double.NaN : random.NextNormal())))];
        bool[] happened = [.. Enumerable.Range(0, 3_000).Select(row => random.NextDouble() < SpecialFunctions.Logistic(columns.Sum(column => double.IsNaN(column.Numbers[row]) ? 1 : Math.Sin(2 * column.Numbers[row]))))];
        var model = Boosting.Fit(columns, happened, new BoostingOptions(Trees: 12, Leaves: leaves, FewestRows: fewest, L2: 1), null, 1, CancellationToken.None);
        var bins = model.Bins.Bin(columns);
        var explainer = new TreeExplainer(model);

        for (var row = 0; row < 60; row++)
        {
            byte[] own = [.. Enumerable.Range(0, 12).Select(feature => bins[(feature * 3_000) + row])];
            var values = new double[12];
            explainer.Explain(own, values);
            Assert.All(values.Zip(TreeShap.Explain(model, own)), pair => Assert.Equal(pair.Second, pair.First, 1e-9));
        }
    }

    [Fact]
    public void What_does_best_on_inner_folds_is_taken()
    {
        // A line: the regression. A product: trees.
        var random = new SplitMix(4);
        double[] a = [.. Enumerable.Range(0, 4_000).Select(_ => random.NextDouble())], b = [.. a.Select(_ => random.NextNormal())], c = [.. a.Select(_ => random.NextNormal())];
        List<FeatureColumn> columns = [FeatureColumn.OfNumbers("a", a), FeatureColumn.OfNumbers("b", b), FeatureColumn.OfNumbers("c", c)];

        var line = BlendLearner.Fit(columns, [.. a.Select(value => random.NextDouble() < SpecialFunctions.Logistic(-3 + (8 * Math.Log(1 + value))))], 1, 2, CancellationToken.None);
        var product = BlendLearner.Fit(columns, [.. b.Zip(c, (x, y) => random.NextDouble() < SpecialFunctions.Logistic(2 * x * y))], 1, 2, CancellationToken.None);

        output.WriteLine($"{line.Model.Name}; {product.Model.Name}");
        Assert.NotNull(line.Model.Lines);
        Assert.NotNull(product.Model.Trees);
        Assert.Single(line.Candidates, candidate => candidate.Chosen);
        Assert.Equal(line.Candidates.Min(candidate => candidate.Metrics.LogLoss), line.Candidates.Single(candidate => candidate.Chosen).Metrics.LogLoss);
        Assert.True(product.Metrics.Auc > product.Candidates[0].Metrics.Auc + 0.2);
    }

    [Fact]
    public void Few_rows_get_a_damped_regression_and_a_handful_nothing()
    {
        var (columns, happened) = Made(300, 5);

        var small = BlendLearner.Fit(columns, happened, 1, 1, CancellationToken.None);

        Assert.True(small.Small);
        Assert.Null(small.Model.Trees);
        Assert.True(small.Lambda >= 0.01);
        Assert.Throws<ArgumentException>(() => BlendLearner.Fit(columns, new bool[300], 1, 1, CancellationToken.None));
    }

    [Fact]
    public void A_stored_blend_says_the_same()
    {
        var (columns, happened) = Made(2_000, 6);
        int[] fold = [.. Enumerable.Range(0, happened.Length).Select(row => row % 5)];
        var (trees, _) = Boosting.FitFolds(columns, happened, fold, 5, new BoostingOptions(Trees: 30, Leaves: 31), 1, CancellationToken.None);
        var model = new BlendModel(LogisticRegression.Fit(columns, happened, 0.01, CancellationToken.None), trees, 0.5, 1.1, -0.1);

        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            model.Write(writer);
        }

        stream.Position = 0;
        using var reader = new BinaryReader(stream);
        var read = BlendModel.Read(reader, columns.Count);

        Assert.Equal(model.Logits(columns), read.Logits(columns));
        Assert.Equal(Explained(model), Explained(read));

        double[][] Explained(BlendModel one) => one.Explain([.. columns.Select(column => column.Take([5, 9]))], new TreeExplainer(one.Trees!), CancellationToken.None);

        // Any cut of the bytes is refused, and never loops or takes memory without end.
        var bytes = stream.ToArray();
        for (var length = 0; length < bytes.Length; length += 997)
        {
            using var part = new BinaryReader(new MemoryStream(bytes[..length]));
            Assert.ThrowsAny<Exception>(() => BlendModel.Read(part, columns.Count));
        }
    }

    [Fact]
    public void A_bootstrap_interval_holds_the_truth_and_the_area_is_that_of_all_pairs()
    {
        var random = new SplitMix(7);
        double[] scores = [.. Enumerable.Range(0, 400).Select(_ => Math.Round(random.NextNormal(), 1))];
        bool[] happened = [.. scores.Select(score => random.NextDouble() < SpecialFunctions.Logistic(score))];
        var pairs = scores.Zip(happened).ToList();
        var slow = pairs.Where(pair => pair.Second).SelectMany(_ => pairs.Where(pair => !pair.Second), (yes, no) => yes.First > no.First ? 1 : yes.First == no.First ? 0.5 : 0.0).Average();

        var (auc, gain, loss) = RankMetrics.Bootstrap(scores, [.. scores.Select(_ => 0.0)], [.. scores.Select(_ => 0.1)], happened, 1, CancellationToken.None);

        Assert.Equal(slow, RankMetrics.Auc(scores, happened), 1e-12);
        Assert.InRange(slow, auc.Low, auc.High);
        Assert.InRange(auc.High - auc.Low, 0.05, 0.15);
        Assert.Equal(auc.Low - 0.5, gain.Low, 1e-12);
        Assert.Equal(0.1, loss.Low, 1e-12);
    }

    [Fact]
    public void The_sample_is_the_same_in_any_order_and_fits()
    {
        string[] ids = [.. Enumerable.Range(0, 5_000).Select(i => $"profile-{i}")];
        SnapshotSample Of(IEnumerable<string> order)
        {
            var sample = new SnapshotSample(2, 300, 9);
            foreach (var id in order)
            {
                var hash = sample.Hash(id);
                if (sample.Takes(hash))
                {
                    sample.Train.Add(hash, [1, 2], happened: hash % 2 == 0);
                    sample.Shrink();
                }
            }

            return sample;
        }

        var (forth, back) = (Of(ids), Of(ids.Reverse()));

        Assert.InRange(forth.Train.Count, 120, 300);
        Assert.Equal(forth.Train.Hashes.Order(), back.Train.Hashes.Order());
        Assert.InRange(forth.Train.Count / 5_000.0 / forth.Share, 0.7, 1.3);
        Assert.Equal(forth.Train.Hashes.Select(hash => hash % 2 == 0), forth.Train.Happened);
    }

    [Fact]
    public void Bands_are_judged_by_whether_their_probability_is_what_happened()
    {
        var random = new SplitMix(11);
        double[] said = [.. Enumerable.Range(0, 4_000).Select(_ => random.NextDouble())];
        bool[] happened = [.. said.Select(p => random.NextDouble() < (p > 0.8 ? 0.5 : p))];
        var bands = BandQuality.Of(new BandSettings(ByQuantile: false, [0.4, 0.8, 0.9999999], ["a", "b", "c", "d"]), said, happened);

        Assert.Equal("C", bands[2].Grade);
        Assert.Equal("", bands[3].Grade);
        Assert.All(bands.Take(2), band => Assert.Contains(band.Grade, new[] { "A", "B" }));
        Assert.All(bands.Take(3), band => Assert.InRange(band.Observed, band.Sure.Low, band.Sure.High));
        Assert.Equal(4_000, bands.Sum(band => band.Rows));
    }

    [Fact]
    public void A_feature_that_stays_is_still_and_one_that_moves_is_told_by_its_index()
    {
        var (columns, _) = Made(5_000, 12);
        var (later, _) = Made(5_000, 13);
        double[] scores = [.. Enumerable.Range(0, 5_000).Select(row => row / 5_000.0)];
        var baseline = DriftBaseline.Of(columns, scores);

        Assert.All(baseline.Compare(columns, scores), shift => Assert.Equal(0, shift.Index, 1e-12));
        Assert.All(baseline.Compare(later, scores), shift => Assert.InRange(shift.Index, 0, 0.05));
        var moved = baseline.Compare([FeatureColumn.OfNumbers("a", later[0].Numbers.Select(value => value + 1)), .. later.Skip(1)], [.. scores.Select(score => score * score)]);
        Assert.True(moved[0].Index > DriftBaseline.Moved);
        Assert.True(moved[^1].Index > 0.1);
        Assert.InRange(moved[1].Index, 0, 0.05);
    }

    // One of five folds; all of them: the benchmark 'predictions'.
    [DataTheory]
    [InlineData(false, 0.79)]
    [InlineData(true, 0.93)]
    public void Bank_marketing_is_learned_without_looking_at_the_fold_that_is_measured(bool withDuration, double auc)
    {
        var (columns, happened) = PublicData.Bank(withDuration);
        var order = Enumerable.Range(0, happened.Length).ToArray();
        new SplitMix(1).Shuffle(order);
        int[] test = [.. order.Where((_, at) => at % 5 == 0)], train = [.. order.Where((_, at) => at % 5 != 0).Where((_, at) => at % 2 == 0)];

        var fit = BlendLearner.Fit([.. columns.Select(column => column.Take(train))], [.. train.Select(row => happened[row])], 1, 2, CancellationToken.None);
        var metrics = BinaryMetrics.Of(fit.Model.Probabilities([.. columns.Select(column => column.Take(test))]), [.. test.Select(row => happened[row])]);

        output.WriteLine($"{fit.Model.Name}: AUC {metrics.Auc:0.0000}, log loss {metrics.LogLoss:0.0000}, ECE {metrics.CalibrationError:0.0000}; within the training {fit.Metrics.Auc:0.0000}");
        Assert.True(metrics.Auc >= auc, $"AUC {metrics.Auc}");
        Assert.InRange(metrics.CalibrationError, 0, 0.02);
    }

    private static (List<FeatureColumn> Columns, bool[] Happened) Made(int rows, ulong seed)
    {
        var random = new SplitMix(seed);
        var (a, b, kind, happened) = (new double[rows], new double[rows], new string?[rows], new bool[rows]);
        for (var i = 0; i < rows; i++)
        {
            a[i] = random.NextNormal();
            b[i] = random.NextNormal();
            var level = random.Next(5);
            kind[i] = level == 4 ? null : $"level {level}";
            happened[i] = random.NextDouble() < SpecialFunctions.Logistic(-0.5 + a[i] + (1.2 * a[i] * b[i]) + (level == 1 ? 1 : 0));
            a[i] = random.NextDouble() < 0.1 ? double.NaN : a[i];
        }

        return ([FeatureColumn.OfNumbers("a", a), FeatureColumn.OfNumbers("b", b), FeatureColumn.OfTexts("kind", kind)], happened);
    }
}
