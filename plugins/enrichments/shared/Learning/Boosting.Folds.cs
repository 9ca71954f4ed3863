namespace CustomerInsights.Enrichments.Predictions.Learning;

/// <content>Training once without each fold.</content>
internal sealed partial class Boosting
{
    /// <summary>
    /// Trains once without each fold, which says when to stop, and takes the mean of all: nothing is kept from learning, and each row has a prediction by trees
    /// that have not seen it (cross-validated committees: Parmanto, Munro and Doyle 1996).
    /// </summary>
    /// <param name="columns">The features.</param>
    /// <param name="happened">By row, whether it happened.</param>
    /// <param name="fold">By row, its fold, from 0.</param>
    /// <param name="folds">How many, 2 and up; none is empty.</param>
    /// <param name="options">How.</param>
    /// <param name="threads">At most so many; the result does not depend on it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The mean of the fold's models as one, and by row the logit of the model that has not seen it.</returns>
    public static (Boosting Model, double[] Unseen) FitFolds(
        IReadOnlyList<FeatureColumn> columns, bool[] happened, int[] fold, int folds, BoostingOptions options, int threads, CancellationToken cancellationToken)
    {
        var bins = FeatureBins.Of(columns);
        var data = bins.Bin(columns);
        var unseen = new double[happened.Length];
        var trees = new List<Tree>();
        var bias = 0.0;
        for (var held = 0; held < folds; held++)
        {
            int[] train = [.. Enumerable.Range(0, happened.Length).Where(row => fold[row] != held)];
            int[] test = [.. Enumerable.Range(0, happened.Length).Where(row => fold[row] == held)];
            var testData = Rows(data, happened.Length, bins.Features, test);
            bool[] testHappened = [.. test.Select(row => happened[row])];
            var model = Grow(
                bins,
                Rows(data, happened.Length, bins.Features, train),
                [.. train.Select(row => happened[row])],
                options with { Seed = options.Seed + held },
                (testData, testHappened),
                threads,
                cancellationToken);
            var logits = model.Logits(testData, test.Length);
            for (var i = 0; i < test.Length; i++)
            {
                unseen[test[i]] = logits[i];
            }

            bias += model.Bias / folds;
            trees.AddRange(model.Trees.Select(tree => tree.Scaled(1.0 / folds)));
        }

        return (new Boosting(bins, bias, [.. trees]), unseen);
    }

    private static byte[] Rows(byte[] data, int count, int features, int[] rows)
    {
        var taken = new byte[rows.Length * features];
        for (var feature = 0; feature < features; feature++)
        {
            var from = data.AsSpan(feature * count, count);
            var to = taken.AsSpan(feature * rows.Length, rows.Length);
            for (var i = 0; i < rows.Length; i++)
            {
                to[i] = from[rows[i]];
            }
        }

        return taken;
    }
}
