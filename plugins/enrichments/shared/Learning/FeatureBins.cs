namespace CustomerInsights.Enrichments.Predictions.Learning;

/// <summary>How features become bytes: 0 is missing, numbers fall into at most 255 bins of equal numbers of rows, a category's levels are themselves.</summary>
internal sealed partial class FeatureBins
{
    /// <summary>Bins of a feature, the one for what is missing included.</summary>
    public const int Most = 256;

    /// <summary>The most features.</summary>
    public const int MostFeatures = 255;

    private const int LargestSample = 200_000;
    private readonly double[][] _edges;

    private FeatureBins(double[][] edges, bool[] categories, int[] counts)
    {
        _edges = edges;
        IsCategory = categories;
        Counts = counts;
    }

    /// <summary>How many features there are.</summary>
    public int Features => Counts.Length;

    /// <summary>By feature, whether it is a category.</summary>
    public bool[] IsCategory { get; }

    /// <summary>By feature, how many bins it has, the one for what is missing included.</summary>
    public int[] Counts { get; }

    /// <summary>Finds the bins.</summary>
    /// <param name="columns">The features of the training rows.</param>
    /// <exception cref="ArgumentException">A category of more than 255 levels, or more than 255 features.</exception>
    public static FeatureBins Of(IReadOnlyList<FeatureColumn> columns)
    {
        if (columns.Count > MostFeatures)
        {
            throw new ArgumentException($"There are {columns.Count} features; at most {MostFeatures} can be learned from.", nameof(columns));
        }

        var edges = new double[columns.Count][];
        var counts = new int[columns.Count];
        for (var feature = 0; feature < columns.Count; feature++)
        {
            var column = columns[feature];
            if (column.IsCategory)
            {
                if (column.LevelNames.Count >= Most)
                {
                    throw new ArgumentException($"'{column.Name}' has {column.LevelNames.Count} levels; a category has at most {Most - 1}.", nameof(columns));
                }

                edges[feature] = [];
                counts[feature] = column.LevelNames.Count + 1;
                continue;
            }

            edges[feature] = Edges(column.Numbers);
            counts[feature] = edges[feature].Length + 2;
        }

        return new FeatureBins(edges, [.. columns.Select(column => column.IsCategory)], counts);
    }

    /// <summary>The bins of rows, one feature after the other: of feature f and row i at f × rows + i.</summary>
    /// <param name="columns">The features, in the same order.</param>
    public byte[] Bin(IReadOnlyList<FeatureColumn> columns)
    {
        var rows = columns.Count == 0 ? 0 : columns[0].Count;
        if ((long)rows * columns.Count > Array.MaxLength)
        {
            throw new ArgumentException($"{rows} rows of {columns.Count} features are more than fit into one table; take a sample of the rows.", nameof(columns));
        }

        var bins = new byte[rows * columns.Count];
        Parallel.For(0, columns.Count, feature =>
        {
            var target = bins.AsSpan(feature * rows, rows);
            var column = columns[feature];
            if (column.IsCategory)
            {
                for (var i = 0; i < rows; i++)
                {
                    target[i] = (byte)(column.Levels[i] + 1);
                }

                return;
            }

            Bin(_edges[feature], column.Numbers, target);
        });
        return bins;
    }

    // A grid over the edges says where to begin, and a step or two find the place: the number of edges that lie below the value.
    private static void Bin(double[] edges, ReadOnlySpan<double> numbers, Span<byte> target)
    {
        const int Cells = 2048;
        var (least, width) = edges.Length == 0 ? (0.0, 0.0) : (edges[0], edges[^1] - edges[0]);
        var scale = width > 0 && double.IsFinite(width) ? (Cells - 1) / width : 0;
        var begin = new byte[Cells];
        var below = 0;
        for (var cell = 0; cell < Cells && scale > 0; cell++)
        {
            while (below < edges.Length && (int)((edges[below] - least) * scale) < cell)
            {
                below++;
            }

            begin[cell] = (byte)below;
        }

        for (var i = 0; i < numbers.Length; i++)
        {
            var value = numbers[i];
            if (double.IsNaN(value))
            {
                target[i] = 0;
                continue;
            }

            int place = begin[(int)Math.Clamp((value - least) * scale, 0, Cells - 1)];
            while (place < edges.Length && edges[place] < value)
            {
                place++;
            }

            target[i] = (byte)(place + 1);
        }
    }

    private static double[] Edges(double[] numbers)
    {
        var step = Math.Max(1, numbers.Length / LargestSample);
        var sample = new List<double>(Math.Min(numbers.Length, 2 * LargestSample));
        for (var i = 0; i < numbers.Length; i += step)
        {
            if (!double.IsNaN(numbers[i]))
            {
                sample.Add(numbers[i]);
            }
        }

        sample.Sort();
        var distinct = new List<double>();
        foreach (var value in sample)
        {
            if (distinct.Count == 0 || distinct[^1] != value)
            {
                distinct.Add(value);
            }
        }

        if (distinct.Count <= Most - 1)
        {
            return [.. distinct.Take(Math.Max(0, distinct.Count - 1)).Select((value, at) => 0.5 * (value + distinct[at + 1]))];
        }

        var edges = new List<double>();
        for (var bin = 1; bin < Most - 1; bin++)
        {
            var edge = sample[(int)((long)sample.Count * bin / (Most - 1))];
            if ((edges.Count == 0 || edges[^1] < edge) && edge < sample[^1])
            {
                edges.Add(edge);
            }
        }

        return [.. edges];
    }
}
