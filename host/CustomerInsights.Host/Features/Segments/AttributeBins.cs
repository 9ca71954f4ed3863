using CustomerInsights.Core.Model;
using CustomerInsights.Core.Statistics;
using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>
/// The values of an attribute put into a few bins, in two passes over the profiles: the first finds the bins, the second counts. Text and Booleans by their most
/// frequent values, with one bin for the others; numbers, dates and times that have few values by value, else by buckets of about equally many; missing is a bin of its own.
/// </summary>
internal sealed class AttributeBins(DataType type)
{
    private const int Most = 10;

    // Bounds memory: a value first met behind so many different ones is among the others.
    private const int MostDistinct = 20_000;
    private const int MostSampled = 20_000;

    private readonly Dictionary<Value, long> _counts = [];
    private readonly List<double> _sample = [];
    private Dictionary<Value, int> _categories = [];
    private double[] _edges = [];
    private List<Value> _order = [];
    private long _seen;
    private long _step = 1;

    /// <summary>A bin as people see it.</summary>
    /// <param name="Value">Its value; absent for buckets, for missing and for the others.</param>
    /// <param name="To">The upper end of a bucket, included.</param>
    /// <param name="Missing">True: profiles without a value.</param>
    /// <param name="Other">True: all other values together.</param>
    public sealed record Label(object? Value, object? To, bool Missing, bool Other);

    /// <summary>How many bins there are, once found; missing is the last, the others are before it.</summary>
    public int Count => (IsBucketed ? _edges.Length : _categories.Count) + 2;

    private bool IsOrdered => type is DataType.Integer or DataType.Decimal or DataType.Number or DataType.Date or DataType.Time;

    private bool IsBucketed => _edges.Length > 0;

    /// <summary>The first pass: a profile's value.</summary>
    public void Learn(Value value)
    {
        if (value.IsMissing)
        {
            return;
        }

        if (_counts.TryGetValue(value, out var count) || _counts.Count < MostDistinct)
        {
            _counts[value] = count + 1;
        }

        // Every n-th value, n doubled whenever there are too many: the same profiles give the same buckets.
        if (IsOrdered && _seen++ % _step == 0)
        {
            _sample.Add(Position(value));
            if (_sample.Count > MostSampled)
            {
                Thin();
            }
        }
    }

    /// <summary>Between the passes.</summary>
    public void Find()
    {
        if (IsOrdered && _counts.Count > Most)
        {
            _sample.Sort();
            _edges = Buckets.EqualFrequency(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_sample), Most);
        }
        else
        {
            _order = [.. _counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.ToString(), StringComparer.Ordinal).Take(Most).Select(pair => pair.Key)];
            _categories = _order.Select((value, i) => (value, i)).ToDictionary(pair => pair.value, pair => pair.i);
        }

        _counts.Clear();
        _sample.Clear();
    }

    /// <summary>The second pass: the bin of a value.</summary>
    public int Bin(Value value) => value.IsMissing ? Count - 1
        : IsBucketed ? Buckets.Find(_edges, Position(value))
        : _categories.TryGetValue(value, out var bin) ? bin : Count - 2;

    /// <summary>What to call a bin.</summary>
    public Label Of(int bin) => bin == Count - 1 ? new Label(null, null, true, false)
        : bin == Count - 2 ? new Label(null, null, false, true)
        : IsBucketed ? new Label(null, Upper(bin), false, false)
        : new Label(PlainJson.Of(_order[bin]), null, false, false);

    private void Thin()
    {
        for (var i = 0; i < _sample.Count / 2; i++)
        {
            _sample[i] = _sample[2 * i];
        }

        _sample.RemoveRange(_sample.Count / 2, _sample.Count - (_sample.Count / 2));
        _step *= 2;
    }

    private object Upper(int bin) => type switch
    {
        DataType.Date => DateOnly.FromDayNumber((int)_edges[bin]).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        DataType.Time => new DateTime((long)(_edges[bin] * TimeSpan.TicksPerSecond), DateTimeKind.Utc),
        _ => _edges[bin],
    };

    private static double Position(Value value) => value.Type switch
    {
        DataType.Date => value.AsDate().DayNumber,
        DataType.Time => value.AsTime().UtcTicks / (double)TimeSpan.TicksPerSecond,
        _ => value.AsNumber(),
    };
}
