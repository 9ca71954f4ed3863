using CustomerInsights.Enrichments.Predictions.Learning;

namespace CustomerInsights.Enrichments.Predictions.Scoring;

/// <summary>How far a feature has moved since the training.</summary>
/// <param name="Name">The feature, or the score.</param>
/// <param name="Index">The population stability index.</param>
internal sealed record Shift(string Name, double Index);

/// <summary>
/// How features and scores were spread when a model was made: ten bins of equal numbers, and one for what is missing. The population stability index of later
/// rows is Σ (now − then) ln(now / then) over the bins (Siddiqi 2006): below 0.1 is still, above 0.25 is moved.
/// </summary>
/// <param name="Edges">By column, and last the score, the upper ends of all bins but the last; empty for a category.</param>
/// <param name="Shares">By column, and last the score, the share of each bin; the first is what is missing.</param>
internal sealed record DriftBaseline(IReadOnlyList<double[]> Edges, IReadOnlyList<double[]> Shares)
{
    /// <summary>From here on a feature has moved.</summary>
    public const double Moved = 0.25;

    private const int Bins = 10;
    private const double Least = 1e-4;

    /// <summary>Looks at the training rows.</summary>
    /// <param name="columns">Their features.</param>
    /// <param name="scores">Their probabilities.</param>
    public static DriftBaseline Of(IReadOnlyList<FeatureColumn> columns, double[] scores)
    {
        List<FeatureColumn> all = [.. columns, FeatureColumn.Taken("Score", scores)];
        var edges = all.Select(column => column.IsCategory ? [] : EdgesOf(column.Numbers)).ToList();
        return new DriftBaseline(edges, [.. all.Select((column, at) => SharesOf(column, edges[at]))]);
    }

    /// <summary>Compares.</summary>
    /// <param name="columns">The features of the rows of now, in the same order.</param>
    /// <param name="scores">Their probabilities.</param>
    /// <returns>One a feature, and last the score.</returns>
    public List<Shift> Compare(IReadOnlyList<FeatureColumn> columns, double[] scores)
    {
        List<FeatureColumn> all = [.. columns, FeatureColumn.Taken("Score", scores)];
        return [.. all.Select((column, at) => new Shift(column.Name, Index(Shares[at], SharesOf(column, Edges[at]))))];
    }

    /// <summary>Writes it.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Edges.Count);
        for (var at = 0; at < Edges.Count; at++)
        {
            writer.WriteArray(Edges[at]);
            writer.WriteArray(Shares[at]);
        }
    }

    /// <summary>Reads it.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="plan">The columns that it is of.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static DriftBaseline Read(BinaryReader reader, ColumnPlan plan)
    {
        var parts = reader.ReadArray(static from => (Edges: from.ReadDoubles(), Shares: from.ReadDoubles()), FeatureBins.MostFeatures + 1);
        return parts.Length == plan.Columns.Count + 1 && parts.Select((part, at) => (part, Levels: at < plan.Columns.Count ? plan.Columns[at].Levels.Count : 0))
            .All(pair => pair.part.Shares.Length == (pair.Levels > 0 ? pair.Levels + 1 : pair.part.Edges.Length + 2))
            ? new DriftBaseline([.. parts.Select(part => part.Edges)], [.. parts.Select(part => part.Shares)])
            : throw new InvalidDataException("The spread of the features is damaged.");
    }

    private static double Index(double[] then, double[] now) =>
        then.Zip(now, (a, b) => (Math.Max(Least, b) - Math.Max(Least, a)) * Math.Log(Math.Max(Least, b) / Math.Max(Least, a))).Sum();

    private static double[] EdgesOf(double[] numbers)
    {
        double[] sorted = [.. numbers.Where(value => !double.IsNaN(value)).Order()];
        var edges = new List<double>();
        for (var bin = 1; bin < Bins && sorted.Length > 0; bin++)
        {
            var edge = sorted[(int)((long)sorted.Length * bin / Bins)];
            if ((edges.Count == 0 || edges[^1] < edge) && edge < sorted[^1])
            {
                edges.Add(edge);
            }
        }

        return [.. edges];
    }

    private static double[] SharesOf(FeatureColumn column, double[] edges)
    {
        var counts = new double[(column.IsCategory ? column.LevelNames.Count : edges.Length + 1) + 1];
        for (var row = 0; row < column.Count; row++)
        {
            if (column.IsCategory)
            {
                counts[column.Levels[row] + 1]++;
                continue;
            }

            var bin = 0;
            if (!double.IsNaN(column.Numbers[row]))
            {
                bin = 1;
                while (bin <= edges.Length && column.Numbers[row] > edges[bin - 1])
                {
                    bin++;
                }
            }

            counts[bin]++;
        }

        return [.. counts.Select(count => count / Math.Max(1, column.Count))];
    }
}
