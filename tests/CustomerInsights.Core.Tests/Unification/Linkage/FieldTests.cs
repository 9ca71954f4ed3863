using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>How fields are understood: their types, their spellings, their levels.</summary>
public sealed class FieldTests
{
    [Theory]
    [InlineData("  José  O'Brien-Müller ", MatchFieldType.FullName, "jose obrien muller")]
    [InlineData("Straße", MatchFieldType.FullName, "strasse")]
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
    [InlineData("Smith, John A.", MatchFieldType.FullName, "john a smith")]
    [InlineData("van der Berg, Jan", MatchFieldType.FullName, "jan van der berg")]
    [InlineData("Smith, Dr. John, PhD", MatchFieldType.FullName, "john smith")]
    [InlineData("John Smith, Jr.", MatchFieldType.FullName, "john smith")]
    [InlineData("John Smith, Mary Lee", MatchFieldType.FullName, "john smith mary lee")]
    [InlineData("John Smith, Mary Lee, Ann Poe", MatchFieldType.FullName, "john smith mary lee ann poe")]
    [InlineData("Dott.ssa Maria Rossi", MatchFieldType.FullName, "maria rossi")]
    [InlineData("Mme Claire Petit", MatchFieldType.FullName, "claire petit")]
    [InlineData("O'Brien", MatchFieldType.FamilyName, "obrien")]
    [InlineData("O Brien", MatchFieldType.FamilyName, "obrien")]
    [InlineData("Mc Donald", MatchFieldType.FamilyName, "mcdonald")]
    [InlineData("al-Masri", MatchFieldType.FamilyName, "almasri")]
    [InlineData("van der Berg", MatchFieldType.FamilyName, "van der berg")]
    [InlineData("12 North Main Street", MatchFieldType.Address, "12 n main st")]
    [InlineData("Hauptstraße 12", MatchFieldType.Address, "haupt st 12")]
    [InlineData("Haupt Str. 12", MatchFieldType.Address, "haupt st 12")]
    [InlineData("Hauptstr. 12", MatchFieldType.Address, "haupt st 12")]
    [InlineData("P.O. Box 77", MatchFieldType.Address, "pobox 77")]
    [InlineData("Postfach 77", MatchFieldType.Address, "pobox 77")]
    [InlineData("Av. Constitución 5", MatchFieldType.Address, "ave constitucion 5")]
    [InlineData("The Smith & Sons Company Ltd.", MatchFieldType.Organization, "smith and sons")]
    [InlineData("Müller GmbH & Co. KG", MatchFieldType.Organization, "muller")]
    [InlineData("Telefónica, S.A.", MatchFieldType.Organization, "telefonica")]
    [InlineData("Nowak Sp. z o.o.", MatchFieldType.Organization, "nowak")]
    [InlineData("Limited", MatchFieldType.Organization, "limited")]
    [InlineData("Altera AAC-370/B camera", MatchFieldType.Text, "altera aac370 b camera")]
    [InlineData("battery-2 of 2024-25", MatchFieldType.Text, "battery 2 of 2024 25")]
    public void Spellings_of_one_thing_become_one(string text, MatchFieldType type, string normal) => Assert.Equal(normal, FieldText.Normal(text, type));

    [Fact]
    public void The_spelling_of_a_spelling_is_itself_for_any_words()
    {
        string[] stock =
        [
            "Dr.", "O'Neill", "van", "der", "Smith,", "John", "A.", "Jr.", "Müller", "Street", "Str.", "Hauptstraße", "12", "12a", "2nd", "Flat", "P.O.", "Box", "Postfach", "North",
            "GmbH", "&", "Co.", "S.A.", "The", "Ltd", "AAC-370", "X-7/B", "Юлия", "佐々木", "24", "June", "1971", "5/6/1971", "a+b@gmail.com", "$1,299.50", "-", "Avenida", "Sp.", "z", "o.o.",
        ];
        var random = new Random(17);
        foreach (var type in Enum.GetValues<MatchFieldType>())
        {
            for (var i = 0; i < 3000; i++)
            {
                var normal = FieldText.Normal(string.Join(' ', Enumerable.Range(0, 1 + random.Next(5)).Select(_ => stock[random.Next(stock.Length)]).Distinct(StringComparer.Ordinal)), type);
                Assert.Equal((type, normal), (type, FieldText.Normal(normal, type)));
            }
        }
    }

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
    [InlineData(MatchFieldType.FamilyName, "smith", "smith jones", "part of a double name, or other umlauts")]
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
    [InlineData(MatchFieldType.Address, "12 Willow Street", "12 Willow Sreet", "nearly all in common")]
    [InlineData(MatchFieldType.Address, "12 Willow Street", "58 Willow St.", "the same street, another number")]
    [InlineData(MatchFieldType.Address, "12 Willow Street", "14 Willow St.", "the same street, another number")]
    [InlineData(MatchFieldType.Address, "12 Willow Street", "Willow St", "the same street, the number missing or nearly so")]
    [InlineData(MatchFieldType.Address, "12a Willow Street", "12 Willow St", "the same street, the number missing or nearly so")]
    [InlineData(MatchFieldType.Address, "Flat 3, 12 Willow Street", "Flat 4, 58 Willow St", "the same street, another number")]
    [InlineData(MatchFieldType.Address, "PO Box 123", "PO Box 987", "the same street, another number")]
    [InlineData(MatchFieldType.GivenName, "Katarzyna", "Kasia", "nickname")]
    [InlineData(MatchFieldType.GivenName, "José", "Pepe", "nickname")]
    [InlineData(MatchFieldType.GivenName, "Александр", "Саша", "nickname")]
    [InlineData(MatchFieldType.GivenName, "Jürgen", "Juergen", "nickname")]
    [InlineData(MatchFieldType.FamilyName, "Müller", "Mueller", "part of a double name, or other umlauts")]
    [InlineData(MatchFieldType.FamilyName, "Öz", "Oez", "part of a double name, or other umlauts")]
    [InlineData(MatchFieldType.FamilyName, "van den Berg", "van Damme", "different")]
    [InlineData(MatchFieldType.FamilyName, "van den Berg", "Berg", "part of a double name, or other umlauts")]
    [InlineData(MatchFieldType.FullName, "Smith John", "John Smith", "nearly all in common")]
    [InlineData(MatchFieldType.FullName, "Smith, Bob", "Robert Smith", "nearly all in common")]
    [InlineData(MatchFieldType.FullName, "J. Smith", "John Smith", "most in common")]
    [InlineData(MatchFieldType.FullName, "J. Smith", "Mary Smith", "a little in common")]
    [InlineData(MatchFieldType.Organization, "International Business Machines Corp.", "IBM", "half in common, or initials of the other")]
    [InlineData(MatchFieldType.Organization, "Smith & Sons Ltd", "Smith and Son", "nearly all in common")]
    [InlineData(MatchFieldType.Text, "Altera black camera AAC370", "Altera AAC-370 compact camera", "the same model number")]
    [InlineData(MatchFieldType.Text, "Altera black camera AAC370", "Altera black camera AAC371", "a little in common, or another model number")]
    [InlineData(MatchFieldType.Text, "the 2nd deductive database", "2nd deductive databases", "most in common")]
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
    public void A_name_with_numbers_in_it_is_an_article_and_not_a_person()
    {
        string[] people = ["Ann Lee", "Bob Ray", "Cid Poe"];
        string[] articles = ["Altera camera AAC370", "Bexon printer 12", "Cordia radio X7"];
        Assert.Equal([MatchFieldType.FullName], FieldGuess.Of(["name"], [people]));
        Assert.Equal([MatchFieldType.Text, MatchFieldType.Organization], FieldGuess.Of(["name", "manufacturer"], [articles, ["Altera Inc.", "Bexon", "Cordia"]]));
    }

    [Fact]
    public void No_nickname_of_another_language_takes_a_name_that_the_English_table_has()
    {
        foreach (var (nickname, name) in OtherNicknames.All())
        {
            Assert.Equal(nickname, FieldText.Words(nickname));
            Assert.Equal(name, FieldText.Words(name));
        }

        Assert.Equal(GivenName.Root("joseph"), GivenName.Root("jose"));
        Assert.Equal(GivenName.Root("joseph"), GivenName.Root("pepe"));
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

    [Theory]
    [InlineData("Anna Smith", "anna", "smith")]
    [InlineData("Dr. Anna Maria Smith Jr.", "anna maria", "smith")]
    [InlineData("Smith, Anna M.", "anna m", "smith")]
    [InlineData("van der Berg, Jan", "jan", "van der berg")]
    [InlineData("Jan van der Berg", "jan", "van der berg")]
    [InlineData("Cher", "", "cher")]
    [InlineData("", "", "")]
    public void A_whole_name_is_taken_apart(string name, string given, string family) => Assert.Equal((given, family), NameWords.Parts(name));
}
