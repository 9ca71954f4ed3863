using System.Globalization;

namespace CustomerInsights.Samples.Generator;

internal sealed record Order(string Id, string Customer, DateTime At, int Cents, string Channel, int Items, string Status);

internal sealed record Visit(string Id, DateTime At, string Url, string Title, string? Category, string Device, string System, string? Contact, int Seconds);

internal sealed record MailEvent(string Id, string Contact, DateTime At, string Kind, string Campaign);

internal sealed record Case(string Id, string Contact, string Subject, string Topic, string Status, string Priority, DateTime Opened, DateTime? Closed, int? Satisfaction);

internal sealed record Deal(string Id, string Contact, string Title, string Stage, int Value, int Probability, DateOnly Opened, DateOnly Expected);

/// <summary>What people did: orders, visits, e-mails, cases, deals.</summary>
internal sealed class Happenings
{
    private static readonly DateOnly s_firstDay = new(2025, 1, 2);
    private static readonly string[] s_topics = ["delivery", "return", "defect", "sizing", "invoice"];
    private readonly Prng _random;
    private readonly Customers _customers;
    private readonly Dictionary<int, Contact> _contactOf;

    public Happenings(Prng random, Customers customers)
    {
        _random = random;
        _customers = customers;
        _contactOf = customers.Contacts.GroupBy(contact => contact.Person.Number).ToDictionary(group => group.Key, group => group.First());
        var drafts = customers.Shoppers.SelectMany(shopper => OrdersOf(shopper).Select(order => (Order: order, shopper.Person))).ToList();
        Orders = [.. drafts.Select(draft => draft.Order).Concat(OfNobody()).OrderBy(order => order.At).ThenBy(order => order.Customer, StringComparer.Ordinal)
            .Select((order, i) => order with { Id = $"L{(100001 + i).ToString(CultureInfo.InvariantCulture)}" })];
        Visits = [.. VisitsBefore(drafts).Concat(OtherVisits()).OrderBy(visit => visit.At).ThenBy(visit => visit.Contact, StringComparer.Ordinal)
            .Select((visit, i) => visit with { Id = $"V{(200001 + i).ToString(CultureInfo.InvariantCulture)}" })];
        Mails = [.. MailEvents().OrderBy(mail => mail.At).ThenBy(mail => mail.Contact, StringComparer.Ordinal)
            .Select((mail, i) => mail with { Id = $"M{(300001 + i).ToString(CultureInfo.InvariantCulture)}" })];
        Cases = [.. AllCases().OrderBy(item => item.Opened).Select((item, i) => item with { Id = $"S-{(1001 + i).ToString(CultureInfo.InvariantCulture)}" })];
        Deals = [.. AllDeals().OrderBy(deal => deal.Opened).Select((deal, i) => deal with { Id = $"D{(7001 + i).ToString(CultureInfo.InvariantCulture)}" })];
    }

    public IReadOnlyList<Order> Orders { get; }

    public IReadOnlyList<Visit> Visits { get; }

    public IReadOnlyList<MailEvent> Mails { get; }

    public IReadOnlyList<Case> Cases { get; }

    public IReadOnlyList<Deal> Deals { get; }

    private IEnumerable<Order> OrdersOf(Shopper shopper)
    {
        var (low, high) = shopper.Person.Habit switch
        {
            Habit.None => (0, 0),
            Habit.Occasional => (1, 3),
            Habit.Regular => (5, 12),
            Habit.Devoted => (14, 32),
            Habit.Lapsed => (2, 7),
            _ => (1, 3),
        };
        var from = shopper.Registered > s_firstDay ? shopper.Registered : s_firstDay;
        var to = shopper.Person.Habit == Habit.Lapsed ? new DateOnly(2026, 4, 30) : Population.LastDay;
        if (from > to)
        {
            yield break;
        }

        for (var i = _random.Between(low, high); i > 0; i--)
        {
            yield return NewOrder(shopper.Number, _random.Day(from, to), shopper.Person.Habit == Habit.Devoted ? 3_000 : 900, shopper.Person.Habit == Habit.Devoted ? 26_000 : 15_000);
        }
    }

    // Tills that were given a number which no longer exists.
    private IEnumerable<Order> OfNobody()
    {
        for (var i = 0; i < 7; i++)
        {
            yield return NewOrder((59001 + i).ToString(CultureInfo.InvariantCulture), _random.Day(s_firstDay, Population.LastDay), 900, 15_000);
        }
    }

    private Order NewOrder(string customer, DateOnly day, int low, int high)
    {
        var at = _random.Moment(day);
        var channel = _random.Next(100) switch { < 55 => "web", < 80 => "store", _ => "app" };
        var status = _random.Next(100) switch { < 4 => "cancelled", < 8 => "returned", _ => day > new DateOnly(2026, 11, 12) ? "placed" : "delivered" };
        return new Order("", customer, at, (_random.Between(low, high) / 5 * 5) + (_random.Percent(30) ? 4 : 0), channel, _random.Between(1, 5), status);
    }

    private IEnumerable<Visit> VisitsBefore(List<(Order Order, Person Person)> orders)
    {
        foreach (var (order, person) in orders)
        {
            if (order.Channel != "store" && _contactOf.TryGetValue(person.Number, out var contact) && _random.Percent(27))
            {
                yield return NewVisit(order.At.AddMinutes(-_random.Between(4, 5 * 24 * 60)), contact.Id, toCart: _random.Percent(40));
            }
        }
    }

    private IEnumerable<Visit> OtherVisits()
    {
        var curious = _customers.Contacts.Where(_ => _random.Percent(40)).ToList();
        for (var i = 0; i < 2100; i++)
        {
            var at = _random.Moment(_random.Day(s_firstDay, Population.LastDay));
            yield return NewVisit(at, _random.Percent(95) ? _random.Pick(curious).Id : null, toCart: _random.Percent(9));
        }
    }

    private Visit NewVisit(DateTime at, string? contact, bool toCart)
    {
        var (device, system) = _random.Next(10) switch { < 4 => ("phone", "Android"), < 7 => ("phone", "iOS"), < 9 => ("desktop", "Windows"), _ => ("desktop", "macOS") };
        var category = _random.Pick(Names.Categories);
        var (url, title, about) = toCart
            ? ("/cart", "Your basket", (string?)null)
            : _random.Next(5) switch
            {
                0 => ("/", "Larkspur Outfitters", null),
                1 => ($"/{category}", $"All {category}", category),
                _ => ($"/{category}/{_random.Between(1, 60).ToString(CultureInfo.InvariantCulture)}", $"Larkspur {category}", category),
            };
        return new Visit("", at, url, title, about, device, system, contact, _random.Between(3, 600));
    }

    private IEnumerable<MailEvent> MailEvents()
    {
        for (var i = 0; i < 1280; i++)
        {
            var contact = _random.Pick(_customers.Contacts);
            var campaign = _random.Pick(Names.Campaigns);
            var at = _random.Moment(_random.Day(new DateOnly(2025, 3, 1), Population.LastDay.AddDays(-3)));
            yield return new MailEvent("", contact.Id, at, "sent", campaign);
            var keen = contact.Person.Habit is Habit.Devoted or Habit.Regular ? 25 : 0;
            if (_random.Percent(4))
            {
                yield return new MailEvent("", contact.Id, at.AddSeconds(_random.Between(1, 90)), "bounced", campaign);
            }
            else if (_random.Percent(50 + keen))
            {
                var opened = at.AddMinutes(_random.Between(2, 2000));
                yield return new MailEvent("", contact.Id, opened, "opened", campaign);
                if (_random.Percent(35 + keen))
                {
                    yield return new MailEvent("", contact.Id, opened.AddSeconds(_random.Between(5, 300)), "clicked", campaign);
                }
            }
        }
    }

    private IEnumerable<Case> AllCases()
    {
        var shopping = _customers.Contacts.Where(contact => contact.Person.InShop).ToList();
        for (var i = 0; i < 250; i++)
        {
            var contact = _random.Pick(shopping);
            var opened = _random.Moment(_random.Day(new DateOnly(2025, 2, 1), Population.LastDay));
            var closed = opened.AddHours(_random.Between(2, 500));
            var isClosed = closed < new DateTime(2026, 11, 20, 0, 0, 0, DateTimeKind.Unspecified) && _random.Percent(92);
            var topic = _random.Pick(s_topics);
            yield return new Case(
                "", contact.Id, $"{char.ToUpperInvariant(topic[0])}{topic[1..]} of {_random.Pick(Names.Categories)}", topic,
                isClosed ? "closed" : _random.Percent(50) ? "active" : "open",
                _random.Next(10) switch { < 2 => "high", < 8 => "normal", _ => "low" },
                opened, isClosed ? closed : null, isClosed && _random.Percent(60) ? _random.Between(1, 5) : null);
        }
    }

    private IEnumerable<Deal> AllDeals()
    {
        string[] kinds = ["Scout group outfit", "School trip gear", "Staff jackets", "Hiking club order", "Festival tents"];
        for (var i = 0; i < 180; i++)
        {
            var (stage, probability) = _random.Next(10) switch { < 3 => ("qualify", 20), < 6 => ("propose", 45), < 8 => ("negotiate", 70), 8 => ("won", 100), _ => ("lost", 0) };
            var opened = _random.Day(new DateOnly(2026, 2, 1), Population.LastDay);
            yield return new Deal(
                "", _random.Pick(_customers.Contacts).Id, $"{_random.Pick(kinds)} {_random.Between(2026, 2027).ToString(CultureInfo.InvariantCulture)}",
                stage, _random.Between(8, 240) * 5_000, probability, opened, opened.AddDays(_random.Between(20, 150)));
        }
    }
}
