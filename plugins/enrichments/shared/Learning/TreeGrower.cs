using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.Enrichments.Predictions.Learning;

/// <summary>Grows one tree after the other over the same binned rows. A gradient and a curvature lie in one 64-bit integer, the first in its upper half.</summary>
internal sealed class TreeGrower
{
    private const int Group = 4;
    private readonly FeatureBins _bins;
    private readonly byte[] _data;
    private readonly int _rows;
    private readonly BoostingOptions _options;
    private readonly ParallelOptions _parallel;
    private readonly int[] _index;
    private readonly int[] _spare;
    private readonly long[] _packed;
    private readonly long[] _ordered;
    private readonly double _scale;
    private readonly long[][] _pool;

    internal TreeGrower(FeatureBins bins, byte[] data, int rows, BoostingOptions options, int threads)
    {
        (_bins, _data, _rows, _options) = (bins, data, rows, options);
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
        _index = new int[rows];
        _spare = new int[rows];
        _packed = new long[rows];
        _ordered = new long[rows];

        // The sum over all rows stays below 2^30 in either half.
        _scale = Math.Floor(Math.Min(1 << 20, (1 << 30) / (double)Math.Max(1, rows)));
        _pool = new long[options.Leaves + 1][];
        for (var i = 0; i < _pool.Length; i++)
        {
            _pool[i] = new long[bins.Features * FeatureBins.Most];
        }
    }

    /// <summary>Grows a tree for the present scores, and adds it to them.</summary>
    internal Tree Grow(double[] scores, bool[] happened, int round)
    {
        Gradients(scores, happened, round);
        var free = new Stack<long[]>(_pool);
        var nodes = new List<Node>();
        var root = new Node { From = 0, To = _rows, Histogram = free.Pop() };
        for (var i = 0; i < _rows; i++)
        {
            _index[i] = i;
        }

        Build(root);
        Total(root);
        nodes.Add(root);
        FindSplit(root);
        var leaves = 1;
        while (leaves < _options.Leaves && nodes.Where(node => node.Left < 0 && node.Gain > 1e-9).MaxBy(node => node.Gain) is { } chosen)
        {
            Split(chosen, nodes, free);
            leaves++;
        }

        return Finish(nodes, scores);
    }

    private void Gradients(double[] scores, bool[] happened, int round)
    {
        // Rounded up or down at random, by a hash of the row: right on average, and the same in every run.
        var seed = ((ulong)(uint)_options.Seed << 32) ^ ((ulong)round * 0x9E3779B97F4A7C15);
        const int Chunk = 1 << 16;
        Parallel.For(0, (_rows + Chunk - 1) / Chunk, _parallel, chunk =>
        {
            var random = new SplitMix(seed + ((ulong)chunk * 0xD1342543DE82EF95));
            var (from, to) = (chunk * Chunk, Math.Min(_rows, (chunk + 1) * Chunk));
            Span<double> p = stackalloc double[Vector256<double>.Count];
            for (var i = from; i < to; i += p.Length)
            {
                var width = Math.Min(p.Length, to - i);
                if (width == p.Length)
                {
                    // 1 / (1 + exp(-x)) of four at once; its overflow is the 0 that it should be.
                    (Vector256<double>.One / (Vector256<double>.One + Vector256.Exp(-Vector256.Create(scores.AsSpan(i, p.Length))))).CopyTo(p);
                }
                else
                {
                    for (var j = 0; j < width; j++)
                    {
                        p[j] = SpecialFunctions.Logistic(scores[i + j]);
                    }
                }

                for (var j = 0; j < width; j++)
                {
                    // What is cut off is cut at random; the offset keeps a number above 0 before it is cut.
                    var bits = random.NextBits();
                    var g = (long)(((p[j] - (happened[i + j] ? 1 : 0) + 1) * _scale) + ((bits >> 40) * (1.0 / (1 << 24)))) - (long)_scale;
                    var h = (long)((p[j] * (1 - p[j]) * _scale) + ((bits & 0xFFFFFF) * (1.0 / (1 << 24))));
                    _packed[i + j] = (g << 32) + h;
                }
            }
        });
    }

    private void Build(Node node)
    {
        var count = node.To - node.From;
        var whole = count == _rows;
        var ordered = _packed.AsMemory();
        if (!whole)
        {
            for (var i = 0; i < count; i++)
            {
                _ordered[i] = _packed[_index[node.From + i]];
            }

            ordered = _ordered.AsMemory(0, count);
        }

        var histogram = node.Histogram!;
        Array.Clear(histogram);
        var groups = (_bins.Features + Group - 1) / Group;
        if (_parallel.MaxDegreeOfParallelism == 1 || count < 4096)
        {
            for (var group = 0; group < groups; group++)
            {
                Add(group);
            }
        }
        else
        {
            Parallel.For(0, groups, _parallel, Add);
        }

        void Add(int group)
        {
            var first = group * Group;
            var index = whole ? default : _index.AsSpan(node.From, count);
            if (first + Group <= _bins.Features)
            {
                if (whole)
                {
                    AddAll(histogram, first, ordered.Span);
                }
                else
                {
                    AddSome(histogram, first, ordered.Span, index);
                }

                return;
            }

            for (var feature = first; feature < _bins.Features; feature++)
            {
                var sums = histogram.AsSpan(feature * FeatureBins.Most, FeatureBins.Most);
                var column = _data.AsSpan(feature * _rows, _rows);
                for (var i = 0; i < count; i++)
                {
                    sums[column[whole ? i : index[i]]] += ordered.Span[i];
                }
            }
        }
    }

    // Four features in one pass, so that a row's gradient is read once for all of them. A byte names one of 256 places, and the index holds rows of the
    // columns: no bound needs a look.
    private void AddAll(long[] histogram, int feature, ReadOnlySpan<long> packed)
    {
        ref var sums = ref histogram[feature * FeatureBins.Most];
        ref var first = ref _data[feature * _rows];
        ref var second = ref Unsafe.Add(ref first, _rows);
        ref var third = ref Unsafe.Add(ref second, _rows);
        ref var fourth = ref Unsafe.Add(ref third, _rows);
        for (var i = 0; i < packed.Length; i++)
        {
            var one = packed[i];
            Unsafe.Add(ref sums, (nint)Unsafe.Add(ref first, i)) += one;
            Unsafe.Add(ref sums, FeatureBins.Most + (nint)Unsafe.Add(ref second, i)) += one;
            Unsafe.Add(ref sums, (2 * FeatureBins.Most) + (nint)Unsafe.Add(ref third, i)) += one;
            Unsafe.Add(ref sums, (3 * FeatureBins.Most) + (nint)Unsafe.Add(ref fourth, i)) += one;
        }
    }

    private void AddSome(long[] histogram, int feature, ReadOnlySpan<long> packed, ReadOnlySpan<int> index)
    {
        ref var sums = ref histogram[feature * FeatureBins.Most];
        ref var first = ref _data[feature * _rows];
        ref var second = ref Unsafe.Add(ref first, _rows);
        ref var third = ref Unsafe.Add(ref second, _rows);
        ref var fourth = ref Unsafe.Add(ref third, _rows);
        for (var i = 0; i < packed.Length && i < index.Length; i++)
        {
            var one = packed[i];
            var row = (nint)index[i];
            Unsafe.Add(ref sums, (nint)Unsafe.Add(ref first, row)) += one;
            Unsafe.Add(ref sums, FeatureBins.Most + (nint)Unsafe.Add(ref second, row)) += one;
            Unsafe.Add(ref sums, (2 * FeatureBins.Most) + (nint)Unsafe.Add(ref third, row)) += one;
            Unsafe.Add(ref sums, (3 * FeatureBins.Most) + (nint)Unsafe.Add(ref fourth, row)) += one;
        }
    }

    private static (long G, long H) Unpack(long packed) => (packed >> 32, packed & 0xFFFFFFFF);

    private static void Total(Node node)
    {
        long sum = 0;
        for (var bin = 0; bin < FeatureBins.Most; bin++)
        {
            sum += node.Histogram![bin];
        }

        node.Sum = sum;
    }

    private double Score(long g, long h)
    {
        var curvature = (h / _scale) + _options.L2;
        return g / _scale * (g / _scale) / curvature;
    }

    private void FindSplit(Node node)
    {
        var found = new (double Gain, ulong[]? Right)[_bins.Features];
        if (node.To - node.From >= 2 * _options.FewestRows)
        {
            for (var feature = 0; feature < found.Length; feature++)
            {
                found[feature] = Best(node, feature);
            }
        }

        // The lower feature wins a tie, so that no order of threads decides.
        for (var feature = 0; feature < found.Length; feature++)
        {
            if (found[feature].Right is not null && found[feature].Gain > node.Gain)
            {
                (node.Gain, node.Right, node.Feature) = (found[feature].Gain, found[feature].Right, feature);
            }
        }
    }

    private (double Gain, ulong[]? Right) Best(Node node, int feature)
    {
        var sums = node.Histogram.AsSpan(feature * FeatureBins.Most, FeatureBins.Most);
        var count = _bins.Counts[feature];
        var (totalG, totalH) = Unpack(node.Sum);
        var (missingG, missingH) = Unpack(sums[0]);
        var whole = Score(totalG, totalH);

        // Rows are told from the curvature, as LightGBM does: a histogram of counts would cost as much again.
        var fewest = _options.FewestRows * (double)totalH / Math.Max(1, node.To - node.From);
        Span<int> order = stackalloc int[FeatureBins.Most];
        for (var bin = 1; bin < count; bin++)
        {
            order[bin - 1] = bin;
        }

        var category = _bins.IsCategory[feature];
        if (category)
        {
            // By their means, so that the best of all subsets is one of the cuts (Fisher 1958).
            Span<double> means = stackalloc double[FeatureBins.Most];
            for (var bin = 1; bin < count; bin++)
            {
                var (g, h) = Unpack(sums[bin]);
                means[bin - 1] = h == 0 ? double.PositiveInfinity : g / (h + (10 * _scale));
            }

            means[..(count - 1)].Sort(order[..(count - 1)]);
        }

        var best = (Gain: 0.0, Cut: -1, MissingRight: false);
        long leftG = 0, leftH = 0;
        for (var cut = 0; cut < count - 1; cut++)
        {
            var (g, h) = Unpack(sums[order[cut]]);
            leftG += g;
            leftH += h;
            Try(leftG, leftH, cut, missingRight: true);
            if (missingH != 0)
            {
                Try(leftG + missingG, leftH + missingH, cut, missingRight: false);
            }
        }

        if (best.Cut < 0)
        {
            return (0, null);
        }

        var right = new ulong[4];
        for (var cut = best.Cut + 1; cut < count - 1; cut++)
        {
            right[order[cut] >> 6] |= 1UL << (order[cut] & 63);
        }

        // Without anything missing in training, what is missing later goes where more rows went.
        if (missingH == 0 ? best.Gain > 0 && LargerIsRight(sums, order, best.Cut, totalH) : best.MissingRight)
        {
            right[0] |= 1;
        }

        return (best.Gain, right);

        void Try(long g, long h, int cut, bool missingRight)
        {
            if (h < fewest || totalH - h < fewest || h == 0 || h == totalH)
            {
                return;
            }

            var gain = 0.5 * (Score(g, h) + Score(totalG - g, totalH - h) - whole);
            if (gain > best.Gain)
            {
                best = (gain, cut, missingRight);
            }
        }
    }

    private static bool LargerIsRight(Span<long> sums, Span<int> order, int cut, long totalH)
    {
        long left = 0;
        for (var i = 0; i <= cut; i++)
        {
            left += Unpack(sums[order[i]]).H;
        }

        return 2 * left < totalH;
    }

    private void Split(Node node, List<Node> nodes, Stack<long[]> free)
    {
        var column = _data.AsSpan(node.Feature * _rows, _rows);
        int left = node.From, right = 0;
        for (var i = node.From; i < node.To; i++)
        {
            var row = _index[i];
            var bin = column[row];
            var goesRight = (int)((node.Right![bin >> 6] >> (bin & 63)) & 1);

            // Written to both, kept in one: no branch to guess.
            _index[left] = row;
            _spare[right] = row;
            left += 1 - goesRight;
            right += goesRight;
        }

        _spare.AsSpan(0, right).CopyTo(_index.AsSpan(left));
        var small = new Node { From = node.From, To = left, Depth = node.Depth + 1 };
        var large = new Node { From = left, To = node.To, Depth = node.Depth + 1 };
        (node.Left, node.RightChild) = (nodes.Count, nodes.Count + 1);
        nodes.Add(small);
        nodes.Add(large);
        if (small.To - small.From > large.To - large.From)
        {
            (small, large) = (large, small);
        }

        // The smaller child is counted, the larger is what remains.
        small.Histogram = free.Pop();
        Build(small);
        Total(small);
        var (parent, part) = (node.Histogram!, small.Histogram!);
        for (var i = 0; i < parent.Length; i++)
        {
            parent[i] -= part[i];
        }

        large.Histogram = parent;
        large.Sum = node.Sum - small.Sum;
        node.Histogram = null;
        FindSplit(small);
        FindSplit(large);
    }

    private Tree Finish(List<Node> nodes, double[] scores)
    {
        var features = new byte[nodes.Count];
        var right = new ulong[4 * nodes.Count];
        var children = new ushort[2 * nodes.Count];
        var isLeaf = new bool[nodes.Count];
        var values = new double[nodes.Count];
        var covers = new double[nodes.Count];
        for (var i = nodes.Count - 1; i >= 0; i--)
        {
            var node = nodes[i];
            covers[i] = node.To - node.From;
            if (node.Left < 0)
            {
                var (g, h) = Unpack(node.Sum);
                isLeaf[i] = true;
                children[2 * i] = children[(2 * i) + 1] = (ushort)i;
                values[i] = -_options.LearningRate * (g / _scale) / ((h / _scale) + _options.L2);
                for (var at = node.From; at < node.To; at++)
                {
                    scores[_index[at]] += values[i];
                }

                continue;
            }

            features[i] = (byte)node.Feature;
            node.Right!.CopyTo(right, 4 * i);
            (children[2 * i], children[(2 * i) + 1]) = ((ushort)node.Left, (ushort)node.RightChild);
            values[i] = ((covers[node.Left] * values[node.Left]) + (covers[node.RightChild] * values[node.RightChild])) / covers[i];
        }

        return new Tree(features, right, children, isLeaf, values, covers, nodes.Max(node => node.Depth));
    }

    private sealed class Node
    {
        public int From { get; init; }

        public int To { get; init; }

        public int Depth { get; init; }

        public long[]? Histogram { get; set; }

        public long Sum { get; set; }

        public double Gain { get; set; }

        public int Feature { get; set; }

        public ulong[]? Right { get; set; }

        public int Left { get; set; } = -1;

        public int RightChild { get; set; } = -1;
    }
}
