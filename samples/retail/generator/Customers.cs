using System.Globalization;

namespace CustomerInsights.Samples.Generator;

/// <summary>The people as the two systems know them.</summary>
internal sealed class Customers
{
    public const string DummyMail = "none@example.com";
    public const string DummyPhone = "555-0000";
    private const int CrmDuplicates = 48;
    private const int ShopDuplicates = 24;
    private readonly Prng _random;
    private readonly Population _population;
    private readonly Slips _slips;

    public Customers(Prng random, Population population)
    {
        _random = random;
        _population = population;
        _slips = new Slips(random);
        var ordinary = population.People.Where(person => !person.Planted && person.Latin is null).ToList();

        var contacts = population.People.Where(person => person.InCrm).Select(Contact).ToList();
        contacts.AddRange(Some(ordinary.Where(person => person.InCrm), CrmDuplicates).Select(Again));
        random.Shuffle(contacts);
        Contacts = [.. contacts.Select((contact, i) => contact with { Id = $"C{(10001 + i).ToString(CultureInfo.InvariantCulture)}" })];

        var shoppers = population.People.Where(person => person.InShop).Select(Shopper).ToList();
        shoppers.AddRange(Some(ordinary.Where(person => person.InShop), ShopDuplicates).Select(SecondAccount));
        random.Shuffle(shoppers);
        Shoppers = [.. shoppers.Select((shopper, i) => shopper with { Number = (50001 + i).ToString(CultureInfo.InvariantCulture) })];
    }

    public IReadOnlyList<Contact> Contacts { get; }

    public IReadOnlyList<Shopper> Shoppers { get; }

    private List<Person> Some(IEnumerable<Person> people, int count)
    {
        var all = people.ToList();
        _random.Shuffle(all);
        return all[..count];
    }

    private Contact Contact(Person person)
    {
        var created = _random.Moment(person.Since);
        var complete = person.Planted;
        return new Contact(
            "", person, person.First, person.Last,
            complete || _random.Percent(95) ? person.Mail : _random.Percent(30) ? DummyMail : "",
            complete || _random.Percent(93) ? Phone(person.Phone, person.Home.Prefix) : "",
            complete || _random.Percent(95) ? person.Born : null,
            person.Home, person.Since, created, person.Since, _random.Percent(62));
    }

    private static string Phone(string digits, string prefix) => $"+{prefix} {digits[prefix.Length..(prefix.Length + 3)]} {digits[(prefix.Length + 3)..]}";

    // The same person entered once more by somebody who did not look.
    private Contact Again(Person person)
    {
        var since = _random.Day(person.Since, Population.LastDay.AddDays(-2));
        var phone = Phone(person.Phone, person.Home.Prefix);
        var (first, mail, number, born) = _random.Next(10) switch
        {
            < 4 => (_slips.Typo(person.First), Shout(person.Mail), "", (DateOnly?)null),
            < 7 => (person.First, _population.NewMail(person.First, person.Last), "", person.Born),
            < 9 => (Names.ShortForms.GetValueOrDefault(person.First, person.First), "", phone, null),
            _ => (person.First, _population.NewMail(person.First, person.Last), _population.NewPhone(person.Home.Prefix), (DateOnly?)null),
        };
        return new Contact("", person, first, person.Last, mail, number, born, person.Home, since, _random.Moment(since), since, _random.Percent(62));
    }

    private Shopper Shopper(Person person)
    {
        var (given, family) = person.Latin ?? (person.First, person.MarriedName ?? person.Last);
        var mail = person.Mail;
        var phone = _slips.PhoneStyle(person.Phone, person.Home.Prefix);
        DateOnly? born = person.Born;
        if (person.MarriedName is not null)
        {
            (mail, phone, born) = (_population.NewMail(given, family), _slips.PhoneStyle(_population.NewPhone(person.Home.Prefix), person.Home.Prefix), null);
        }
        else if (!person.Planted)
        {
            (given, family) = Name(given, family);
            mail = Mail(person);
            phone = Mobile(person, phone);
            born = _random.Next(100) switch { < 12 => null, < 15 => Slips.DateSlip(person.Born), _ => person.Born };
        }

        return Account(person, given, family, mail, phone, born, person.MarriedName is not null || _random.Percent(18));
    }

    private Shopper SecondAccount(Person person) => _random.Next(10) switch
    {
        < 5 => Account(person, person.First, person.Last, person.Mail, "", null, moved: false),
        < 8 => Account(person, _slips.Typo(person.First), person.Last, _population.NewMail(person.First, person.Last), "", person.Born, moved: false),
        _ => Account(person, person.First, person.Last, "", _slips.PhoneStyle(person.Phone, person.Home.Prefix), null, moved: true),
    };

    private Shopper Account(Person person, string given, string family, string mail, string phone, DateOnly? born, bool moved)
    {
        var registered = _random.Day(person.Since, Min(person.Since.AddDays(400), Population.LastDay.AddDays(-2)));
        var home = person.Home;
        var homeSince = person.Since;
        if (moved)
        {
            home = _population.NewHome(_random.Pick(Names.Cultures.First(culture => culture.Towns.Any(town => town.Country == home.Country)).Towns));
            homeSince = _random.Day(registered, Population.LastDay.AddDays(-1));
        }

        if (!person.Planted && _random.Percent(15))
        {
            (given, family) = ("", $"{family}, {given}");
        }

        var points = person.Habit switch
        {
            Habit.Devoted => _random.Between(2500, 9000),
            Habit.Regular => _random.Between(400, 3000),
            Habit.None => 0,
            _ => _random.Between(10, 700),
        };
        var tier = points >= 5000 ? "gold" : points >= 1500 ? "silver" : points > 0 ? "bronze" : "";
        return new Shopper("", person, given, family, mail, phone, born, home, homeSince, tier, points, registered, _random.Percent(50));
    }

    private (string Given, string Family) Name(string given, string family)
    {
        if (_random.Percent(40))
        {
            given = Names.ShortForms.GetValueOrDefault(given, given);
        }

        if (_random.Percent(25))
        {
            (given, family) = (Plain(given), Plain(family));
        }

        (given, family) = _random.Next(100) switch
        {
            < 6 => (_slips.Typo(given), family),
            < 12 => (given, _slips.Typo(family)),
            < 17 => (family, given),
            _ => (given, family),
        };
        return (given, family);
    }

    // As a till without accents prints it; a name of one part only, others keep what they have.
    private static string Plain(string name) =>
        name.All(letter => char.IsLetter(letter)) && Population.Ascii(name) is { Length: > 1 } plain ? char.ToUpperInvariant(plain[0]) + plain[1..] : name;

    private string Mail(Person person)
    {
        switch (_random.Next(100))
        {
            case < 64:
                return _random.Percent(25) ? Shout(person.Mail) : person.Mail;
            case < 71:
                var wrong = _slips.MailTypo(person.Mail);
                return _population.Claim(wrong) ? wrong : person.Mail;
            case < 90:
                return _population.NewMail(person.Latin?.First ?? person.First, person.Latin?.Last ?? person.Last);
            case < 94:
                return DummyMail;
            default:
                return "";
        }
    }

    private string Mobile(Person person, string phone) => _random.Next(100) switch
    {
        < 72 => phone,
        < 86 => _slips.PhoneStyle(_population.NewPhone(person.Home.Prefix), person.Home.Prefix),
        < 90 => DummyPhone,
        _ => "",
    };

    private static string Shout(string mail) => char.ToUpperInvariant(mail[0]) + mail[1..].Replace("example", "Example", StringComparison.Ordinal);

    private static DateOnly Min(DateOnly one, DateOnly other) => one < other ? one : other;
}
