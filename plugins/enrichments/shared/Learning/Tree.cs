namespace CustomerInsights.Enrichments.Predictions.Learning;

/// <summary>
/// A grown tree in arrays. Node 0 is the root; a leaf's children are itself. To the left go numbers up to a bin, the levels of a set, and what is missing
/// where it does better there.
/// </summary>
internal sealed class Tree
{
    private readonly byte[] _features;

    // One bit a bin, 256 a node: set for those that go to the right. Numbers, categories and what is missing are decided alike.
    private readonly ulong[] _right;
    private readonly ushort[] _children;
    private readonly bool[] _isLeaf;

    internal Tree(byte[] features, ulong[] right, ushort[] children, bool[] isLeaf, double[] values, double[] covers, int depth)
    {
        (_features, _right, _children, _isLeaf, Values, Covers, Depth) = (features, right, children, isLeaf, values, covers, depth);
        Leaves = isLeaf.Count(one => one);
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

    /// <summary>Adds the values of rows that lie one after the other. Four go down together, so that they wait for memory together.</summary>
    internal void Add(ReadOnlySpan<byte> rows, int width, Span<double> scores)
    {
        var i = 0;
        for (; i + 4 <= scores.Length; i += 4)
        {
            int a = 0, b = 0, c = 0, d = 0;
            var (first, second, third, fourth) = (i * width, (i + 1) * width, (i + 2) * width, (i + 3) * width);
            for (var level = 0; level < Depth; level++)
            {
                a = Next(a, rows[first + _features[a]]);
                b = Next(b, rows[second + _features[b]]);
                c = Next(c, rows[third + _features[c]]);
                d = Next(d, rows[fourth + _features[d]]);
            }

            scores[i] += Values[a];
            scores[i + 1] += Values[b];
            scores[i + 2] += Values[c];
            scores[i + 3] += Values[d];
        }

        for (; i < scores.Length; i++)
        {
            var node = 0;
            while (!_isLeaf[node])
            {
                node = Next(node, rows[(i * width) + _features[node]]);
            }

            scores[i] += Values[node];
        }
    }

    private int Next(int node, byte bin) => _children[(2 * node) + (int)((_right[(4 * node) + (bin >> 6)] >> (bin & 63)) & 1)];
}
