namespace CustomerInsights.Enrichments.Predictions.Learning;

/// <summary>Arrays of a stored model. What is read is taken to be hostile: a length that cannot be is refused before anything is made.</summary>
internal static class BinaryValues
{
    /// <summary>More elements than any part of a model has.</summary>
    public const int Most = 8_000_000;

    /// <summary>Writes doubles with their number.</summary>
    public static void WriteArray(this BinaryWriter writer, IReadOnlyCollection<double> values)
    {
        writer.Write(values.Count);
        foreach (var value in values)
        {
            writer.Write(value);
        }
    }

    /// <summary>Reads doubles.</summary>
    public static double[] ReadDoubles(this BinaryReader reader) => reader.ReadArray(static from => from.ReadDouble());

    /// <summary>Reads elements behind their number.</summary>
    public static T[] ReadArray<T>(this BinaryReader reader, Func<BinaryReader, T> read, int most = Most)
    {
        var count = reader.ReadCount(most);
        var values = new List<T>(Math.Min(count, 4096));
        for (var i = 0; i < count; i++)
        {
            values.Add(read(reader));
        }

        return [.. values];
    }

    /// <summary>Reads a number of elements.</summary>
    /// <exception cref="InvalidDataException">It is below 0 or too large.</exception>
    public static int ReadCount(this BinaryReader reader, int most = Most) => reader.ReadInt32() is var count && count >= 0 && count <= most
        ? count
        : throw new InvalidDataException($"A part of the model has {count} elements; 0 to {most} are possible.");
}
