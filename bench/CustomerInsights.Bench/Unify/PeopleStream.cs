using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Bench.Unify;

/// <summary>As many records of people as wanted, one after the other and none kept: eight fields, every fifth record another's double with slips.</summary>
internal sealed class PeopleStream(ulong seed)
{
    private const int Families = 60_000;
    private const int Streets = 8000;
    private const int Cities = 900;

    private static readonly (string Name, MatchFieldType Type)[] s_fields =
    [
        ("given_name", MatchFieldType.GivenName), ("family_name", MatchFieldType.FamilyName), ("birth_date", MatchFieldType.Date), ("street", MatchFieldType.Address),
        ("postal_code", MatchFieldType.PostalCode), ("city", MatchFieldType.Place), ("phone", MatchFieldType.Phone), ("email", MatchFieldType.Email),
    ];

    private static readonly string[] s_syllables = ["ber", "man", "ko", "ris", "tal", "ven", "dor", "mik", "las", "gru", "pen", "shaw", "fel", "ton", "ing", "wald", "er", "ham"];

    private readonly Dice _dice = new(seed);
    private readonly string[] _row = new string[s_fields.Length];
    private readonly string[] _copy = new string[s_fields.Length];
    private int _person = -1;
    private int _city;

    /// <summary>A builder for each field.</summary>
    public static MatchColumnBuilder[] Builders() => [.. s_fields.Select(field => new MatchColumnBuilder(field.Name, field.Type))];

    /// <summary>The person of the record that <see cref="Next"/> gave last.</summary>
    public int Person => _person;

    /// <summary>The next record's values; the array is used again for the next.</summary>
    public string[] Next()
    {
        if (_person >= 0 && _dice.OneIn(5))
        {
            _row.CopyTo(_copy, 0);
            for (var slips = 1 + _dice.Below(2); slips > 0; slips--)
            {
                var field = _dice.Below(_copy.Length);
                _copy[field] = _dice.OneIn(3) ? "" : _dice.Slip(_copy[field]);
            }

            return _copy;
        }

        // Every fourth lives with the one before: the same name, house and telephone.
        if (++_person % 4 != 3)
        {
            _city = _dice.Below(Cities);
            _row[1] = Name((int)(Families * Math.Pow(_dice.Below(1 << 20) / (double)(1 << 20), 2.2)), 4);
            _row[3] = $"{Name((_city * 7) + _dice.Below(Streets), 3)} Street {1 + _dice.Below(300)}";
            _row[4] = $"{10_000 + (_city * 90) + _dice.Below(90)}";
            _row[5] = Name(_city, 3);
            _row[6] = $"0{200 + _city} {_dice.Digits(7)}";
        }

        _row[0] = NameStock.First(_dice.Often(NameStock.English.Given));
        _row[2] = $"{1935 + _dice.Below(70)}-{1 + _dice.Below(12):00}-{1 + _dice.Below(28):00}";
        _row[7] = _dice.OneIn(6) ? "" : $"{_row[0]}.{_row[1]}{_dice.Digits(3)}@example.com".ToLowerInvariant();
        return _row;
    }

    // A number in syllables.
    private static string Name(int number, int syllables)
    {
        Span<char> text = stackalloc char[32];
        var length = 0;
        for (var i = 0; i < syllables || number > 0; i++)
        {
            var syllable = s_syllables[number % s_syllables.Length];
            syllable.CopyTo(text[length..]);
            (length, number) = (length + syllable.Length, number / s_syllables.Length);
        }

        text[0] = char.ToUpperInvariant(text[0]);
        return new string(text[..length]);
    }
}
