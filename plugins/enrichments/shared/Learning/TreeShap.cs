namespace CustomerInsights.Enrichments.Predictions.Learning;

/// <summary>
/// What each feature adds to a prediction: exact Shapley values under the tree's own distribution (Lundberg et al. 2020, Nature Machine Intelligence 2, algorithm 2: TreeSHAP, path-dependent), in O(leaves × depth²) a tree.
/// </summary>
internal static class TreeShap
{
    /// <summary>Explains a binned row.</summary>
    /// <param name="model">The model.</param>
    /// <param name="row">The bins of its features, in order.</param>
    /// <returns>By feature, what it adds to the logit; with <see cref="Mean"/> they add up to the prediction.</returns>
    public static double[] Explain(Boosting model, ReadOnlySpan<byte> row)
    {
        var values = new double[model.Bins.Features];
        foreach (var tree in model.Trees)
        {
            Explain(tree, row, values);
        }

        return values;
    }

    /// <summary>The mean logit over the training rows.</summary>
    /// <param name="model">The model.</param>
    public static double Mean(Boosting model) => model.Bias + model.Trees.Sum(tree => tree.Values[0]);

    /// <summary>Adds what each feature adds to the value of one tree.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="row">The bins of the row.</param>
    /// <param name="values">By feature; added to.</param>
    public static void Explain(Tree tree, ReadOnlySpan<byte> row, Span<double> values) => Walk(tree, row, values, 0, [], 1, 1, -1);

    private static void Walk(Tree tree, ReadOnlySpan<byte> row, Span<double> values, int node, ReadOnlySpan<Step> before, double zero, double one, int feature)
    {
        Span<Step> path = new Step[before.Length + 1];
        before.CopyTo(path);
        Extend(path, before.Length, zero, one, feature);
        if (tree.IsLeaf(node))
        {
            for (var i = 1; i < path.Length; i++)
            {
                values[path[i].Feature] += UnwoundSum(path, i) * (path[i].One - path[i].Zero) * tree.Values[node];
            }

            return;
        }

        var asked = tree.Feature(node);
        var goesRight = tree.GoesRight(node, row[asked]);
        int hot = tree.Child(node, goesRight), cold = tree.Child(node, !goesRight);
        double earlierZero = 1, earlierOne = 1;
        for (var i = 1; i < path.Length; i++)
        {
            if (path[i].Feature == asked)
            {
                // Asked before on this path: it counts once.
                (earlierZero, earlierOne) = (path[i].Zero, path[i].One);
                path = Unwind(path, i);
                break;
            }
        }

        var cover = tree.Covers[node];
        Walk(tree, row, values, hot, path, earlierZero * tree.Covers[hot] / cover, earlierOne, asked);
        Walk(tree, row, values, cold, path, earlierZero * tree.Covers[cold] / cover, 0, asked);
    }

    private static void Extend(Span<Step> path, int length, double zero, double one, int feature)
    {
        path[length] = new Step(feature, zero, one, length == 0 ? 1 : 0);
        for (var i = length - 1; i >= 0; i--)
        {
            path[i + 1] = path[i + 1] with { Weight = path[i + 1].Weight + (one * path[i].Weight * (i + 1) / (length + 1)) };
            path[i] = path[i] with { Weight = zero * path[i].Weight * (length - i) / (length + 1) };
        }
    }

    private static Span<Step> Unwind(Span<Step> path, int at)
    {
        var last = path.Length - 1;
        var (zero, one) = (path[at].Zero, path[at].One);
        var next = path[last].Weight;
        for (var i = last - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                var kept = path[i].Weight;
                path[i] = path[i] with { Weight = next * (last + 1) / ((i + 1) * one) };
                next = kept - (path[i].Weight * zero * (last - i) / (last + 1));
            }
            else
            {
                path[i] = path[i] with { Weight = path[i].Weight * (last + 1) / (zero * (last - i)) };
            }
        }

        for (var i = at; i < last; i++)
        {
            path[i] = path[i + 1] with { Weight = path[i].Weight };
        }

        return path[..last];
    }

    private static double UnwoundSum(ReadOnlySpan<Step> path, int at)
    {
        var last = path.Length - 1;
        var (zero, one) = (path[at].Zero, path[at].One);
        var next = path[last].Weight;
        var sum = 0.0;
        for (var i = last - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                var weight = next * (last + 1) / ((i + 1) * one);
                sum += weight;
                next = path[i].Weight - (weight * zero * (last - i) / (last + 1));
            }
            else
            {
                sum += path[i].Weight * (last + 1) / (zero * (last - i));
            }
        }

        return sum;
    }

    private readonly record struct Step(int Feature, double Zero, double One, double Weight);
}
