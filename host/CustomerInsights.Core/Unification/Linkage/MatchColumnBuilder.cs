namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Collects one field, record by record. Each distinct spelling is normalised once.</summary>
/// <param name="name">The field's name.</param>
/// <param name="type">What its values are.</param>
public sealed class MatchColumnBuilder(string name, MatchFieldType type)
{
    private readonly Dictionary<string, int> _spellings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly List<string> _values = [""];
    private readonly List<int> _ids = [];

    /// <summary>Takes the value of the next record.</summary>
    /// <param name="value">The text as it came; empty for none.</param>
    public void Add(ReadOnlySpan<char> value)
    {
        var spellings = _spellings.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!spellings.TryGetValue(value, out var id))
        {
            var text = value.ToString();
            id = NumberOf(FieldText.Normal(text, type));
            _spellings.Add(text, id);
        }

        _ids.Add(id);
    }

    /// <summary>The field of all records that were added.</summary>
    /// <returns>The column.</returns>
    public MatchColumn Build()
    {
        // Numbered by the values themselves and not by who came first: the order of the records must change nothing.
        var hashes = _values.Skip(1).Select(TextHash.Of).ToArray();
        var order = Enumerable.Range(1, hashes.Length).ToArray();
        Array.Sort(hashes, order);
        var (numbers, values) = (new int[_values.Count], new string[_values.Count]);
        values[0] = "";
        for (var i = 0; i < order.Length; i++)
        {
            numbers[order[i]] = i + 1;
            values[i + 1] = _values[order[i]];
        }

        return new(name, type, [.. _ids.Select(id => numbers[id])], values);
    }

    private int NumberOf(string normal)
    {
        if (!_numbers.TryGetValue(normal, out var id))
        {
            id = _values.Count;
            _values.Add(normal);
            _numbers.Add(normal, id);
        }

        return id;
    }
}
