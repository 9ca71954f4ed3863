namespace CustomerInsights.Enrichments.Predictions.Learning;

/// <summary>
/// The same values as <see cref="TreeShap"/>, for many rows: what a leaf adds depends only on which of the few features on its way let the row through, so that it is
/// computed once for each such pattern (Yang 2021, Fast TreeSHAP, version 2). Ways of more features than fit are computed for each row. Immutable.
/// </summary>
internal sealed class TreeExplainer
{
    private const int MostCached = 8;
    private const long MostValues = 16_000_000;

    private readonly Leaf[] _leaves;
    private readonly int _features;

    /// <summary>Prepares a model.</summary>
    /// <param name="model">The model.</param>
    public TreeExplainer(Boosting model)
    {
        _features = model.Bins.Features;
        var leaves = new List<Leaf>();
        foreach (var tree in model.Trees)
        {
            Collect(tree, 0, [], leaves);
        }

        // The short ways first: they are the most, and take the least.
        long values = 0;
        _leaves = [.. leaves];
        foreach (var leaf in leaves.OrderBy(leaf => leaf.Features.Length))
        {
            var size = (long)leaf.Features.Length << leaf.Features.Length;
            if (leaf.Features.Length > MostCached || values + size > MostValues)
            {
                break;
            }

            values += size;
            leaf.Cache();
        }
    }

    /// <summary>Adds what each feature adds to the logit of a binned row.</summary>
    /// <param name="row">The bins of its features, in order.</param>
    /// <param name="values">By feature; added to.</param>
    public void Explain(ReadOnlySpan<byte> row, Span<double> values)
    {
        if (row.Length != _features || values.Length < _features)
        {
            throw new ArgumentException($"The model has {_features} features.", nameof(row));
        }

        Span<double> own = stackalloc double[FeatureBins.Most];
        foreach (var leaf in _leaves)
        {
            leaf.Add(row, values, own);
        }
    }

    private static void Collect(Tree tree, int node, List<Condition> way, List<Leaf> leaves)
    {
        if (tree.IsLeaf(node))
        {
            if (way.Count > 0)
            {
                leaves.Add(new Leaf(tree.Values[node], way));
            }

            return;
        }

        foreach (var right in (ReadOnlySpan<bool>)[false, true])
        {
            var child = tree.Child(node, right);
            var share = tree.Covers[child] / tree.Covers[node];
            var passes = new ulong[4];
            for (var bin = 0; bin < FeatureBins.Most; bin++)
            {
                passes[bin >> 6] |= tree.GoesRight(node, (byte)bin) == right ? 1UL << (bin & 63) : 0;
            }

            // A feature that is asked again on the way counts once: it lets through what both let through.
            var feature = tree.Feature(node);
            var at = way.FindIndex(condition => condition.Feature == feature);
            List<Condition> longer = [.. way];
            if (at < 0)
            {
                longer.Add(new Condition(feature, share, passes));
            }
            else
            {
                longer[at] = new Condition(feature, share * way[at].Share, [.. passes.Zip(way[at].Passes, (a, b) => a & b)]);
            }

            Collect(tree, child, longer, leaves);
        }
    }

    private sealed record Condition(int Feature, double Share, ulong[] Passes);

    private sealed class Leaf
    {
        private readonly double _value;
        private readonly double[] _shares;
        private readonly ulong[] _passes;
        private double[]? _cache;

        public Leaf(double value, List<Condition> way)
        {
            _value = value;
            Features = [.. way.Select(condition => condition.Feature)];
            _shares = [.. way.Select(condition => condition.Share)];
            _passes = [.. way.SelectMany(condition => condition.Passes)];
        }

        public int[] Features { get; }

        public void Cache()
        {
            var count = Features.Length;
            var cache = new double[count << count];
            for (var pattern = 0; pattern < 1 << count; pattern++)
            {
                Compute((ulong)pattern, cache.AsSpan(pattern * count, count));
            }

            _cache = cache;
        }

        public void Add(ReadOnlySpan<byte> row, Span<double> values, Span<double> own)
        {
            ulong pattern = 0;
            for (var i = 0; i < Features.Length; i++)
            {
                var bin = row[Features[i]];
                pattern |= ((_passes[(4 * i) + (bin >> 6)] >> (bin & 63)) & 1) << i;
            }

            ReadOnlySpan<double> found;
            if (_cache is { } cache)
            {
                found = cache.AsSpan((int)pattern * Features.Length, Features.Length);
            }
            else
            {
                Compute(pattern, own);
                found = own[..Features.Length];
            }

            for (var i = 0; i < Features.Length; i++)
            {
                values[Features[i]] += found[i];
            }
        }

        // Shapley's weights over the subsets of the way, as the extended path of Lundberg et al. 2020, algorithm 2.
        private void Compute(ulong pattern, Span<double> result)
        {
            var count = Features.Length;
            Span<double> weights = stackalloc double[count + 1];
            weights[0] = 1;
            for (var i = 0; i < count; i++)
            {
                var (zero, one) = (_shares[i], (double)((pattern >> i) & 1));
                var length = i + 1;
                for (var k = i; k >= 0; k--)
                {
                    weights[k + 1] += one * weights[k] * (k + 1) / (length + 1);
                    weights[k] = zero * weights[k] * (length - k) / (length + 1);
                }
            }

            for (var i = 0; i < count; i++)
            {
                var one = ((pattern >> i) & 1) != 0;
                double zero = _shares[i], next = weights[count], sum = 0;
                for (var k = count - 1; k >= 0; k--)
                {
                    if (one)
                    {
                        var weight = next * (count + 1) / (k + 1);
                        sum += weight;
                        next = weights[k] - (weight * zero * (count - k) / (count + 1));
                    }
                    else
                    {
                        sum += weights[k] * (count + 1) / (zero * (count - k));
                    }
                }

                result[i] = sum * ((one ? 1 : 0) - zero) * _value;
            }
        }
    }
}
