using System.Numerics;

namespace CustomerInsights.Enrichments.Predictions.Learning;

/// <summary>
/// A grown tree in arrays. Node 0 is the root; a leaf's children are itself. To the left go numbers up to a bin, the levels of a set, and what is missing
/// where it does better there.
/// </summary>
internal sealed partial class Tree
{
    private readonly byte[] _features;

    // One bit a bin, 256 a node: set for those that go to the right. Numbers, categories and what is missing are decided alike.
    private readonly ulong[] _right;
    private readonly ushort[] _children;
    private readonly bool[] _isLeaf;
    private readonly byte[] _asked;
    private readonly ulong[]? _open;
    private readonly double[] _leafValues = [];

    internal Tree(byte[] features, ulong[] right, ushort[] children, bool[] isLeaf, double[] values, double[] covers, int depth)
    {
        (_features, _right, _children, _isLeaf, Values, Covers, Depth) = (features, right, children, isLeaf, values, covers, depth);
        Leaves = isLeaf.Count(one => one);
        _asked = [.. features.Where((_, node) => !isLeaf[node]).Distinct().Order()];
        if (Leaves is > 1 and <= 64)
        {
            _open = new ulong[_asked.Length * FeatureBins.Most];
            Array.Fill(_open, ulong.MaxValue);
            var leaves = new List<int>();
            Open(0, leaves);
            _leafValues = [.. leaves.Select(leaf => values[leaf])];
        }
    }

    /// <summary>How many leaves there are.</summary>
    public int Leaves { get; }

    /// <summary>How many splits lie between the root and the farthest leaf.</summary>
    public int Depth { get; }

    /// <summary>By node: what a leaf adds to the logit, times the learning rate; the mean of its leaves for an inner node.</summary>
    public double[] Values { get; }

    /// <summary>By node: how many training rows came by.</summary>
    public double[] Covers { get; }

    /// <summary>Whether a node is a leaf.</summary>
    /// <param name="node">The node.</param>
    public bool IsLeaf(int node) => _isLeaf[node];

    /// <summary>The feature that a node asks for.</summary>
    /// <param name="node">The node, not a leaf.</param>
    public int Feature(int node) => _features[node];

    /// <summary>A node's child.</summary>
    /// <param name="node">The node.</param>
    /// <param name="right">Which.</param>
    public int Child(int node, bool right) => _children[(2 * node) + (right ? 1 : 0)];

    /// <summary>Whether a bin goes to the right.</summary>
    /// <param name="node">The node.</param>
    /// <param name="bin">The bin of its feature.</param>
    public bool GoesRight(int node, byte bin) => ((_right[(4 * node) + (bin >> 6)] >> (bin & 63)) & 1) != 0;

    /// <summary>The leaf of a row of binned columns.</summary>
    internal int Leaf(byte[] data, int rows, int row)
    {
        var node = 0;
        while (!_isLeaf[node])
        {
            node = Child(node, GoesRight(node, data[(_features[node] * rows) + row]));
        }

        return node;
    }

    /// <summary>
    /// Adds the values of rows of binned columns. A bin of a feature leaves open the leaves of a set, and a row's leaf is the first that all its bins leave
    /// open (Lucchese et al. 2015, QuickScorer): nothing waits for a node before it. Trees of more than 64 leaves are walked down.
    /// </summary>
    internal void Add(byte[] data, int rows, int from, Span<double> scores)
    {
        if (_open is null)
        {
            for (var i = 0; i < scores.Length; i++)
            {
                scores[i] += Values[Leaf(data, rows, from + i)];
            }

            return;
        }

        var row = 0;
        for (; row + 4 <= scores.Length; row += 4)
        {
            ulong a = ulong.MaxValue, b = a, c = a, d = a;
            for (var i = 0; i < _asked.Length; i++)
            {
                var bins = data.AsSpan((_asked[i] * rows) + from + row, 4);
                var open = _open.AsSpan(i * FeatureBins.Most, FeatureBins.Most);
                a &= open[bins[0]];
                b &= open[bins[1]];
                c &= open[bins[2]];
                d &= open[bins[3]];
            }

            scores[row] += _leafValues[BitOperations.TrailingZeroCount(a)];
            scores[row + 1] += _leafValues[BitOperations.TrailingZeroCount(b)];
            scores[row + 2] += _leafValues[BitOperations.TrailingZeroCount(c)];
            scores[row + 3] += _leafValues[BitOperations.TrailingZeroCount(d)];
        }

        for (; row < scores.Length; row++)
        {
            scores[row] += Values[Leaf(data, rows, from + row)];
        }
    }

    // Leaves are numbered from left to right; a node closes those of the side that is not taken.
    private (int Begin, int End) Open(int node, List<int> leaves)
    {
        if (_isLeaf[node])
        {
            leaves.Add(node);
            return (leaves.Count - 1, leaves.Count);
        }

        var left = Open(Child(node, right: false), leaves);
        var right = Open(Child(node, right: true), leaves);
        var place = Array.IndexOf(_asked, _features[node]);
        for (var bin = 0; bin < FeatureBins.Most; bin++)
        {
            var (begin, end) = GoesRight(node, (byte)bin) ? left : right;
            _open![(place * FeatureBins.Most) + bin] &= ~(Below(end) & ~Below(begin));
        }

        return (left.Begin, right.End);
    }

    private static ulong Below(int leaf) => leaf == 64 ? ulong.MaxValue : (1UL << leaf) - 1;
}
