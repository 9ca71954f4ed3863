using System.Globalization;
using System.Runtime.InteropServices;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.LifetimeValue.Covariates;

/// <summary>
/// The attributes of customers with an order, made into columns: numbers and days standardised (those of many values by the means of ten groups of equal
/// size), categories as a column a level with rare levels together. Filled by one thread, in the order of the ledger.
/// </summary>
/// <param name="attributes">Names of profile attributes.</param>
internal sealed class CovariateBook(IReadOnlyList<string> attributes)
{
    /// <summary>The most columns.</summary>
    public const int MostColumns = 20;

    /// <summary>The most combinations of values.</summary>
    public const int MostPatterns = 5_000;

    /// <summary>An attribute with more texts is not used.</summary>
    public const int MostLevels = 1_000;

    private const int Groups = 10;
    private const int FewestOfLevel = 30;

    private readonly Attribute[] _attributes = [.. attributes.Select(name => new Attribute(name))];

    /// <summary>Adds the next customer.</summary>
    /// <param name="profile">The profile; its values are the attributes.</param>
    public void Add(ProfileInput profile)
    {
        for (var i = 0; i < _attributes.Length; i++)
        {
            _attributes[i].Add(profile.Values[i]);
        }
    }

    /// <summary>Makes columns of what was added.</summary>
    /// <param name="findings">Told what cannot be used.</param>
    /// <returns>The design and the pattern of each customer; null when nothing can be used.</returns>
    public (CovariateDesign Design, int[] Patterns)? Close(List<Finding> findings)
    {
        var columns = new List<(string Name, float[] Values)>();
        foreach (var attribute in _attributes)
        {
            if (attribute.Customers == 0)
            {
                return null;
            }

            var made = attribute.Columns(MostColumns - columns.Count, out var problem);
            columns.AddRange(made);
            if (problem is not null)
            {
                findings.Add(new Finding("warning", attribute.Name, "Train", problem));
            }
        }

        if (columns.Count == 0)
        {
            return null;
        }

        var customers = columns[0].Values.Length;
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var patterns = new List<float[]>();
        var of = new int[customers];
        var key = new float[columns.Count];
        for (var customer = 0; customer < customers; customer++)
        {
            for (var column = 0; column < key.Length; column++)
            {
                key[column] = columns[column].Values[customer];
            }

            var text = string.Create(key.Length * 2, key, static (span, values) => MemoryMarshal.Cast<float, char>(values).CopyTo(span));
            if (!numbers.TryGetValue(text, out var pattern))
            {
                if (patterns.Count == MostPatterns)
                {
                    findings.Add(new Finding("warning", string.Join(", ", attributes), "Train", string.Create(
                        CultureInfo.InvariantCulture, $"The attributes of 'covariates' make more than {MostPatterns:N0} combinations and were left out. Name fewer of them, or such with fewer values.")));
                    return null;
                }

                numbers.Add(text, pattern = patterns.Count);
                patterns.Add((float[])key.Clone());
            }

            of[customer] = pattern;
        }

        return (new CovariateDesign([.. columns.Select(column => column.Name)], Standardised(patterns, of)), of);
    }

    private static List<double[]> Standardised(List<float[]> patterns, int[] of)
    {
        var counts = new double[patterns.Count];
        foreach (var pattern in of)
        {
            counts[pattern]++;
        }

        var width = patterns[0].Length;
        var made = patterns.ConvertAll(pattern => new double[width]);
        for (var column = 0; column < width; column++)
        {
            double mean = 0, squares = 0;
            for (var i = 0; i < counts.Length; i++)
            {
                mean += counts[i] * patterns[i][column] / of.Length;
            }

            for (var i = 0; i < counts.Length; i++)
            {
                squares += counts[i] * (patterns[i][column] - mean) * (patterns[i][column] - mean) / of.Length;
            }

            for (var i = 0; i < counts.Length; i++)
            {
                made[i][column] = (patterns[i][column] - mean) / Math.Sqrt(squares);
            }
        }

        return made;
    }

    // Values of one attribute: numbers as they are, texts by their number among the texts.
    private sealed class Attribute(string name)
    {
        private readonly List<float> _values = [];
        private readonly List<bool> _isText = [];
        private readonly Dictionary<string, int> _levels = new(StringComparer.Ordinal);
        private bool _crowded;
        private bool _odd;

        public string Name => name;

        public int Customers => _values.Count;

        public void Add(FieldValue value)
        {
            var number = value.IsNull ? float.NaN : value.Kind switch
            {
                FieldKind.Integer => value.AsInteger(),
                FieldKind.Number => (float)value.AsNumber(),
                FieldKind.Decimal => (float)value.AsDecimal(),
                FieldKind.Date => value.AsDate().DayNumber,
                FieldKind.Time => DateOnly.FromDateTime(value.AsTime().UtcDateTime).DayNumber,
                FieldKind.Boolean => value.AsBoolean() ? 1 : 0,
                _ => float.NaN,
            };
            var text = value.Kind == FieldKind.Text && !value.IsNull;
            _odd |= value.Kind is FieldKind.TextList or FieldKind.Json && !value.IsNull;
            if (text)
            {
                var level = value.AsText();
                if (!_levels.TryGetValue(level, out var at))
                {
                    _crowded |= _levels.Count >= MostLevels;
                    at = _crowded ? -1 : _levels.Count;
                    if (!_crowded)
                    {
                        _levels.Add(level, at);
                    }
                }

                number = at;
            }

            _values.Add(float.IsFinite(number) ? number : float.NaN);
            _isText.Add(text);
        }

        public List<(string Name, float[] Values)> Columns(int room, out string? problem)
        {
            problem = null;
            var short_ = name.Length > 50 ? name[..50] : name;
            if (_crowded)
            {
                problem = string.Create(CultureInfo.InvariantCulture, $"'{short_}' has more than {MostLevels:N0} values and was left out. Name an attribute with fewer, such as a country instead of a town.");
                return [];
            }

            var texts = _isText.Count(one => one);
            var known = _values.Count(value => !float.IsNaN(value));
            if (known == 0)
            {
                problem = _odd ? $"'{short_}' is a list and was left out. Name an attribute with one value." : $"'{short_}' has no value and was left out. Fill it, or name another attribute.";
                return [];
            }

            if (texts > 0 && texts < known)
            {
                problem = $"'{short_}' has both texts and numbers and was left out. Give it one kind.";
                return [];
            }

            var made = (texts > 0 ? Levels() : Numbers()).Where(column => column.Values.Any(value => value != column.Values[0])).ToList();
            if (made.Count == 0)
            {
                problem = $"'{short_}' is nearly the same for everybody and was left out. It tells nothing; take it off 'covariates'.";
            }
            else if (made.Count > room)
            {
                problem = string.Create(CultureInfo.InvariantCulture, $"There are more than {MostColumns} columns; rarer values of '{short_}' count as one. Name fewer attributes.");
                made = made[..Math.Max(0, room)];
            }

            return made;
        }

        // The most frequent level is what the others are compared with.
        private List<(string Name, float[] Values)> Levels()
        {
            var names = _levels.ToDictionary(pair => pair.Value, pair => pair.Key);
            var counts = _values.Where(value => !float.IsNaN(value)).GroupBy(value => (int)value).Select(group => (Level: group.Key, Count: group.Count()))
                .Append((Level: -1, Count: _values.Count(float.IsNaN))).Where(one => one.Count > 0)
                .OrderByDescending(one => one.Count).ThenBy(one => one.Level < 0 ? "" : names[one.Level], StringComparer.Ordinal).ToList();
            return
            [
                .. counts.Skip(1).Where(one => one.Count >= FewestOfLevel).Select(one => (
                    $"{name} = {(one.Level < 0 ? "(none)" : names[one.Level].Length > 50 ? names[one.Level][..50] : names[one.Level])}",
                    (float[])[.. _values.Select(value => (float.IsNaN(value) ? -1 : (int)value) == one.Level ? 1f : 0f)])),
            ];
        }

        // What is missing is the mean, and a column says that it is.
        private List<(string Name, float[] Values)> Numbers()
        {
            var sorted = _values.Where(value => !float.IsNaN(value)).Order().ToArray();
            var mean = sorted.Average();
            var distinct = sorted.Distinct().Take(Groups * 2 + 1).Count();
            float[] edges = distinct <= Groups * 2 ? [] : [.. Enumerable.Range(1, Groups - 1).Select(group => sorted[(int)((long)sorted.Length * group / Groups)]).Distinct()];
            var means = edges.Length == 0 ? [] : sorted.GroupBy(value => Place(edges, value)).ToDictionary(group => group.Key, group => group.Average());
            var missing = _values.Count - sorted.Length;
            List<(string, float[])> columns = [(name, [.. _values.Select(value => float.IsNaN(value) ? mean : edges.Length == 0 ? value : means[Place(edges, value)])])];
            if (missing >= FewestOfLevel)
            {
                columns.Add(($"{name} is missing", [.. _values.Select(value => float.IsNaN(value) ? 1f : 0f)]));
            }

            return columns;
        }

        private static int Place(float[] edges, float value)
        {
            var place = 0;
            while (place < edges.Length && edges[place] <= value)
            {
                place++;
            }

            return place;
        }
    }
}
