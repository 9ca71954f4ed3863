using System.Globalization;

namespace CustomerInsights.Bench.Unify;

/// <summary>Sets of people: few fields, many records each, none twice, without e-mail, of other languages.</summary>
internal static class PeopleSets
{
    private static readonly string[] s_whole = ["given_name", "family_name", "birth_date", "street", "city", "phone", "email"];

    /// <summary>10,000 rows of given name, family name and year of birth; one in ten is another's double with one or two slips.</summary>
    public static GeneratedSet ThreeFields(Dice dice) => Few("three_year", ["given_name", "family_name", "birth_year"], dice, (year, _, _) => Text(year));

    /// <summary>The same with the whole day of birth in one column.</summary>
    public static GeneratedSet ThreeFieldsWithDay(Dice dice) => Few("three_date", ["given_name", "family_name", "birth_date"], dice, (year, month, day) => $"{year}-{month:00}-{day:00}");

    /// <summary>People whose records number eight on average, from one to thirty.</summary>
    public static GeneratedSet Many(Dice dice) => Whole("many_records", NameStock.English, dice, 10_000, () => 1 + dice.Below(5) + dice.Below(5) + (dice.OneIn(4) ? dice.Below(24) : 0), email: true);

    /// <summary>Nobody twice: whatever is merged is wrong. Every fourth lives with the one before.</summary>
    public static GeneratedSet NoDuplicates(Dice dice) => Whole("no_duplicates", NameStock.English, dice, 5000, () => 1, email: true);

    public static GeneratedSet NoEmail(Dice dice) => Whole("no_email", NameStock.English, dice, 10_000, () => dice.OneIn(3) ? 2 : 1, email: false);

    /// <summary>The same where only every sixteenth lives with the one before: there is less to learn households from.</summary>
    public static GeneratedSet FewHomes(Dice dice) => Whole("few_homes", NameStock.English, dice, 10_000, () => dice.OneIn(3) ? 2 : 1, email: false, every: 16);

    /// <summary>Names that a language writes in several ways, and every eighth lives with the one before.</summary>
    public static GeneratedSet FewPolishHomes(Dice dice) => Whole("few_homes_pl", NameStock.Polish, dice, 5000, () => dice.Below(3) + 1, email: true, every: 8);

    public static GeneratedSet Of(NameStock stock, Dice dice) => Whole(stock.Language, stock, dice, 5000, () => dice.Below(3) + 1, email: true);

    private static GeneratedSet Few(string name, string[] fields, Dice dice, Func<int, int, int, string> birth)
    {
        var set = new GeneratedSet(name, fields);
        for (var person = 0; person < 9000; person++)
        {
            string[] row = [NameStock.First(dice.Often(NameStock.German.Given)), dice.Often(NameStock.German.Family), birth(1925 + dice.Below(85), 1 + dice.Below(12), 1 + dice.Below(28))];
            set.Add(person, row);
            if (person % 9 == 0)
            {
                var copy = row.ToArray();
                for (var slips = dice.OneIn(4) ? 2 : 1; slips > 0; slips--)
                {
                    var field = dice.Below(3);
                    copy[field] = dice.Slip(copy[field]);
                }

                set.Add(person, copy);
            }
        }

        return set;
    }

    private static GeneratedSet Whole(string name, NameStock stock, Dice dice, int rows, Func<int> records, bool email, int every = 4)
    {
        var set = new GeneratedSet(name, email ? s_whole : s_whole[..^1]);
        var (family, street, city, phone) = ("", "", "", "");
        for (var person = 0; set.Rows.Count < rows; person++)
        {
            // Every so many lives with the one before: the same name, house and telephone.
            if (person % every != every - 1)
            {
                family = dice.Often(stock.Family) + (stock.Language == "spanish" ? " " + dice.Often(stock.Family) : "");
                (street, city, phone) = ($"{dice.Of(stock.Family)} {(stock.Language == "english" ? "Street" : "Str.")} {1 + dice.Below(150)}", dice.Often(stock.Cities), dice.Below(900) + 100 + dice.Digits(6));
            }

            var given = NameStock.First(dice.Often(stock.Given));
            string[] row =
            [
                given, family, $"{1935 + dice.Below(70)}-{1 + dice.Below(12):00}-{1 + dice.Below(28):00}", street, city, $"+{stock.Country} {phone}",
                dice.OneIn(5) ? "" : $"user{dice.Digits(6)}@{dice.Of(["example.com", "mail.example", "example.org"])}",
            ];
            for (var record = records(); record > 0; record--)
            {
                set.Add(person, Written(row, stock, dice)[..set.Fields.Length]);
            }
        }

        return set;
    }

    // A record as somebody wrote it: each field perhaps missing, written otherwise, or with a slip.
    private static string[] Written(string[] person, NameStock stock, Dice dice)
    {
        var row = person.ToArray();
        row[0] = dice.OneIn(8) ? stock.Nickname(row[0]) : dice.OneIn(15) ? row[0][..1] + "." : row[0];
        for (var field = 0; field < 2; field++)
        {
            row[field] = dice.OneIn(3) ? stock.Variant(row[field], dice) : row[field];
        }

        row[4] = dice.OneIn(4) ? stock.Variant(row[4], dice) : row[4];
        var national = row[5][(row[5].IndexOf(' ', StringComparison.Ordinal) + 1)..];
        row[5] = dice.Below(4) switch { 0 => $"0{national[..3]}/{national[3..]}", 1 => $"00{stock.Country} {national}", _ => row[5] };
        if (dice.OneIn(20))
        {
            (row[0], row[1]) = (row[1], row[0]);
        }

        for (var field = 0; field < row.Length; field++)
        {
            row[field] = dice.OneIn(10) ? "" : dice.OneIn(12) ? dice.Slip(row[field]) : row[field];
        }

        return row;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
