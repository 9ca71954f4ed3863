using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>How fields are understood: their types, their spellings, their levels.</summary>
public sealed class FieldTests
{
    [Theory]
    [InlineData("  José  O'Brien-Müller ", MatchFieldType.FullName, "jose obrien muller")]
    [InlineData("Straße", MatchFieldType.Address, "strasse")]
    [InlineData("Ann+shop@GMAIL.com ", MatchFieldType.Email, "ann@gmail.com")]
    [InlineData("a.n.n@googlemail.com", MatchFieldType.Email, "ann@googlemail.com")]
    [InlineData("a.n.n@example.com", MatchFieldType.Email, "a.n.n@example.com")]
    [InlineData("+1 (510) 252-7692", MatchFieldType.Phone, "5102527692")]
    [InlineData("0044 20 7946 0958", MatchFieldType.Phone, "442079460958")]
    [InlineData("0000000000", MatchFieldType.Phone, "")]
    [InlineData("1971-06-24", MatchFieldType.Date, "19710624")]
    [InlineData("6/24/1971", MatchFieldType.Date, "19710624")]
    [InlineData("24.06.1971", MatchFieldType.Date, "19710624")]
    [InlineData("1971-06-24T00:00:00Z", MatchFieldType.Date, "19710624")]
    [InlineData("9999-12-31", MatchFieldType.Date, "99991231")]
    [InlineData("tq13 8df", MatchFieldType.PostalCode, "tq138df")]
    [InlineData("$1,299.50", MatchFieldType.Number, "1299.5")]
    [InlineData("n/a", MatchFieldType.Number, "")]
    [InlineData("-12.5", MatchFieldType.Number, "-12.5")]
    [InlineData("NaN", MatchFieldType.Number, "")]
    [InlineData("Dr. John", MatchFieldType.GivenName, "john")]
    [InlineData("King Jr.", MatchFieldType.FamilyName, "king")]
    [InlineData("Prof. Dr. Anna Weiß, PhD", MatchFieldType.FullName, "anna weiss")]
    [InlineData("Dr.", MatchFieldType.GivenName, "dr")]
    [InlineData("Юлия Щукарь", MatchFieldType.FullName, "yuliya shchukar")]
    [InlineData("Сергей", MatchFieldType.GivenName, "sergei")]
    [InlineData("Γεώργιος", MatchFieldType.GivenName, "georgios")]
    [InlineData("佐々木", MatchFieldType.FamilyName, "佐々木")]
    [InlineData("Łukasz", MatchFieldType.GivenName, "lukasz")]
    [InlineData("+44 (0)20 7946 0958 x12", MatchFieldType.Phone, "442079460958")]
    [InlineData("510-252-7692 x7", MatchFieldType.Phone, "5102527692")]
    [InlineData("24.06.71", MatchFieldType.Date, "19710624")]
    [InlineData("05.06.1971", MatchFieldType.Date, "19710605")]
    [InlineData("5/6/1971", MatchFieldType.Date, "19710506")]
    [InlineData("24 June 1971", MatchFieldType.Date, "19710624")]
    [InlineData("Jun 24, 1971", MatchFieldType.Date, "19710624")]
    public void Spellings_of_one_thing_become_one(string text, MatchFieldType type, string normal) => Assert.Equal(normal, FieldText.Normal(text, type));

    [Fact]
    public void Half_a_character_is_no_reason_to_fail()
    {
        Assert.Equal("ann", FieldText.Normal("Ann \ud83d", MatchFieldType.FullName).Trim());

        // Cut in the middle of one.
        Assert.StartsWith("xx", FieldText.Normal(new string('x', 399) + "\ud83d\ude00", MatchFieldType.Text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MatchFieldType.GivenName, "robert", "bob", "nickname")]
    [InlineData(MatchFieldType.GivenName, "robert", "roberto", "nickname")]
    [InlineData(MatchFieldType.GivenName, "hristina", "christina", "very similar")]
    [InlineData(MatchFieldType.GivenName, "anna maria", "maria", "similar or contained")]
    [InlineData(MatchFieldType.GivenName, "john", "j", "same initial")]
    [InlineData(MatchFieldType.GivenName, "john", "mary", "different")]
    [InlineData(MatchFieldType.FamilyName, "smith", "smith jones", "part of a double name")]
    [InlineData(MatchFieldType.Date, "1971-06-24", "1971-05-24", "one digit off")]
    [InlineData(MatchFieldType.Date, "1971-06-24", "1971-06-42", "one digit off")]
    [InlineData(MatchFieldType.Date, "1971-05-12", "1971-12-05", "two parts alike")]
    [InlineData(MatchFieldType.Date, "1971-05-12", "1971-01-01", "two parts alike")]
    [InlineData(MatchFieldType.Date, "1971-05-12", "1986-05-12", "same day, other year")]
    [InlineData(MatchFieldType.Date, "1971-05-12", "1972-11-30", "near year")]
    [InlineData(MatchFieldType.Date, "1971-05-12", "1950-11-30", "different")]
    [InlineData(MatchFieldType.Email, "ann.lee@a.com", "ann.lee@b.com", "same local part")]
    [InlineData(MatchFieldType.Email, "annlee1@a.com", "annlee2@a.com", "similar local part")]
    [InlineData(MatchFieldType.Phone, "5102527692", "5102527693", "one digit off")]
    [InlineData(MatchFieldType.Phone, "442079460958", "79460958", "same last seven digits")]
    [InlineData(MatchFieldType.PostalCode, "tq13 8df", "tq13 9aa", "same district")]
    [InlineData(MatchFieldType.Identifier, "5304218", "5304219", "one character off")]
    [InlineData(MatchFieldType.Address, "willow park 12", "12 willow prak", "nearly all in common")]
    public void Two_values_reach_the_level_that_their_kind_of_likeness_has(MatchFieldType type, string a, string b, string level)
    {
        var comparison = FieldComparisons.Of(Column(type, a, b));
        Assert.Equal(level, comparison.Levels[comparison.Level(1, 2, new Scratch())]);
        Assert.Equal(level, comparison.Levels[comparison.Level(2, 1, new Scratch())]);
    }

    [Fact]
    public void Agreement_on_a_rare_value_stands_above_agreement_on_a_frequent_one()
    {
        var comparison = FieldComparisons.Of(Column(MatchFieldType.FamilyName, [.. Enumerable.Repeat("smith", 900), .. Enumerable.Repeat("zapatas", 2), .. Enumerable.Range(0, 98).Select(i => $"name{i}")]));
        int Level(string name)
        {
            var id = Array.IndexOf(comparison.Column.Values, name);
            return comparison.Level(id, id, new Scratch());
        }

        Assert.Equal("equal, very common", comparison.Levels[Level("smith")]);
        Assert.Equal("equal, very rare", comparison.Levels[Level("zapatas")]);
    }

    [Fact]
    public void Types_are_guessed_from_names_and_values()
    {
        string[] names = ["Id", "FirstName", "last_name", "first_and_last", "DOB", "e-mail", "Tel.", "Home City", "gender", "notes", "created"];
        string[][] rows =
        [
            ["1", "Ann", "Lee", "Ann Lee", "1971-06-24", "ann@a.com", "+44 20 7946 0958", "London", "f", "likes the blue one very much", "2024-01-02"],
            ["2", "Bob", "Ray", "Bob Ray", "1984-01-31", "bob@b.com", "+44 20 7946 0123", "Leeds", "m", "asked for a new price list", "2024-02-02"],
            ["3", "Cid", "Poe", "Cid Poe", "1966-12-01", "cid@c.com", "+44 20 7946 0345", "York", "m", "will call back in the autumn", "2024-03-02"],
        ];
        var types = FieldGuess.Of(names, [.. names.Select((_, i) => rows.Select(row => row[i]).ToList())]);
        Assert.Equal(
            [
                MatchFieldType.Ignored, MatchFieldType.GivenName, MatchFieldType.FamilyName, MatchFieldType.Ignored, MatchFieldType.Date, MatchFieldType.Email,
                MatchFieldType.Phone, MatchFieldType.Place, MatchFieldType.Category, MatchFieldType.Text, MatchFieldType.Ignored,
            ],
            types);
    }

    private static MatchColumn Column(MatchFieldType type, params string[] values)
    {
        var builder = new MatchColumnBuilder("field", type);
        foreach (var value in values)
        {
            builder.Add(value);
        }

        return builder.Build();
    }
}
