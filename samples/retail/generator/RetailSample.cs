using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CustomerInsights.Samples.Generator;

/// <summary>The whole sample: its files by path below <c>samples/retail</c>, before compression.</summary>
public static class RetailSample
{
    private const ulong Seed = 20_261_120;

    /// <summary>The file that is stored compressed, without its <c>.gz</c>.</summary>
    public const string Compressed = "files/shop/orders-2025.csv";

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = false };

    /// <summary>Makes all files. The same bytes every time, on every machine.</summary>
    public static IReadOnlyDictionary<string, byte[]> Make()
    {
        var random = new Prng(Seed);
        var population = new Population(random);
        var customers = new Customers(random, population);
        var happenings = new Happenings(random, customers);
        return new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["files/crm/contacts.csv"] = Contacts(customers.Contacts),
            ["files/crm/emails.csv"] = Csv(',', "id,contact_id,at,kind,campaign", happenings.Mails.Select(mail => new[] { mail.Id, mail.Contact, Iso(mail.At), mail.Kind, mail.Campaign })),
            ["files/crm/cases.json"] = Cases(happenings.Cases),
            ["files/crm/deals.csv"] = Csv(
                ',', "id,contact_id,title,stage,value,probability,opened_at,expected_close",
                happenings.Deals.Select(deal => new[] { deal.Id, deal.Contact, deal.Title, deal.Stage, Money(deal.Value), Text(deal.Probability), Iso(deal.Opened), Iso(deal.Expected) })),
            ["files/shop/customers.csv"] = Shoppers(customers.Shoppers),
            [Compressed] = Orders(happenings.Orders.Where(order => order.At.Year == 2025), bad: []),
            ["files/shop/orders-2026.csv"] = Orders(happenings.Orders.Where(order => order.At.Year == 2026), bad: ["L199001,50007,2026-07-01T10:00:00Z,twelve,EUR,web,1,delivered"]),
            ["files/web/visits.jsonl"] = Visits(happenings.Visits),
            ["truth.csv"] = Csv(
                ',', "person,source,key",
                customers.Contacts.Select(contact => (contact.Person.Number, Stream: "crm.contacts", Key: contact.Id))
                    .Concat(customers.Shoppers.Select(shopper => (shopper.Person.Number, Stream: "shop.customers", Key: shopper.Number)))
                    .Order()
                    .Select(row => new[] { $"P{row.Number:0000}", row.Stream, row.Key })),
        };
    }

    private static byte[] Contacts(IReadOnlyList<Contact> contacts) => Csv(
        ',', "id,first_name,last_name,email,phone,birth_date,street,city,postal_code,country,address_since,created_at,customer_since,marketing_opt_in",
        contacts.Select(contact => new[]
        {
            contact.Id, contact.First, contact.Last, contact.Mail, contact.Phone, contact.Born is { } born ? Iso(born) : "",
            contact.Home.Street, contact.Home.City, contact.Home.PostalCode, contact.Home.Country, Iso(contact.HomeSince), Iso(contact.Created), Iso(contact.Since), contact.OptIn ? "true" : "false",
        }),
        "C19001,Nobody,Atall,nobody@example.com,,1987-13-45,Void Lane 1,Leeds,LS000,GB,2024-05-01,2024-05-01T09:00:00Z,2024-05-01,false",
        "C19002,Comma,Toomany,comma@example.com,,1980-02-03,Void Lane 2, Leeds,Leeds,LS000,GB,2024-05-01,2024-05-01T09:00:00Z,2024-05-01,false");

    private static byte[] Shoppers(IReadOnlyList<Shopper> shoppers) => Csv(
        ';', "customer_no;given_name;family_name;mail;mobile;dob;address;zip;town;land;address_changed;tier;points;registered;newsletter",
        shoppers.Select(shopper => new[]
        {
            shopper.Number, shopper.Given, shopper.Family, shopper.Mail, shopper.Mobile, shopper.Born is { } born ? American(born) : "",
            shopper.Home.Street, shopper.Home.PostalCode, shopper.Home.City, shopper.Home.Country.ToLowerInvariant(), American(shopper.HomeSince),
            shopper.Tier, Text(shopper.Points), American(shopper.Registered), shopper.Newsletter ? "Y" : "N",
        }),
        "59901;Never;Born;never@example.org;;2/30/1990;Void Lane 3;LS000;Leeds;gb;1/5/2025;bronze;10;1/5/2025;N");

    private static byte[] Orders(IEnumerable<Order> orders, string[] bad) => Csv(
        ',', "order_id,customer_id,ordered_at,amount,currency,channel,items,status",
        orders.Select(order => new[] { order.Id, order.Customer, Iso(order.At), Money(order.Cents), "EUR", order.Channel, Text(order.Items), order.Status }),
        bad);

    private static byte[] Visits(IReadOnlyList<Visit> visits)
    {
        using var stream = new MemoryStream();
        foreach (var visit in visits)
        {
            using (var json = new Utf8JsonWriter(stream, s_json))
            {
                json.WriteStartObject();
                json.WriteString("id", visit.Id);
                json.WriteString("at", Iso(visit.At));
                json.WriteStartObject("page");
                json.WriteString("url", visit.Url);
                json.WriteString("title", visit.Title);
                if (visit.Category is not null)
                {
                    json.WriteString("category", visit.Category);
                }

                json.WriteEndObject();
                json.WriteStartObject("device");
                json.WriteString("type", visit.Device);
                json.WriteString("os", visit.System);
                json.WriteEndObject();
                if (visit.Contact is not null)
                {
                    json.WriteStartObject("user");
                    json.WriteString("contact", visit.Contact);
                    json.WriteEndObject();
                }

                json.WriteNumber("seconds", visit.Seconds);
                json.WriteEndObject();
            }

            stream.Write("\n"u8);
        }

        // The line that was being written when the log's disk was full.
        stream.Write("""{"id":"V299001","at":"2026-11-20T23:59:59Z","page":{"url":"/ten"""u8);
        stream.Write("\n"u8);
        return stream.ToArray();
    }

    private static byte[] Cases(IReadOnlyList<Case> cases)
    {
        var text = new StringBuilder("{\"exported\":\"2026-11-20\",\"cases\":[\n");
        for (var i = 0; i < cases.Count; i++)
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream, s_json))
            {
                var one = cases[i];
                json.WriteStartObject();
                json.WriteString("id", one.Id);
                json.WriteStartObject("contact");
                json.WriteString("id", one.Contact);
                json.WriteEndObject();
                json.WriteString("subject", one.Subject);
                json.WriteString("topic", one.Topic);
                json.WriteString("status", one.Status);
                json.WriteString("priority", one.Priority);
                json.WriteString("opened_at", Iso(one.Opened));
                if (one.Closed is { } closed)
                {
                    json.WriteStartObject("resolution");
                    json.WriteString("closed_at", Iso(closed));
                    if (one.Satisfaction is { } satisfaction)
                    {
                        json.WriteNumber("satisfaction", satisfaction);
                    }

                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }

            text.Append(Encoding.UTF8.GetString(stream.ToArray())).Append(i < cases.Count - 1 ? ",\n" : "\n");
        }

        return Encoding.UTF8.GetBytes(text.Append("]}\n").ToString());
    }

    // Bad rows are spread over the file, so that one sees that the rows around them are read.
    private static byte[] Csv(char delimiter, string header, IEnumerable<string[]> rows, params string[] bad)
    {
        var lines = rows.Select(row => string.Join(delimiter, row.Select(cell => Quoted(cell, delimiter)))).ToList();
        for (var i = 0; i < bad.Length; i++)
        {
            lines.Insert(lines.Count * (i + 1) / (bad.Length + 1), bad[i]);
        }

        return Encoding.UTF8.GetBytes(string.Concat(lines.Prepend(header).Select(line => line + "\n")));
    }

    private static string Quoted(string cell, char delimiter) =>
        cell.Contains(delimiter, StringComparison.Ordinal) || cell.Contains('"', StringComparison.Ordinal) ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;

    private static string Iso(DateTime at) => at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string American(DateOnly day) => day.ToString("M/d/yyyy", CultureInfo.InvariantCulture);

    private static string Money(int cents) => (cents / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
