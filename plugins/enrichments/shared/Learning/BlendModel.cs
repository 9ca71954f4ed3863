using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.Enrichments.Predictions.Learning;

/// <summary>A weighted mean of the logits of a logistic regression and of boosted trees, made right as a number where that was needed. Immutable.</summary>
/// <param name="Lines">The regression, or null when its weight is 0.</param>
/// <param name="Trees">The trees, or null when their weight is 0.</param>
/// <param name="TreeWeight">The weight of the trees, 0 to 1; the rest is that of the regression.</param>
/// <param name="Slope">What the mean is multiplied by (Platt 1999); 1 for nothing.</param>
/// <param name="Shift">What is added then; 0 for nothing.</param>
internal sealed record BlendModel(LogisticRegression? Lines, Boosting? Trees, double TreeWeight, double Slope = 1, double Shift = 0)
{
    /// <summary>For people.</summary>
    public string Name => (Lines, Trees) switch
    {
        ({ }, { }) => "Blend of logistic regression and boosted trees",
        (null, { }) => "Boosted trees",
        _ => "Logistic regression",
    };

    /// <summary>The logit that a prediction is explained against: that of the mean row.</summary>
    public double Base => Shift + (Slope * ((TreeWeight * (Trees is { } trees ? TreeShap.Mean(trees) : 0)) + ((1 - TreeWeight) * (Lines?.Intercept ?? 0))));

    /// <summary>The logits of rows.</summary>
    /// <param name="columns">Their features, in the order of the training.</param>
    public double[] Logits(IReadOnlyList<FeatureColumn> columns)
    {
        var logits = new double[columns[0].Count];
        Add(Lines?.Logits(columns), 1 - TreeWeight);
        Add(Trees?.Logits(columns), TreeWeight);
        for (var i = 0; i < logits.Length; i++)
        {
            logits[i] = Shift + (Slope * logits[i]);
        }

        return logits;

        void Add(double[]? part, double weight)
        {
            for (var i = 0; part is not null && i < logits.Length; i++)
            {
                logits[i] += weight * part[i];
            }
        }
    }

    /// <summary>The probabilities of rows.</summary>
    /// <param name="columns">Their features, in the order of the training.</param>
    public double[] Probabilities(IReadOnlyList<FeatureColumn> columns) => [.. Logits(columns).Select(SpecialFunctions.Logistic)];

    /// <summary>What each feature adds to the logit of every row: w (x − mean) of the regression and exact TreeSHAP of the trees, in their weights. With <see cref="Base"/> they add up to the logit.</summary>
    /// <param name="columns">The features.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>By row, by feature.</returns>
    public double[][] Explain(IReadOnlyList<FeatureColumn> columns, CancellationToken cancellationToken)
    {
        var rows = columns[0].Count;
        var bins = Trees?.Bins.Bin(columns);
        var explained = new double[rows][];
        Parallel.For(0, rows, new ParallelOptions { CancellationToken = cancellationToken }, row =>
        {
            var values = new double[columns.Count];
            if (Trees is { } trees)
            {
                Span<byte> own = stackalloc byte[FeatureBins.MostFeatures];
                for (var feature = 0; feature < columns.Count; feature++)
                {
                    own[feature] = bins![(feature * rows) + row];
                }

                foreach (var tree in trees.Trees)
                {
                    TreeShap.Explain(tree, own[..columns.Count], values);
                }
            }

            var lines = Lines?.Explain(columns, row);
            for (var feature = 0; feature < values.Length; feature++)
            {
                values[feature] = Slope * ((TreeWeight * values[feature]) + ((1 - TreeWeight) * (lines?[feature] ?? 0)));
            }

            explained[row] = values;
        });
        return explained;
    }

    /// <summary>Writes the model.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(TreeWeight);
        writer.Write(Slope);
        writer.Write(Shift);
        writer.Write(Lines is not null);
        Lines?.Write(writer);
        writer.Write(Trees is not null);
        Trees?.Write(writer);
    }

    /// <summary>Reads a model.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="features">How many features there are.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static BlendModel Read(BinaryReader reader, int features)
    {
        double weight = reader.ReadDouble(), slope = reader.ReadDouble(), shift = reader.ReadDouble();
        var lines = reader.ReadBoolean() ? LogisticRegression.Read(reader, features) : null;
        var trees = reader.ReadBoolean() ? Boosting.Read(reader) : null;
        return weight is >= 0 and <= 1 && double.IsFinite(slope) && double.IsFinite(shift) && (trees is null || trees.Bins.Features == features)
            ? new BlendModel(lines, trees, weight, slope, shift)
            : throw new InvalidDataException("The weights of the model are damaged.");
    }
}
