using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Statistics;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>The profiles that a tree is made of, as columns; and the leaves in which the target differs from the rest.</summary>
internal sealed class TreeSample
{
    private readonly bool _isNumber;
    private readonly List<double> _target = [];
    private readonly Dictionary<Value, int> _classes = [];
    private readonly List<TreeColumn> _columns;

    public TreeSample(MappedField target, IReadOnlyList<MappedField> fields)
    {
        _isNumber = target.Type is DataType.Integer or DataType.Decimal or DataType.Number;
        _columns = [.. fields.Select(field => new TreeColumn(field.Name, field.Rule.Source, field.Type))];
    }

    /// <summary>A leaf that differs.</summary>
    public sealed record Found(Expression Rule, double? Mean, IReadOnlyList<SuggestByTree.Share>? Shares, double PValue, double Distance);

    public int Count => _target.Count;

    /// <summary>Values of a target that is no number; missing is not counted among them.</summary>
    public int Classes => _classes.Keys.Count(value => !value.IsMissing);

    public IReadOnlyList<string> LeftOut => [.. _columns.Where(column => !column.IsUsable).Select(column => column.Name)];

    public double? Mean => _isNumber ? _target.Where(value => !double.IsNaN(value)).DefaultIfEmpty(double.NaN).Average() is var mean && double.IsNaN(mean) ? null : mean : null;

    public void Add(Value[] values)
    {
        _target.Add(_isNumber ? values[0].IsMissing ? double.NaN : values[0].AsNumber() : Class(values[0]));
        for (var i = 0; i < _columns.Count; i++)
        {
            _columns[i].Add(values[i + 1]);
        }
    }

    /// <summary>The share of each value of a target that is no number, over all.</summary>
    public IReadOnlyList<SuggestByTree.Share>? Shares()
    {
        var counts = new double[_classes.Count];
        foreach (var one in _isNumber ? [] : _target)
        {
            counts[(int)one]++;
        }

        return _isNumber ? null : Shares(counts, Math.Max(1, Count));
    }

    /// <summary>The leaves that differ from the rest, the most different first; none when the tree has but one leaf.</summary>
    public IReadOnlyList<Found> Groups(TreeLimits limits, double doubt, Expression? only)
    {
        var features = _columns.Select(column => (Column: column, Feature: column.Feature())).Where(pair => pair.Feature is not null).ToList();
        var mean = Mean ?? 0;
        var target = new TreeTarget([.. _target.Select(value => value - mean)], _isNumber ? 0 : Math.Max(1, _classes.Count));
        var leaves = DecisionTree.Grow([.. features.Select(pair => pair.Feature!)], target, limits);
        var whole = leaves.Aggregate(new double[leaves[0].Sums.Count], (sums, leaf) => [.. sums.Zip(leaf.Sums, (a, b) => a + b)]);
        var result = new List<Found>();
        foreach (var leaf in leaves.Count > 1 ? leaves : [])
        {
            var (pValue, distance) = _isNumber ? Apart(leaf, leaves) : Apart(leaf, whole);
            if (pValue < doubt / leaves.Count)
            {
                result.Add(new Found(
                    Rule(leaf, [.. features.Select(pair => pair.Column)], only),
                    _isNumber && leaf.Known > 0 ? (leaf.Sums[0] / leaf.Known) + mean : null,
                    _isNumber ? null : Shares([.. leaf.Sums], Math.Max(1, leaf.Known)),
                    pValue,
                    distance));
            }
        }

        return [.. result.OrderByDescending(found => found.Distance)];
    }

    private static Expression Rule(TreeLeaf leaf, List<TreeColumn> columns, Expression? only)
    {
        List<Expression> conditions = only is null ? [] : [only];
        conditions.AddRange(leaf.Allowed.Select((allowed, i) => allowed is null ? null : columns[i].Condition(allowed)).OfType<Expression>()
            .SelectMany(condition => condition is LogicalExpression { Operator: LogicalOperator.And } both ? both.Operands : Enumerable.Repeat(condition, 1)));
        return conditions.Count == 1 ? conditions[0] : new LogicalExpression(LogicalOperator.And, [.. conditions]);
    }

    // Welch's test of two means; the groups are large enough for the normal distribution.
    private static (double PValue, double Distance) Apart(TreeLeaf leaf, IReadOnlyList<TreeLeaf> leaves)
    {
        var (n, sum, squares) = ((double)leaf.Known, leaf.Sums[0], leaf.Squares);
        var (m, sums, rest) = (leaves.Sum(one => one.Known) - n, leaves.Sum(one => one.Sums[0]) - sum, leaves.Sum(one => one.Squares) - squares);
        if (n < 2 || m < 2)
        {
            return (1, 0);
        }

        var apart = (sum / n) - (sums / m);
        var variance = (Math.Max(0, squares - (sum * sum / n)) / (n - 1) / n) + (Math.Max(0, rest - (sums * sums / m)) / (m - 1) / m);
        return (variance > 0 ? ChiSquare.TwoSidedNormal(apart / Math.Sqrt(variance)) : apart == 0 ? 1 : 0, Math.Abs(apart));
    }

    private static (double PValue, double Distance) Apart(TreeLeaf leaf, double[] whole)
    {
        var difference = DistributionDifference.Of([.. leaf.Sums.Select(count => (long)count)], [.. whole.Zip(leaf.Sums, (all, own) => (long)(all - own))]);
        return (difference.PValue, difference.Divergence);
    }

    private List<SuggestByTree.Share> Shares(double[] counts, double of) =>
        [.. _classes.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal).Select(pair => new SuggestByTree.Share(PlainJson.Of(pair.Key), Math.Round(counts[pair.Value] / of, 6)))];

    private int Class(Value value)
    {
        if (!_classes.TryGetValue(value, out var number))
        {
            _classes.Add(value, number = _classes.Count);
        }

        return number;
    }
}
