using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Statistics;

/// <summary>A value and how often it is there.</summary>
public readonly record struct ValueCount(Value Value, long Count);

/// <summary>How values are distributed.</summary>
/// <param name="Count">Values that are there.</param>
/// <param name="Missing">Missing ones.</param>
/// <param name="Min">The least; missing for lists and where there is no value.</param>
/// <param name="Max">The greatest; missing likewise.</param>
/// <param name="Mean">The arithmetic mean of numbers; null for other types.</param>
/// <param name="Quantiles">At <see cref="ValueDistribution.Levels"/> by the nearest rank, for numbers, dates and times; empty for others. Of a sample where there are more than 10,000 values.</param>
/// <param name="Top">The most frequent, by frequency and then by value: at most 10.</param>
/// <param name="Distinct">How many distinct values were counted; 10,000 means that many or more, and that <paramref name="Top"/> is of those alone that were met first.</param>
public sealed record DistributionSummary(
    long Count, long Missing, Value Min, Value Max, double? Mean, IReadOnlyList<Value> Quantiles, IReadOnlyList<ValueCount> Top, int Distinct);

/// <summary>
/// Gathers the distribution of the values of one measure in memory that does not grow with their number. The same values in the same order give the same
/// summary. For one thread.
/// </summary>
public sealed class ValueDistribution
{
    /// <summary>The most values from which quantiles are taken.</summary>
    public const int MostSampled = 10_000;

    /// <summary>The most distinct values that are counted.</summary>
    public const int MostDistinct = 10_000;

    private const int MostTop = 10;

    private readonly List<Value> _sample = [];
    private readonly Dictionary<Value, long> _counts = [];
    private long _count;
    private long _missing;
    private long _stride = 1;
    private double _mean;
    private Value _min;
    private Value _max;

    /// <summary>The levels of the quantiles, in 0..1.</summary>
    public static IReadOnlyList<double> Levels { get; } = [0.05, 0.25, 0.5, 0.75, 0.95];

    /// <summary>Adds a value; all that are there must be of one type.</summary>
    public void Add(Value value)
    {
        if (value.IsMissing)
        {
            _missing++;
            return;
        }

        Sample(value);
        _count++;
        if (IsNumber(value))
        {
            _mean += (value.AsNumber() - _mean) / _count;
        }

        if (value.Type != DataType.TextList)
        {
            _min = _min.IsMissing || Comparisons.Total(value, _min) < 0 ? value : _min;
            _max = _max.IsMissing || Comparisons.Total(value, _max) > 0 ? value : _max;
        }

        if (_counts.TryGetValue(value, out var count) || _counts.Count < MostDistinct)
        {
            _counts[value] = count + 1;
        }
    }

    /// <summary>The distribution of what was added so far.</summary>
    public DistributionSummary Summary()
    {
        var top = _counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.ToString(), StringComparer.Ordinal).Take(MostTop);
        return new DistributionSummary(
            _count, _missing, _min, _max, _count > 0 && IsNumber(_max) ? _mean : null, Quantiles(), [.. top.Select(pair => new ValueCount(pair.Key, pair.Value))], _counts.Count);
    }

    private static bool IsNumber(Value value) => value.Type is DataType.Integer or DataType.Decimal or DataType.Number;

    // Every n-th value, n doubling whenever the sample is full: spread evenly over the order in which they come, and no random numbers.
    private void Sample(Value value)
    {
        if (_count % _stride != 0)
        {
            return;
        }

        if (_sample.Count == MostSampled)
        {
            var kept = _sample.Where((_, i) => i % 2 == 0).ToList();
            _sample.Clear();
            _sample.AddRange(kept);
            _stride *= 2;
            if (_count % _stride != 0)
            {
                return;
            }
        }

        _sample.Add(value);
    }

    private Value[] Quantiles()
    {
        if (_sample.Count == 0 || !(IsNumber(_max) || _max.Type is DataType.Date or DataType.Time))
        {
            return [];
        }

        var sorted = _sample.ToList();
        sorted.Sort(Comparisons.Total);
        return [.. Levels.Select(level => sorted[Math.Max(0, (int)Math.Ceiling(level * sorted.Count) - 1)])];
    }
}
