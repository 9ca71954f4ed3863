namespace CustomerInsights.Enrichments.Predictions.Learning;

/// <summary>A feature of all rows: numbers, or levels of a category.</summary>
internal sealed partial class FeatureColumn
{
    private FeatureColumn(string name, double[] numbers, int[] levels, IReadOnlyList<string> levelNames)
    {
        Name = name;
        Numbers = numbers;
        Levels = levels;
        LevelNames = levelNames;
    }

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>Whether it has levels.</summary>
    public bool IsCategory => LevelNames.Count > 0;

    /// <summary>The numbers, not a number where missing; empty for a category.</summary>
    public double[] Numbers { get; }

    /// <summary>The levels as indexes into <see cref="LevelNames"/>, -1 where missing; empty for numbers.</summary>
    public int[] Levels { get; }

    /// <summary>The names of the levels, the most frequent first; empty for numbers.</summary>
    public IReadOnlyList<string> LevelNames { get; }

    /// <summary>How many rows there are.</summary>
    public int Count => IsCategory ? Levels.Length : Numbers.Length;

    /// <summary>A column of numbers; infinities count as missing.</summary>
    /// <param name="name">For people.</param>
    /// <param name="numbers">One a row.</param>
    public static FeatureColumn OfNumbers(string name, IEnumerable<double> numbers) => new(name, [.. numbers.Select(one => double.IsFinite(one) ? one : double.NaN)], [], []);

    /// <summary>A column of a category.</summary>
    /// <param name="name">For people.</param>
    /// <param name="values">One a row, null where missing.</param>
    /// <param name="mostLevels">The rarer ones beyond become one level.</param>
    public static FeatureColumn OfTexts(string name, IReadOnlyList<string?> values, int mostLevels = 200)
    {
        var counts = values.OfType<string>().GroupBy(value => value, StringComparer.Ordinal).Select(group => (group.Key, Count: group.Count()))
            .OrderByDescending(pair => pair.Count).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key).ToList();
        var names = counts.Count <= mostLevels ? counts : [.. counts.Take(mostLevels - 1), "(other)"];
        if (names.Count == 0)
        {
            names = ["(none)"];
        }

        var codes = names.Select((level, at) => (level, at)).ToDictionary(pair => pair.level, pair => pair.at, StringComparer.Ordinal);
        return new FeatureColumn(name, [], [.. values.Select(value => value is null ? -1 : codes.GetValueOrDefault(value, names.Count - 1))], names);
    }

    /// <summary>The column of some rows.</summary>
    /// <param name="rows">Their numbers, in the order wanted.</param>
    public FeatureColumn Take(IReadOnlyList<int> rows) => IsCategory
        ? new FeatureColumn(Name, [], [.. rows.Select(row => Levels[row])], LevelNames)
        : new FeatureColumn(Name, [.. rows.Select(row => Numbers[row])], [], []);
}
