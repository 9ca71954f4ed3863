namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Guesses what a field holds, from its name and some of its values. A guess: whoever knows better says so.</summary>
public static class FieldGuess
{
    private const double Most = 0.8;
    private const int FewWords = 60;

    private static readonly (MatchFieldType Type, string[] Names)[] s_names =
    [
        (MatchFieldType.Email, ["email", "mail", "e mail"]),
        (MatchFieldType.Phone, ["phone", "telephone", "tel", "mobile", "cell", "fax"]),
        (MatchFieldType.Place, ["birth place", "place", "city", "town", "suburb", "municipality", "locality", "county", "region"]),
        (MatchFieldType.Date, ["dob", "date of birth", "birth date", "birthdate", "dateofbirth", "birthday", "born", "birth year", "year of birth", "yob", "geburtsdatum", "fecha nacimiento", "data urodzenia"]),
        (MatchFieldType.GivenName, ["given name", "first name", "forename", "firstname", "givenname", "fname"]),
        (MatchFieldType.FamilyName, ["surname", "last name", "family name", "lastname", "familyname", "lname"]),
        (MatchFieldType.PostalCode, ["postcode", "postal code", "zip", "zipcode", "post code", "plz"]),
        (MatchFieldType.Identifier, ["ssn", "soc sec id", "social security", "passport", "tax id", "national id", "nhs"]),
        (MatchFieldType.Category, ["gender", "sex", "state", "country", "street number", "house number", "occupation", "status"]),
        (MatchFieldType.Organization, ["company", "organization", "organisation", "employer", "firm", "business", "manufacturer", "maker", "brand", "account name"]),
        (MatchFieldType.Address, ["address", "street", "addr"]),
        (MatchFieldType.FullName, ["full name", "name", "fullname", "authors", "author"]),
        (MatchFieldType.Text, ["name", "title", "description", "venue", "product", "article"]),
        (MatchFieldType.Number, ["price", "amount", "year"]),
    ];

    /// <summary>Guesses the types of all fields together: a whole name beside its parts says nothing of its own.</summary>
    /// <param name="names">The fields' names.</param>
    /// <param name="samples">For each field some values, empty ones too.</param>
    /// <returns>A type for each.</returns>
    public static IReadOnlyList<MatchFieldType> Of(IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<string>> samples)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(samples);
        var types = names.Select((name, i) => Of(name, samples[i])).ToArray();
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = IsOfItsParts(i, types, samples) ? MatchFieldType.Ignored : types[i];
        }

        var hasParts = types.Contains(MatchFieldType.GivenName) && types.Contains(MatchFieldType.FamilyName);
        return [.. types.Select(type => type == MatchFieldType.FullName && hasParts ? MatchFieldType.Ignored : type)];
    }

    // What is put together from two other fields would be counted twice.
    private static bool IsOfItsParts(int field, MatchFieldType[] types, IReadOnlyList<IReadOnlyList<string>> samples)
    {
        if (types[field] is not (MatchFieldType.GivenName or MatchFieldType.FamilyName or MatchFieldType.FullName or MatchFieldType.Text or MatchFieldType.Place or MatchFieldType.Category))
        {
            return false;
        }

        bool Is(int given, int family)
        {
            var rows = Enumerable.Range(0, samples[field].Count).Where(row => samples[field][row].Trim().Length > 0).ToList();
            var same = rows.Count(row => FieldText.Words(samples[field][row]) == FieldText.Words($"{samples[given][row]} {samples[family][row]}"));
            return same >= Most * rows.Count;
        }

        var others = Enumerable.Range(0, types.Length).Where(other => other != field).ToList();
        return others.Exists(given => types[given] == MatchFieldType.GivenName && others.Exists(family => types[family] == MatchFieldType.FamilyName && Is(given, family)));
    }

    private static MatchFieldType Of(string name, IReadOnlyList<string> sample)
    {
        var words = Parted(name);
        var filled = sample.Select(text => text.Trim()).Where(text => text.Length > 0).ToList();
        if (filled.Count == 0)
        {
            return MatchFieldType.Ignored;
        }

        foreach (var (type, known) in s_names)
        {
            if (known.Any(one => Has(words, one)) && Fits(type, filled))
            {
                return type;
            }
        }

        return OfValues(words, filled);
    }

    private static MatchFieldType OfValues(string words, List<string> filled)
    {
        bool Mostly(Func<string, bool> holds) => filled.Count(holds) >= Most * filled.Count;
        var distinct = filled.Distinct(StringComparer.OrdinalIgnoreCase).Count();
        if (Mostly(IsEmail))
        {
            return MatchFieldType.Email;
        }

        if (Mostly(IsDate))
        {
            return Has(words, "created") || Has(words, "updated") || Has(words, "modified") ? MatchFieldType.Ignored : MatchFieldType.Date;
        }

        // A key of the source's own, or a running number: equal by chance alone.
        if (Has(words, "id") || Has(words, "key") || Has(words, "uuid") || Has(words, "guid") || Has(words, "cluster") || Has(words, "source"))
        {
            return MatchFieldType.Ignored;
        }

        if (distinct <= Math.Min(FewWords, filled.Count / 3))
        {
            return MatchFieldType.Category;
        }

        return Mostly(text => double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _)) ? MatchFieldType.Number
            : filled.Average(text => text.Count(c => c == ' ')) >= 1.5 ? MatchFieldType.Text
            : filled.Any(text => text.Any(char.IsDigit)) ? MatchFieldType.Identifier
            : MatchFieldType.Place;
    }

    private static bool Fits(MatchFieldType type, List<string> filled) => type switch
    {
        MatchFieldType.Date => filled.Count(text => IsDate(text) || IsYear(text)) >= 0.5 * filled.Count,
        MatchFieldType.Email => filled.Count(IsEmail) >= 0.5 * filled.Count,
        // Names of articles have numbers in them, names of people hardly ever.
        MatchFieldType.FullName => filled.Count(Words.HasDigit) <= 0.1 * filled.Count,
        MatchFieldType.Phone => filled.Count(text => text.Count(char.IsAsciiDigit) >= 6) >= 0.5 * filled.Count,
        _ => true,
    };

    private static bool IsEmail(string text) => text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1 && !text.Contains(' ', StringComparison.Ordinal);

    private static bool IsYear(string text) => text.Length == 4 && int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var year) && year is >= 1500 and < 2200;

    private static bool IsDate(string text)
    {
        var normal = FieldText.Normal(text, MatchFieldType.Date);
        return normal.Length == 8 && normal.All(char.IsAsciiDigit) && string.CompareOrdinal(normal, "1500") >= 0 && string.CompareOrdinal(normal, "2200") < 0 && (text.Length == 8 || text.Any(c => c is '-' or '/' or '.'));
    }

    // first_name, FirstName and "First name" are the same words.
    private static string Parted(string name)
    {
        var words = new System.Text.StringBuilder(" ");
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0 && char.IsLower(name[i - 1]))
            {
                words.Append(' ');
            }

            words.Append(char.IsLetter(name[i]) ? char.ToLowerInvariant(name[i]) : ' ');
        }

        return string.Join(' ', words.Append(' ').ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries)).Insert(0, " ") + " ";
    }

    private static bool Has(string words, string name) => words.Contains($" {name} ", StringComparison.Ordinal);
}
