using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Predictions.Scoring;

/// <summary>
/// Features of a profile as of a moment. No activity after the moment is looked at; dates after it are not known yet. Attributes are those of today: whoever
/// names them takes that on. Not for more than one thread.
/// </summary>
internal sealed class SnapshotFeatures
{
    /// <summary>The group of how recently something was.</summary>
    public const string Recency = "How recently";

    // The order history behind the features: x, t_x, T, how many paid repeats, their mean.
    private const int OrderWidth = 5;
    private const double HalfLifeDays = 30;
    private static readonly int[] Windows = [30, 60, 90, 180, 365];

    private readonly FeatureSources _sources;
    private readonly List<FeatureSpec> _specs = [];
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);
    private readonly HashSet<string> _orderTypes;
    private readonly CategoryBook?[] _books;
    private readonly AttributeShape[] _shapes;
    private readonly History[] _histories;
    private readonly int _attributesAt;
    private readonly bool _hasAny;

    /// <summary>Makes a builder.</summary>
    /// <param name="sources">What features are made from.</param>
    /// <param name="shapes">What attributes are, where a model says so already; by attribute.</param>
    public SnapshotFeatures(FeatureSources sources, IReadOnlyList<AttributeShape>? shapes = null)
    {
        _sources = sources;
        _orderTypes = new HashSet<string>(sources.Orders.Select(order => order.Activity), StringComparer.Ordinal);
        _histories = [.. sources.Activities.Select(_ => new History())];
        _shapes = shapes is { } known && known.Count == sources.Attributes.Count ? [.. known] : new AttributeShape[sources.Attributes.Count];
        var categories = new List<int>();
        _hasAny = sources.Activities.Count > 1;
        if (_hasAny)
        {
            Add("Days since the last activity of any kind", Recency);
            Add("Days with an activity in 90 days", "How often");
        }

        var fields = sources.Selections.ToDictionary(selection => selection.ActivityType, selection => selection.Fields.ToList(), StringComparer.Ordinal);
        for (var type = 0; type < sources.Activities.Count; type++)
        {
            var one = sources.Activities[type];
            var name = one.Activity.Replace('_', ' ');
            int first = _specs.Count, amount = one.Amount is null ? -1 : fields[one.Activity].IndexOf(one.Amount);
            Describe(name, one.Amount?.Replace('_', ' '));
            var places = new List<(int Field, int Feature)>();
            foreach (var category in one.Categories ?? [])
            {
                places.Add((fields[one.Activity].IndexOf(category), _specs.Count));
                categories.Add(_specs.Count);
                Add($"Last {category.Replace('_', ' ')} of {name}", $"Last {category.Replace('_', ' ')} of {name}");
            }

            _places.Add(one.Activity, new Place(type, first, amount, places));
        }

        _attributesAt = _specs.Count;
        foreach (var attribute in sources.Attributes)
        {
            categories.Add(_specs.Count);
            Add(attribute.Replace('_', ' '), $"Attribute {attribute}");
        }

        _books = new CategoryBook?[_specs.Count];
        foreach (var at in categories)
        {
            _books[at] = new CategoryBook();
        }
    }

    /// <summary>The features, in order.</summary>
    public IReadOnlyList<FeatureSpec> Specs => _specs;

    /// <summary>Floats of a row: the features, and behind them the order history where there is one.</summary>
    public int Width => _specs.Count + (_sources.Orders.Count > 0 ? OrderWidth : 0);

    /// <summary>What attributes were found to be.</summary>
    public IReadOnlyList<AttributeShape> Shapes => _shapes;

    /// <summary>Values of attributes that are of another kind than the first; they count as missing.</summary>
    public long OfAnotherKind { get; private set; }

    /// <summary>The texts of a feature that is a category, or null for numbers.</summary>
    /// <param name="feature">The feature.</param>
    public CategoryBook? Book(int feature) => feature >= _attributesAt && _shapes[feature - _attributesAt] != AttributeShape.Category ? null : _books[feature];

    /// <summary>The feature that tells how recently anything was, or -1.</summary>
    public int RecencyFeature => _sources.Activities.Count > 0 ? 0 : -1;

    /// <summary>Makes the features.</summary>
    /// <param name="profile">The profile with its activities in time order.</param>
    /// <param name="at">The moment; what comes after it does not exist.</param>
    /// <param name="row">Receives <see cref="Width"/> values, not a number where missing.</param>
    /// <returns>False when nothing had been heard of the profile by then: it did not exist.</returns>
    public bool Read(ProfileInput profile, DateTimeOffset at, Span<float> row)
    {
        row.Fill(float.NaN);
        foreach (var history in _histories)
        {
            history.Clear();
        }

        int anyDay = -1, daysIn90 = 0, orders = 0;
        var anyAge = double.NaN;
        var exists = _sources.Activities.Count == 0 && _sources.Orders.Count == 0;
        foreach (var activity in profile.Activities)
        {
            if (activity.At > at)
            {
                continue;
            }

            exists = true;
            orders += _orderTypes.Contains(activity.ActivityType) ? 1 : 0;
            if (!_places.TryGetValue(activity.ActivityType, out var place))
            {
                continue;
            }

            var age = (at - activity.At).TotalDays;
            var day = DayOf(activity.At);
            anyAge = age;
            daysIn90 += day != anyDay && age <= 90 ? 1 : 0;
            anyDay = day;
            _histories[place.Type].Add(age, day, place.Amount < 0 ? null : FieldReading.Amount(activity.Values[place.Amount]));
            foreach (var (field, feature) in place.Categories)
            {
                row[feature] = Text(activity.Values[field]) is { Length: > 0 } text ? _books[feature]!.Code(text) : float.NaN;
            }
        }

        if (!exists)
        {
            return false;
        }

        if (_hasAny)
        {
            (row[0], row[1]) = ((float)anyAge, daysIn90);
        }

        foreach (var place in _places.Values)
        {
            _histories[place.Type].Write(row[place.First..], place.Amount >= 0);
        }

        for (var i = 0; i < _sources.Attributes.Count; i++)
        {
            row[_attributesAt + i] = Attribute(i, profile.Values[i], at);
        }

        if (_sources.Orders.Count > 0)
        {
            Orders(profile, at, orders, row[_specs.Count..]);
        }

        return true;
    }

    private static int DayOf(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime).DayNumber;

    private static string? Text(FieldValue value) => value.Kind switch
    {
        FieldKind.Text => value.AsText(),
        FieldKind.Boolean or FieldKind.Integer => value.ToString(),
        _ => null,
    };

    private void Add(string name, string group) => _specs.Add(new FeatureSpec(name, group));

    // In the order in which a history is written.
    private void Describe(string name, string? amount)
    {
        Add($"Days since the last {name}", Recency);
        Add($"Days since the first {name}", "How long known");
        foreach (var days in Windows)
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"Times of {name} in {days} days"), "How often");
        }

        Add($"Times of {name} ever", "How often");
        Add($"Times of {name}, the later the more", "How often");
        Add($"Mean days between {name}", "Rhythm");
        Add($"Spread of days between {name}", "Rhythm");
        Add($"Longest wait between {name}, days", "Rhythm");
        Add($"Last wait between {name}, days", "Rhythm");
        Add($"Silence after {name} against the usual wait", Recency);
        Add($"Trend of {name}, last 90 days against the 90 before", "Trend");
        if (amount is null)
        {
            return;
        }

        foreach (var days in Windows)
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"Sum of {amount} of {name} in {days} days"), "How much");
        }

        Add($"Sum of {amount} of {name} ever", "How much");
        Add($"Sum of {amount} of {name}, the later the more", "How much");
        Add($"Mean {amount} of {name}", "How much");
        Add($"First {amount} of {name}", "How much");
        Add($"Last {amount} of {name}", "How much");
        Add($"Largest {amount} of {name}", "How much");
    }

    private float Attribute(int attribute, FieldValue value, DateTimeOffset at)
    {
        var shape = value.Kind switch
        {
            FieldKind.Null or FieldKind.Json => AttributeShape.Unknown,
            FieldKind.Text => AttributeShape.Category,
            FieldKind.Date or FieldKind.Time => AttributeShape.Date,
            _ => AttributeShape.Number,
        };
        if (shape == AttributeShape.Unknown)
        {
            return float.NaN;
        }

        if (_shapes[attribute] == AttributeShape.Unknown)
        {
            _shapes[attribute] = shape;
        }
        else if (_shapes[attribute] != shape)
        {
            OfAnotherKind++;
            return float.NaN;
        }

        return shape switch
        {
            AttributeShape.Category => value.AsText() is { Length: > 0 } text ? _books[_attributesAt + attribute]!.Code(text) : float.NaN,
            AttributeShape.Date => Since(value.Kind == FieldKind.Date ? value.AsDate().DayNumber : DayOf(value.AsTime()), DayOf(at)),
            _ => value.Kind switch
            {
                FieldKind.Boolean => value.AsBoolean() ? 1 : 0,
                FieldKind.TextList => value.AsList().Count,
                _ => (float?)FieldReading.Amount(value) ?? float.NaN,
            },
        };

        static float Since(int day, int now) => day <= now ? now - day : float.NaN;
    }

    private void Orders(ProfileInput profile, DateTimeOffset at, int orders, Span<float> target)
    {
        if (orders == 0)
        {
            return;
        }

        // The reader works by days; what is later on the day of the moment is taken away before.
        var known = profile.Activities;
        if (known[^1].At > at)
        {
            known = [.. known.Where(activity => activity.At <= at)];
        }

        var day = DayOf(at);
        var days = new OrderReader(_sources.Orders, null, DateOnly.FromDayNumber(day)).Read(profile with { Activities = known });
        if (OrderDays.At(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(days), day) is { } snapshot)
        {
            (target[0], target[1], target[2], target[3], target[4]) = (snapshot.Orders, snapshot.Last, snapshot.Age, snapshot.PaidRepeats, (float)snapshot.RepeatMean);
        }
    }

    private sealed record Place(int Type, int First, int Amount, IReadOnlyList<(int Field, int Feature)> Categories);

    // One activity type of one profile as of one moment.
    private sealed class History
    {
        private readonly int[] _counts = new int[Windows.Length];
        private readonly double[] _sums = new double[Windows.Length];
        private int _count;
        private int _amounts;
        private int _lastDay;
        private int _intervals;
        private double _first;
        private double _last;
        private double _decayed;
        private double _between;
        private double _betweenSquares;
        private double _longest;
        private double _lastWait;
        private double _sum;
        private double _decayedSum;
        private double _firstAmount;
        private double _lastAmount;
        private double _largest;

        public void Clear()
        {
            Array.Clear(_counts);
            Array.Clear(_sums);
            (_count, _amounts, _intervals) = (0, 0, 0);
            (_decayed, _between, _betweenSquares, _longest, _lastWait, _sum, _decayedSum) = (0, 0, 0, 0, 0, 0, 0);
        }

        public void Add(double age, int day, double? amount)
        {
            var weight = Math.Exp(-age * Math.Log(2) / HalfLifeDays);
            for (var window = 0; window < Windows.Length; window++)
            {
                if (age < Windows[window])
                {
                    _counts[window]++;
                    _sums[window] += amount ?? 0;
                }
            }

            if (_count++ == 0)
            {
                _first = age;
            }
            else if (day > _lastDay)
            {
                // What falls on one day is one event: a wait is between days.
                _lastWait = day - _lastDay;
                _intervals++;
                _between += _lastWait;
                _betweenSquares += _lastWait * _lastWait;
                _longest = Math.Max(_longest, _lastWait);
            }

            (_last, _lastDay) = (age, day);
            _decayed += weight;
            if (amount is { } value)
            {
                _sum += value;
                _decayedSum += weight * value;
                _lastAmount = value;
                (_firstAmount, _largest) = _amounts++ == 0 ? (value, value) : (_firstAmount, Math.Max(_largest, value));
            }
        }

        public void Write(Span<float> row, bool amounts)
        {
            var at = 0;
            var mean = _intervals > 0 ? _between / _intervals : double.NaN;
            row[at++] = Known(_last, _count > 0);
            row[at++] = Known(_first, _count > 0);
            foreach (var count in _counts)
            {
                row[at++] = count;
            }

            row[at++] = _count;
            row[at++] = (float)_decayed;
            row[at++] = (float)mean;
            row[at++] = Known(Math.Sqrt(Math.Max(0, (_betweenSquares / Math.Max(1, _intervals)) - (mean * mean))), _intervals > 1);
            row[at++] = Known(_longest, _intervals > 0);
            row[at++] = Known(_lastWait, _intervals > 0);
            row[at++] = Known(_last / mean, _intervals > 0);
            row[at++] = (float)((2.0 * _counts[2]) - _counts[3]) / (_counts[3] + 1);
            if (!amounts)
            {
                return;
            }

            foreach (var sum in _sums)
            {
                row[at++] = (float)sum;
            }

            row[at++] = (float)_sum;
            row[at++] = (float)_decayedSum;
            row[at++] = Known(_sum / _amounts, _amounts > 0);
            row[at++] = Known(_firstAmount, _amounts > 0);
            row[at++] = Known(_lastAmount, _amounts > 0);
            row[at] = Known(_largest, _amounts > 0);

            static float Known(double value, bool known) => known ? (float)value : float.NaN;
        }
    }
}
