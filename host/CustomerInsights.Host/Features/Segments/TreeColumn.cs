using System.Runtime.InteropServices;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Statistics;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>An attribute on its way into a decision tree: gathers the values, gives them codes, and says as a condition which codes reach a leaf.</summary>
internal sealed class TreeColumn(string name, Expression expression, DataType type)
{
    /// <summary>The most categories that an attribute may have to be split by.</summary>
    public const int MostCategories = 100;

    private const int MostBuckets = 64;

    private readonly List<double> _numbers = [];
    private readonly List<int> _categories = [];
    private readonly Dictionary<Value, int> _numbersOf = [];
    private double[] _highest = [];
    private double[] _lowest = [];

    public string Name => name;

    private bool IsOrdered => type is DataType.Integer or DataType.Decimal or DataType.Number or DataType.Date or DataType.Time;

    /// <summary>False once there are too many categories; the attribute is left out.</summary>
    public bool IsUsable { get; private set; } = type != DataType.TextList;

    public void Add(Value value)
    {
        if (!IsUsable)
        {
            return;
        }

        if (IsOrdered)
        {
            _numbers.Add(value.IsMissing ? double.NaN : Position(value));
            return;
        }

        if (value.IsMissing)
        {
            _categories.Add(-1);
            return;
        }

        if (!_numbersOf.TryGetValue(value, out var number))
        {
            number = _numbersOf.Count;
            _numbersOf.Add(value, number);
            IsUsable = number < MostCategories;
        }

        _categories.Add(number);
    }

    /// <summary>The codes; null where there is nothing to split: one value and none missing, or no value at all.</summary>
    public TreeFeature? Feature()
    {
        if (!IsUsable)
        {
            return null;
        }

        if (!IsOrdered)
        {
            var categories = _numbersOf.Count;
            return categories == 0 ? null : new TreeFeature([.. _categories.Select(number => (byte)(number < 0 ? categories : number))], categories, Ordered: false);
        }

        var sorted = _numbers.Where(number => !double.IsNaN(number)).ToList();
        sorted.Sort();
        _highest = Buckets.EqualFrequency(CollectionsMarshal.AsSpan(sorted), MostBuckets);
        _lowest = new double[_highest.Length];
        for (int i = sorted.Count - 1; i >= 0; i--)
        {
            _lowest[Buckets.Find(_highest, sorted[i])] = sorted[i];
        }

        return _highest.Length == 0 ? null : new TreeFeature([.. _numbers.Select(number => (byte)(double.IsNaN(number) ? _highest.Length : Buckets.Find(_highest, number)))], _highest.Length, Ordered: true);
    }

    /// <summary>The condition that exactly those hold whose codes are allowed, missing last.</summary>
    public Expression Condition(bool[] allowed)
    {
        var codes = allowed.Length - 1;
        var (missing, some) = (new PresenceExpression(expression, Missing: true), allowed.AsSpan(0, codes).Contains(true));
        if (!some)
        {
            return missing;
        }

        // All that are present.
        if (!allowed.AsSpan(0, codes).Contains(false))
        {
            return new PresenceExpression(expression, Missing: false);
        }

        var condition = IsOrdered ? Range(allowed, codes) : Among(allowed, codes);
        return allowed[codes] ? new LogicalExpression(LogicalOperator.Or, [condition, missing]) : condition;
    }

    private Expression Range(bool[] allowed, int codes)
    {
        var (first, last) = (Array.IndexOf(allowed, true), Array.LastIndexOf(allowed, true, codes - 1));
        var above = first == 0 ? null : new BinaryExpression(BinaryOperator.Greater, expression, Threshold(first - 1));
        var below = last == codes - 1 ? null : new BinaryExpression(BinaryOperator.LessOrEqual, expression, Threshold(last));
        return above is not null && below is not null ? new LogicalExpression(LogicalOperator.And, [above, below]) : above ?? below!;
    }

    private Expression Among(bool[] allowed, int codes)
    {
        var values = _numbersOf.Where(pair => pair.Value < codes && allowed[pair.Value]).Select(pair => pair.Key).OrderBy(value => value.ToString(), StringComparer.Ordinal).ToList();
        return values.Count == 1
            ? new BinaryExpression(BinaryOperator.Equal, expression, new LiteralExpression(values[0]))
            : new InExpression(expression, [.. values.Select(Expression (value) => new LiteralExpression(value))], Negated: false);
    }

    // Between a bucket and the next, as round as it can be; on a whole one for what is whole.
    private Expression Threshold(int bucket)
    {
        var round = Buckets.Round(_highest[bucket], _lowest[bucket + 1]);
        var value = type switch
        {
            DataType.Integer => Value.Of((long)_highest[bucket]),
            DataType.Date => Value.Of(DateOnly.FromDayNumber((int)_highest[bucket])),
            DataType.Time => Value.Of(new DateTimeOffset((long)Math.Round(round * TimeSpan.TicksPerSecond), TimeSpan.Zero)),
            DataType.Decimal => Value.Of((decimal)round),
            _ => Value.Of(round),
        };

        // A negative number is no literal but the negation of one.
        return value.Type is DataType.Integer or DataType.Decimal or DataType.Number && value.AsNumber() < 0
            ? new UnaryExpression(UnaryOperator.Negate, new LiteralExpression(value.Type switch
            {
                DataType.Integer => Value.Of(-value.AsInteger()),
                DataType.Decimal => Value.Of(-value.AsDecimal()),
                _ => Value.Of(-value.AsNumber()),
            }))
            : new LiteralExpression(value);
    }

    private static double Position(Value value) => value.Type switch
    {
        DataType.Date => value.AsDate().DayNumber,
        DataType.Time => value.AsTime().UtcTicks / (double)TimeSpan.TicksPerSecond,
        _ => value.AsNumber(),
    };
}
