namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Collects one field, record by record. Each distinct spelling is normalised once.</summary>
public sealed class MatchColumnBuilder
{
    private readonly string _name;
    private readonly FieldReading _reading;

    // By country, "" for records that name none: one number is written alike in two countries.
    private readonly Dictionary<string, Dictionary<string, int>> _spellings = new(StringComparer.Ordinal);
    private readonly List<(string Text, string Country)> _texts = [];
    private readonly List<int> _ids = [];

    /// <param name="name">The field's name.</param>
    /// <param name="type">What its values are.</param>
    /// <param name="country">The country of telephone numbers that name none, ISO 3166 alpha-2; null: there is none.</param>
    /// <param name="countryField">The field whose value names the country of a record's telephone; null when no field does.</param>
    public MatchColumnBuilder(string name, MatchFieldType type, string? country = null, string? countryField = null)
    {
        _name = name;
        _reading = new FieldReading(type) { Country = country, CountryField = countryField, HoldsCountries = Countries.IsField(name) };
    }

    /// <summary>Whether telephone numbers of this country can be read.</summary>
    /// <param name="code">ISO 3166 alpha-2, capitals.</param>
    public static bool IsCountry(string code) => Telephone.IsCountry(code);

    /// <summary>Whether a field of this name holds countries.</summary>
    /// <param name="name">The field's name, however its words are parted.</param>
    public static bool HoldsCountries(string name) => Countries.IsField(name);

    /// <summary>Takes the value of the next record.</summary>
    /// <param name="value">The text as it came; empty for none.</param>
    /// <param name="country">What the record says of its country, a code or a name; empty for nothing.</param>
    public void Add(ReadOnlySpan<char> value, ReadOnlySpan<char> country = default)
    {
        var countries = _spellings.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!countries.TryGetValue(country, out var ofCountry))
        {
            countries[country] = ofCountry = new(StringComparer.Ordinal);
        }

        var spellings = ofCountry.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!spellings.TryGetValue(value, out var id))
        {
            id = _texts.Count;
            var text = value.ToString();
            _texts.Add((text, country.ToString()));
            ofCountry.Add(text, id);
        }

        _ids.Add(id);
    }

    /// <summary>The field of all records that were added.</summary>
    /// <returns>The column.</returns>
    public MatchColumn Build()
    {
        var reading = _reading.Type == MatchFieldType.Date ? _reading with { Dates = DateOrder.Of(_texts.Select(one => one.Text)) } : _reading;
        var (found, distinct) = (new Dictionary<string, int>(StringComparer.Ordinal) { [""] = 0 }, new List<string> { "" });
        var valueOf = new int[_texts.Count];
        for (var i = 0; i < valueOf.Length; i++)
        {
            var normal = reading.Normal(_texts[i].Text, _texts[i].Country);
            if (!found.TryGetValue(normal, out var id))
            {
                id = distinct.Count;
                distinct.Add(normal);
                found.Add(normal, id);
            }

            valueOf[i] = id;
        }

        // Numbered by the values themselves and not by who came first: the order of the records must change nothing.
        var hashes = distinct.Skip(1).Select(TextHash.Of).ToArray();
        var order = Enumerable.Range(1, hashes.Length).ToArray();
        Array.Sort(hashes, order);
        var (numbers, values) = (new int[distinct.Count], new string[distinct.Count]);
        values[0] = "";
        for (var i = 0; i < order.Length; i++)
        {
            numbers[order[i]] = i + 1;
            values[i + 1] = distinct[order[i]];
        }

        return new(_name, reading, [.. _ids.Select(id => numbers[valueOf[id]])], values);
    }
}
