namespace CustomerInsights.Bench.Unify;

/// <summary>Made-up records with their truth.</summary>
/// <param name="Name">What the set is about; its file's name.</param>
/// <param name="Fields">The fields' names, from which their types are guessed like those of any file.</param>
internal sealed record GeneratedSet(string Name, string[] Fields)
{
    /// <summary>The records, field by field; empty for missing.</summary>
    public List<string[]> Rows { get; } = [];

    /// <summary>For each record the person or thing that it is of.</summary>
    public List<int> Truth { get; } = [];

    /// <summary>Takes a record.</summary>
    public void Add(int truth, params string[] row)
    {
        Rows.Add(row);
        Truth.Add(truth);
    }

    /// <summary>Writes the set as a CSV file whose column <c>truth</c> tells who is who.</summary>
    public void Write(string folder)
    {
        var lines = Rows.Select((row, i) => string.Join(',', row.Select(Quoted)) + $",{Truth[i]}");
        File.WriteAllLines(Path.Combine(folder, $"{Name}.csv"), lines.Prepend(string.Join(',', Fields) + ",truth"));
    }

    private static string Quoted(string text) => text.AsSpan().ContainsAny(",\"\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
