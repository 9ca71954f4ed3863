namespace CustomerInsights.Enrichments.Predictions.Learning;

/// <content>Writing and reading it.</content>
internal sealed partial class Boosting
{
    /// <summary>Writes the model.</summary>
    public void Write(BinaryWriter writer)
    {
        Bins.Write(writer);
        writer.Write(Bias);
        writer.Write(_trees.Length);
        foreach (var tree in _trees)
        {
            tree.Write(writer);
        }
    }

    /// <summary>Reads a model.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static Boosting Read(BinaryReader reader)
    {
        var bins = FeatureBins.Read(reader);
        var bias = reader.ReadDouble();
        return new Boosting(bins, bias, reader.ReadArray(from => Tree.Read(from, bins.Features), 100_000));
    }
}

/// <content>Writing and reading it.</content>
internal sealed partial class FeatureBins
{
    /// <summary>Writes the bins.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Features);
        for (var feature = 0; feature < Features; feature++)
        {
            writer.Write(IsCategory[feature]);
            writer.Write(Counts[feature]);
            writer.WriteArray(_edges[feature]);
        }
    }

    /// <summary>Reads bins.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public static FeatureBins Read(BinaryReader reader)
    {
        var features = reader.ReadArray(static from => (Category: from.ReadBoolean(), Count: from.ReadCount(Most), Edges: from.ReadArray(static one => one.ReadDouble(), Most)), MostFeatures);
        return new FeatureBins([.. features.Select(one => one.Edges)], [.. features.Select(one => one.Category)], [.. features.Select(one => one.Count)]);
    }
}

/// <content>Writing, reading and scaling it.</content>
internal sealed partial class Tree
{
    /// <summary>The same tree whose leaves add a part.</summary>
    /// <param name="factor">The part.</param>
    public Tree Scaled(double factor) => new(_features, _right, _children, _isLeaf, [.. Values.Select(value => factor * value)], Covers, Depth);

    /// <summary>Writes the tree.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(_features.Length);
        writer.Write(Depth);
        for (var node = 0; node < _features.Length; node++)
        {
            writer.Write(_features[node]);
            writer.Write(_isLeaf[node]);
            writer.Write(_children[2 * node]);
            writer.Write(_children[(2 * node) + 1]);
            writer.Write(Values[node]);
            writer.Write(Covers[node]);
            for (var word = 0; word < 4; word++)
            {
                writer.Write(_right[(4 * node) + word]);
            }
        }
    }

    /// <summary>Reads a tree.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static Tree Read(BinaryReader reader, int features)
    {
        var count = reader.ReadCount(2 * FeatureBins.Most);
        var depth = reader.ReadCount(2 * FeatureBins.Most);
        var (asked, leaf, children, right) = (new byte[count], new bool[count], new ushort[2 * count], new ulong[4 * count]);
        var (values, covers) = (new double[count], new double[count]);
        for (var node = 0; node < count; node++)
        {
            asked[node] = reader.ReadByte();
            leaf[node] = reader.ReadBoolean();
            children[2 * node] = reader.ReadUInt16();
            children[(2 * node) + 1] = reader.ReadUInt16();
            values[node] = reader.ReadDouble();
            covers[node] = reader.ReadDouble();
            for (var word = 0; word < 4; word++)
            {
                right[(4 * node) + word] = reader.ReadUInt64();
            }

            // Children come after their parent: a walk down ends.
            if (asked[node] >= features || (!leaf[node] && (children[2 * node] <= node || children[(2 * node) + 1] <= node || children[2 * node] >= count || children[(2 * node) + 1] >= count)))
            {
                throw new InvalidDataException("A tree of the model is damaged.");
            }
        }

        return count == 0 ? throw new InvalidDataException("A tree of the model is empty.") : new Tree(asked, right, children, leaf, values, covers, depth);
    }
}

/// <content>Writing and reading it, and its intercept.</content>
internal sealed partial class LogisticRegression
{
    /// <summary>The logit of the mean row.</summary>
    public double Intercept => _weights[0];

    /// <summary>Writes the model.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.WriteArray(_weights);
        writer.Write(Converged);
        foreach (var part in _parts)
        {
            writer.Write(part.Feature);
            writer.Write(part.Level);
            writer.Write(part.Mean);
            writer.Write(part.Spread);
        }
    }

    /// <summary>Reads a model.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="features">How many features there are.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static LogisticRegression Read(BinaryReader reader, int features)
    {
        var weights = reader.ReadArray(static from => from.ReadDouble(), MostColumns + 1);
        var converged = reader.ReadBoolean();
        var parts = new List<Part>();
        for (var i = 1; i < weights.Length; i++)
        {
            parts.Add(new Part(reader.ReadCount(features - 1), reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble()));
        }

        return weights.Length > 0 ? new LogisticRegression(parts, weights, converged) : throw new InvalidDataException("The regression of the model is empty.");
    }
}

/// <content>From what is there already.</content>
internal sealed partial class FeatureColumn
{
    /// <summary>A column of numbers that are taken as they are, not copied; not a number where missing.</summary>
    /// <param name="name">For people.</param>
    /// <param name="numbers">One a row, none infinite.</param>
    public static FeatureColumn Taken(string name, double[] numbers) => new(name, numbers, [], []);

    /// <summary>A column of levels that are known already.</summary>
    /// <param name="name">For people.</param>
    /// <param name="levels">One a row, -1 where missing.</param>
    /// <param name="names">The names of the levels, one at least.</param>
    public static FeatureColumn OfLevels(string name, int[] levels, IReadOnlyList<string> names) => new(name, [], levels, names);
}
