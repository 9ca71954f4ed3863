using System.Globalization;
using System.Text;

namespace CustomerInsights.Samples.Generator;

/// <summary>Makes the people, planted pairs of different but similar ones among them.</summary>
internal sealed class Population
{
    public static readonly DateOnly LastDay = new(2026, 11, 20);
    private readonly Prng _random;
    private readonly List<Person> _people = [];
    private readonly HashSet<string> _mails = new(StringComparer.Ordinal);
    private readonly HashSet<string> _phones = new(StringComparer.Ordinal);
    private readonly HashSet<(string Name, DateOnly Born)> _births = [];

    public Population(Prng random)
    {
        _random = random;
        Plant();
        while (_people.Count(person => person.InCrm) < 1150)
        {
            Add(inCrm: true, inShop: _random.Percent(56));
        }

        while (_people.Count(person => person.InShop) < 976)
        {
            Add(inCrm: false, inShop: true);
        }
    }

    public IReadOnlyList<Person> People => _people;

    /// <summary>An address that nobody has.</summary>
    public string NewMail(string first, string last)
    {
        while (true)
        {
            var number = _random.Percent(45) ? _random.Between(2, 99).ToString(CultureInfo.InvariantCulture) : "";
            var local = _random.Next(4) switch
            {
                0 => Ascii(first) + "." + Ascii(last),
                1 => Ascii(first)[..1] + Ascii(last),
                2 => Ascii(last) + "." + Ascii(first),
                _ => Ascii(first) + "_" + Ascii(last)[..Math.Min(3, Ascii(last).Length)],
            };
            var mail = local + number + "@" + _random.Pick(Names.MailDomains);
            if (_mails.Add(mail))
            {
                return mail;
            }
        }
    }

    /// <summary>Keeps an address (one with a slip of the pen) from being somebody else's.</summary>
    public bool Claim(string mail) => _mails.Add(mail);

    /// <summary>A number that nobody has. All of them are fictitious: 555 01….</summary>
    public string NewPhone(string prefix)
    {
        while (true)
        {
            var phone = $"{prefix}55501{_random.Next(100_000):00000}";
            if (_phones.Add(phone))
            {
                return phone;
            }
        }
    }

    public Home NewHome(Town town)
    {
        var digits = Math.Max(2, 5 - town.Postal.Length);
        var postal = town.Postal;
        for (var i = 0; i < digits; i++)
        {
            postal += (char)('0' + _random.Next(10));
        }

        return new Home($"{_random.Pick(Names.Streets)} {_random.Between(1, 148).ToString(CultureInfo.InvariantCulture)}", town.Name, postal, town.Country, town.Prefix);
    }

    private void Plant()
    {
        foreach (var (first, last, latinFirst, latinLast) in Names.OtherScripts)
        {
            Add(true, true, (first, last), (latinFirst, latinLast));
        }

        // Twins: one birth date, one home, one telephone; first names differ.
        for (var i = 0; i < 10; i++)
        {
            var one = Add(true, i % 2 == 0, planted: true);
            Add(true, i % 3 == 0, (OtherFirst(one), one.Last), planted: true, like: person => person with { Born = one.Born, Home = one.Home, Phone = one.Phone });
        }

        // Couples with one e-mail address and one telephone.
        for (var i = 0; i < 12; i++)
        {
            var one = Add(true, i % 2 == 0, planted: true);
            Add(true, i % 3 == 0, (OtherFirst(one), one.Last), planted: true, like: person => person with { Mail = one.Mail, Home = one.Home, Phone = one.Phone });
        }

        // Parent and child of one name in one house with one telephone.
        for (var i = 0; i < 10; i++)
        {
            var one = Add(true, i % 2 == 0, planted: true);
            Add(i % 3 != 0, i % 3 == 0, (one.First, one.Last), planted: true, like: person => person with { Home = one.Home, Phone = one.Phone, Born = one.Born.AddYears(25).AddDays(_random.Between(40, 300)) });
        }

        // Namesakes: one name, nothing else.
        for (var i = 0; i < 20; i++)
        {
            var one = Add(true, i % 2 == 0, planted: true);
            Add(i % 4 != 0, true, (one.First, one.Last), planted: true);
        }

        // Nothing in the data links the two records of a newly wed; a clerk says so by an always-match override.
        Add(true, true, ("Harriet", "Pemberton"), planted: true, like: person => person with { MarriedName = "Okonkwo" });

        // Namesakes born on one day: only the never-match override keeps them apart.
        var left = Add(true, false, ("Florence", "Yardley"), planted: true);
        Add(true, false, ("Florence", "Yardley"), planted: true, like: person => person with { Born = left.Born });
    }

    private string OtherFirst(Person person)
    {
        var culture = Names.Cultures.First(culture => culture.First.Contains(person.First, StringComparer.Ordinal) && culture.Last.Contains(person.Last, StringComparer.Ordinal));
        while (true)
        {
            var first = _random.Pick(culture.First);
            if (first[0] != person.First[0])
            {
                return first;
            }
        }
    }

    private Person Add(bool inCrm, bool inShop, (string First, string Last)? name = null, (string First, string Last)? latin = null, bool planted = false, Func<Person, Person>? like = null)
    {
        var culture = NextCulture();
        var (first, last) = name ?? (_random.Pick(culture.First), _random.Pick(culture.Last));
        var home = NewHome(_random.Pick(culture.Towns));
        var written = latin ?? (first, last);
        var habit = inShop ? NextHabit() : Habit.None;
        var person = new Person
        {
            Number = _people.Count + 1,
            First = first,
            Last = last,
            Latin = latin,
            Born = NextBirth(last),
            Mail = NewMail(written.First, written.Last),
            Phone = NewPhone(home.Prefix),
            Home = home,
            Since = habit == Habit.New || (!inShop && _random.Percent(6))
                ? _random.Day(new DateOnly(2026, 9, 1), LastDay.AddDays(-3))
                : _random.Day(new DateOnly(2021, 1, 4), new DateOnly(2025, 10, 31)),
            Habit = habit,
            InCrm = inCrm,
            InShop = inShop,
            Planted = planted,
        };
        person = like?.Invoke(person) ?? person;
        _people.Add(person);
        return person;
    }

    // Nobody shares a last name and a birth date by chance.
    private DateOnly NextBirth(string last)
    {
        while (true)
        {
            var born = _random.Day(new DateOnly(1942, 1, 1), new DateOnly(2006, 12, 31));
            if (_births.Add((last, born)))
            {
                return born;
            }
        }
    }

    private Culture NextCulture()
    {
        var at = _random.Next(Names.Cultures.Sum(culture => culture.Weight));
        return Names.Cultures.First(culture => (at -= culture.Weight) < 0);
    }

    private Habit NextHabit() => _random.Next(100) switch
    {
        < 7 => Habit.None,
        < 38 => Habit.Occasional,
        < 70 => Habit.Regular,
        < 79 => Habit.Devoted,
        < 94 => Habit.Lapsed,
        _ => Habit.New,
    };

    private static readonly Dictionary<char, string> s_letters = Letters(
        "áàâäãåąảả a|éèêëęế e|íìîïı i|óòôöõøó o|úùûü u|ýÿ y|çćč c|ñńň n|śšş s|źżž z|łĺ l|đð d|ğ g|æ ae|œ oe|ß ss|ọ o|ạ a|ầ a");

    private static Dictionary<char, string> Letters(string table) => table.Split('|')
        .Select(row => row.Split(' '))
        .SelectMany(row => row[0].Distinct().Select(letter => (letter, plain: row[1])))
        .DistinctBy(pair => pair.letter)
        .ToDictionary(pair => pair.letter, pair => pair.plain);

    /// <summary>A to z in lower case; a table of our own, since the runtime's decomposition may change.</summary>
    public static string Ascii(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name.ToLowerInvariant())
        {
            if (letter is >= 'a' and <= 'z')
            {
                text.Append(letter);
            }
            else if (s_letters.TryGetValue(letter, out var plain))
            {
                text.Append(plain);
            }
        }

        return text.ToString();
    }
}
