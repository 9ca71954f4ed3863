namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Collects one field, record by record.</summary>
/// <param name="name">The field's name.</param>
/// <param name="type">What its values are.</param>
public sealed class MatchColumnBuilder(string name, MatchFieldType type)
{
    // No type looks further than its first 400 characters; a value of a megabyte costs no more than one of this length.
    private const int LongestLooked = 2000;

    // Spellings are remembered so that those that come often are normalised once; those that do not are not worth their room.
    private const int MostSpellings = 1 << 16;
    private const int LongestSpelling = 64;

    private const int Block = 1 << 16;

    private readonly Dictionary<string, int> _spellings = new(StringComparer.Ordinal);
    private readonly NumberedTexts _texts = new();
    private readonly List<int[]> _ids = [];
    private int _rows;

    /// <summary>Takes the value of the next record.</summary>
    /// <param name="value">The text as it came; empty for none. What is behind its first 2,000 characters does not count.</param>
    public void Add(ReadOnlySpan<char> value)
    {
        if (_rows % Block == 0)
        {
            _ids.Add(new int[Block]);
        }

        _ids[^1][_rows++ % Block] = NumberOf(value.Length > LongestLooked ? value[..LongestLooked] : value);
    }

    /// <summary>The field of all records that were added. The builder is empty afterwards.</summary>
    /// <returns>The column.</returns>
    public MatchColumn Build()
    {
        _spellings.Clear();
        var texts = _texts.Take();

        // Numbered by the values themselves and not by who came first: the order of the records must change nothing.
        var hashes = Array.ConvertAll(texts, TextHash.Of);
        var order = Enumerable.Range(0, texts.Length).ToArray();
        Array.Sort(hashes, order, 1, texts.Length - 1);
        var (numbers, values) = (new int[texts.Length], new string[texts.Length]);
        for (var i = 0; i < order.Length; i++)
        {
            numbers[order[i]] = i;
            values[i] = texts[order[i]];
        }

        var ids = new int[_rows];
        for (var row = 0; row < ids.Length; row++)
        {
            ids[row] = numbers[_ids[row / Block][row % Block]];
            if (row % Block == Block - 1)
            {
                _ids[row / Block] = [];
            }
        }

        (_rows, var built) = (0, new MatchColumn(name, type, ids, values));
        _ids.Clear();
        return built;
    }

    private int NumberOf(ReadOnlySpan<char> value)
    {
        var spellings = _spellings.GetAlternateLookup<ReadOnlySpan<char>>();
        if (value.Length <= LongestSpelling && spellings.TryGetValue(value, out var known))
        {
            return known;
        }

        var text = value.ToString();
        var number = _texts.NumberOf(FieldText.Normal(text, type));
        if (text.Length <= LongestSpelling && _spellings.Count < MostSpellings)
        {
            _spellings.Add(text, number);
        }

        return number;
    }
}
