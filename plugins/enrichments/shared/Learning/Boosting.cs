using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.Enrichments.Predictions.Learning;

/// <summary>How trees are grown.</summary>
/// <param name="Trees">At most so many.</param>
/// <param name="Leaves">Leaves of a tree, 2 to 127.</param>
/// <param name="LearningRate">How much of a tree counts.</param>
/// <param name="FewestRows">A leaf has about as many rows at least.</param>
/// <param name="L2">Draws the values of leaves to 0.</param>
/// <param name="Patience">Without a better validation loss for so many trees it is over.</param>
/// <param name="Seed">Of the rounding of gradients.</param>
internal sealed record BoostingOptions(int Trees = 250, int Leaves = 15, double LearningRate = 0.05, int FewestRows = 40, double L2 = 5, int Patience = 20, int Seed = 1);

/// <summary>
/// Gradient boosting of trees for a yes or no (Friedman 2001), on histograms of binned features, the leaf with the largest gain first (Ke et al. 2017,
/// LightGBM). Gradients are rounded at random to integers (Shi et al. 2022), so that a bin costs one addition, and sums do not depend on the threads.
/// </summary>
internal sealed partial class Boosting
{
    private readonly Tree[] _trees;

    private Boosting(FeatureBins bins, double bias, Tree[] trees)
    {
        Bins = bins;
        Bias = bias;
        _trees = trees;
    }

    /// <summary>How features become bytes.</summary>
    public FeatureBins Bins { get; }

    /// <summary>The logit before any tree.</summary>
    public double Bias { get; }

    /// <summary>The trees.</summary>
    public IReadOnlyList<Tree> Trees => _trees;

    /// <summary>Trains.</summary>
    /// <param name="columns">The features.</param>
    /// <param name="happened">By row, whether it happened.</param>
    /// <param name="options">How.</param>
    /// <param name="validation">Rows that are not trained on and say when to stop; null to grow all trees.</param>
    /// <param name="threads">At most so many; the result does not depend on it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Boosting Fit(
        IReadOnlyList<FeatureColumn> columns, bool[] happened, BoostingOptions options, (IReadOnlyList<FeatureColumn> Columns, bool[] Happened)? validation, int threads, CancellationToken cancellationToken)
    {
        if (columns.Count == 0 || happened.Length == 0 || columns.Any(column => column.Count != happened.Length))
        {
            throw new ArgumentException("Features and outcomes are of the same rows, and there is one of each at least.", nameof(columns));
        }

        var bins = FeatureBins.Of(columns);
        var held = validation is { } other ? (bins.Bin(other.Columns), other.Happened) : ((byte[], bool[])?)null;
        return Grow(bins, bins.Bin(columns), happened, options, held, threads, cancellationToken);
    }

    private static Boosting Grow(FeatureBins bins, byte[] data, bool[] happened, BoostingOptions options, (byte[] Data, bool[] Happened)? validation, int threads, CancellationToken cancellationToken)
    {
        var positives = happened.Count(one => one);
        var bias = SpecialFunctions.Logit(Math.Clamp((positives + 0.5) / (happened.Length + 1), 1e-6, 1 - 1e-6));
        var grower = new TreeGrower(bins, data, happened.Length, options, threads);
        var scores = new double[happened.Length];
        Array.Fill(scores, bias);

        var held = validation is { } other ? (other.Data, other.Happened, Scores: Filled(other.Happened.Length, bias)) : default;
        var trees = new List<Tree>();
        var best = (Loss: double.PositiveInfinity, Trees: 0);
        for (var round = 0; round < options.Trees; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var tree = grower.Grow(scores, happened, round);
            if (tree.Leaves < 2)
            {
                break;
            }

            trees.Add(tree);
            if (held.Happened is null)
            {
                continue;
            }

            var loss = Add(tree, held.Data, held.Scores, held.Happened);
            if (loss < best.Loss - 1e-9)
            {
                best = (loss, trees.Count);
            }
            else if (trees.Count - best.Trees >= options.Patience)
            {
                break;
            }
        }

        return new Boosting(bins, bias, held.Happened is null ? [.. trees] : [.. trees.Take(best.Trees)]);
    }

    /// <summary>Trains on a part to learn how many trees do good, and then as many, in proportion, on everything.</summary>
    /// <param name="columns">The features.</param>
    /// <param name="happened">By row, whether it happened.</param>
    /// <param name="options">How.</param>
    /// <param name="share">The share of rows, drawn by the seed, that say when to stop.</param>
    /// <param name="threads">At most so many; the result does not depend on it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Boosting FitStopped(IReadOnlyList<FeatureColumn> columns, bool[] happened, BoostingOptions options, double share, int threads, CancellationToken cancellationToken)
    {
        var order = Enumerable.Range(0, happened.Length).ToArray();
        new SplitMix((ulong)options.Seed).Shuffle(order);
        var held = order[..(int)(share * order.Length)];
        var train = order[held.Length..];
        if (held.Length == 0 || train.Length == 0)
        {
            return Fit(columns, happened, options, null, threads, cancellationToken);
        }

        var stopped = Fit(Of(train), [.. train.Select(row => happened[row])], options, (Of(held), [.. held.Select(row => happened[row])]), threads, cancellationToken);
        var trees = Math.Max(1, (int)Math.Round(stopped.Trees.Count / (1 - share)));
        return Fit(columns, happened, options with { Trees = trees }, null, threads, cancellationToken);

        List<FeatureColumn> Of(int[] rows) => [.. columns.Select(column => column.Take(rows))];
    }

    /// <summary>The logits of rows.</summary>
    /// <param name="columns">Their features, in the order of the training.</param>
    public double[] Logits(IReadOnlyList<FeatureColumn> columns) => Logits(Bins.Bin(columns), columns[0].Count);

    /// <summary>The logits of binned rows.</summary>
    /// <param name="data">By <see cref="FeatureBins.Bin(IReadOnlyList{FeatureColumn})"/>.</param>
    /// <param name="rows">How many.</param>
    public double[] Logits(byte[] data, int rows)
    {
        // A block of rows stays in the nearest cache while all trees pass over it.
        const int Block = 1024;
        var scores = Filled(rows, Bias);
        for (var from = 0; from < rows; from += Block)
        {
            var block = scores.AsSpan(from, Math.Min(Block, rows - from));
            foreach (var tree in _trees)
            {
                tree.Add(data, rows, from, block);
            }
        }

        return scores;
    }

    private static double Add(Tree tree, byte[] data, double[] scores, bool[] happened)
    {
        var rows = scores.Length;
        var loss = 0.0;
        tree.Add(data, rows, 0, scores);
        for (var i = 0; i < rows; i++)
        {
            var signed = happened[i] ? -scores[i] : scores[i];
            loss += signed > 30 ? signed : Math.Log(1 + Math.Exp(signed));
        }

        return loss / Math.Max(1, rows);
    }

    private static double[] Filled(int count, double value)
    {
        var filled = new double[count];
        Array.Fill(filled, value);
        return filled;
    }
}
