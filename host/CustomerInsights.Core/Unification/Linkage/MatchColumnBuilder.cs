namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Collects one field, record by record.</summary>
public sealed class MatchColumnBuilder
{
    // No type looks further than its first 400 characters; a value of a megabyte costs no more than one of this length.
    private const int LongestLooked = 2000;

    // Spellings are remembered so that those that come often are normalised once; those that do not are not worth their room.
    private const int MostSpellings = 1 << 16;
    private const int LongestSpelling = 64;

    private const int Block = 1 << 16;

    private readonly string _name;
    private readonly FieldReading _reading;

    // By country, "" for records that name none: one number is written alike in two countries.
    private readonly Dictionary<string, Dictionary<string, int>> _spellings = new(StringComparer.Ordinal);
    private readonly NumberedTexts _texts = new();
    private readonly List<int[]> _ids = [];
    private int _remembered;
    private int _rows;

    /// <param name="name">The field's name.</param>
    /// <param name="type">What its values are.</param>
    /// <param name="country">The country of telephone numbers that name none, ISO 3166 alpha-2; null: there is none.</param>
    /// <param name="countryField">The field whose value names the country of a record's telephone; null when no field does.</param>
    public MatchColumnBuilder(string name, MatchFieldType type, string? country = null, string? countryField = null)
    {
        _name = name;
        _reading = new FieldReading(type) { Country = country, CountryField = countryField, HoldsCountries = Countries.IsField(name) };
    }

    /// <summary>The order of day and month that was settled before; null: these values settle it.</summary>
    internal DateOrder? Dates { get; init; }

    // Until all dates are there nobody knows which of day and month goes first.
    private bool IsSettledLate => _reading.Type == MatchFieldType.Date;

    /// <summary>Whether telephone numbers of this country can be read.</summary>
    /// <param name="code">ISO 3166 alpha-2, capitals.</param>
    public static bool IsCountry(string code) => Telephone.IsCountry(code);

    /// <summary>Whether a field of this name holds countries.</summary>
    /// <param name="name">The field's name, however its words are parted.</param>
    public static bool HoldsCountries(string name) => Countries.IsField(name);

    /// <summary>Takes the value of the next record.</summary>
    /// <param name="value">The text as it came; empty for none. What is behind its first 2,000 characters does not count.</param>
    /// <param name="country">What the record says of its country, a code or a name; empty for nothing.</param>
    public void Add(ReadOnlySpan<char> value, ReadOnlySpan<char> country = default)
    {
        if (_rows % Block == 0)
        {
            _ids.Add(new int[Block]);
        }

        _ids[^1][_rows++ % Block] = NumberOf(value.Length > LongestLooked ? value[..LongestLooked] : value, country.Length > LongestSpelling ? default : country);
    }

    /// <summary>The field of all records that were added. The builder is empty afterwards.</summary>
    /// <returns>The column.</returns>
    public MatchColumn Build()
    {
        _spellings.Clear();
        _remembered = 0;
        var (texts, reading) = (_texts.Take(), _reading);
        int[]? settled = null;
        if (IsSettledLate)
        {
            reading = _reading with { Dates = Dates ?? DateOrder.Of(texts.Skip(1)) };
            var normal = new NumberedTexts();
            settled = Array.ConvertAll(texts, text => normal.NumberOf(reading.Normal(text)));
            texts = normal.Take();
        }

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

        if (settled is not null)
        {
            numbers = Array.ConvertAll(settled, number => numbers[number]);
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

        (_rows, var built) = (0, new MatchColumn(_name, reading, ids, values));
        _ids.Clear();
        return built;
    }

    private int NumberOf(ReadOnlySpan<char> value, ReadOnlySpan<char> country)
    {
        var countries = _spellings.GetAlternateLookup<ReadOnlySpan<char>>();
        var isKnown = countries.TryGetValue(country, out var ofCountry);
        if (isKnown && value.Length <= LongestSpelling && ofCountry!.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(value, out var known))
        {
            return known;
        }

        var text = value.ToString();
        var number = _texts.NumberOf(IsSettledLate ? text : _reading.Normal(text, country));
        if (text.Length <= LongestSpelling && _remembered < MostSpellings)
        {
            if (!isKnown)
            {
                countries[country] = ofCountry = new(StringComparer.Ordinal);
            }

            ofCountry!.Add(text, number);
            _remembered++;
        }

        return number;
    }
}
