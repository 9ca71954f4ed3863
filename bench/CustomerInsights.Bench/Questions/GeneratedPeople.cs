using System.Globalization;
using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Bench.Questions;

/// <summary>
/// Made-up customers with 30 attributes and, on average, ten activities each, from a seed: a few buy and look around much, most little. Whoever
/// asks for a profile gets the same one each time, so that the columns and the peers' files hold the same.
/// </summary>
internal sealed class GeneratedPeople(int count, ulong seed)
{
    public static readonly DateTimeOffset Now = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] s_countries = ["DE", "FR", "GB", "US", "IT", "ES", "NL", "SE", "NO", "DK", "PL", "AT", "CH", "BE", "PT", "IE", "FI", "CZ", "GR", "HU"];
    private static readonly string[] s_languages = ["de", "fr", "en", "it", "es", "nl", "sv", "nb", "da", "pl", "pt", "fi"];
    private static readonly string[] s_tiers = ["bronze", "silver", "gold", "platinum"];
    private static readonly string[] s_sources = ["web", "store", "app", "phone", "partner", "fair", "mail", "chat", "kiosk", "import"];
    private static readonly string[] s_genders = ["f", "m", "x"];
    private static readonly string[] s_categories = ["shoes", "coats", "hats", "bags", "belts", "socks", "shirts", "dresses", "sport", "home", "toys", "gifts"];
    private static readonly string[] s_channels = ["web", "store", "app", "phone"];
    private static readonly string[] s_statuses = ["active", "waiting", "solved", "cancelled"];

    /// <summary>The attributes in the order of the files.</summary>
    public static IReadOnlyList<(string Name, DataType Type)> Attributes { get; } =
    [
        ("country", DataType.Text), ("city", DataType.Text), ("postcode", DataType.Text), ("gender", DataType.Text), ("language", DataType.Text),
        ("tier", DataType.Text), ("source", DataType.Text), ("industry", DataType.Text), ("company", DataType.Text), ("first_name", DataType.Text),
        ("last_name", DataType.Text), ("email", DataType.Text), ("phone", DataType.Text), ("campaign", DataType.Text),
        ("age", DataType.Integer), ("visits", DataType.Integer), ("children", DataType.Integer), ("support_cases", DataType.Integer), ("points", DataType.Integer),
        ("lifetime_spend", DataType.Decimal), ("last_basket", DataType.Decimal), ("credit", DataType.Decimal),
        ("score", DataType.Number), ("propensity", DataType.Number),
        ("opt_in", DataType.Boolean), ("active", DataType.Boolean), ("vip", DataType.Boolean),
        ("birth_date", DataType.Date), ("signup_date", DataType.Date), ("last_seen", DataType.Time),
    ];

    /// <summary>The activity types and their fields in the order of the files, behind profile, id and time.</summary>
    public static IReadOnlyList<(string Type, (string Name, DataType Type)[] Fields)> Activities { get; } =
    [
        ("order", [("amount", DataType.Decimal), ("category", DataType.Text), ("quantity", DataType.Integer), ("channel", DataType.Text)]),
        ("page_view", [("page", DataType.Text), ("seconds", DataType.Integer)]),
        ("case", [("status", DataType.Text), ("priority", DataType.Integer)]),
    ];

    public int Count => count;

    public static RuleSchema Schema { get; } = new()
    {
        Attributes = Attributes.ToDictionary(pair => pair.Name, pair => pair.Type, StringComparer.Ordinal),
        Activities = Activities.ToDictionary(
            pair => pair.Type, pair => (IReadOnlyDictionary<string, DataType>)pair.Fields.ToDictionary(field => field.Name, field => field.Type, StringComparer.Ordinal), StringComparer.Ordinal),
    };

    public Person At(int index)
    {
        var random = new SplitMix(seed + ((ulong)index * 0x9E3779B97F4A7C15));
        var values = new Value[Attributes.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Attribute(Attributes[i].Name, index, ref random);
        }

        // Squared, so that a tenth of the people make a third of the activities.
        var activities = new List<Act>();
        Add(activities, 0, index, Number(ref random, 12.0), ref random);
        Add(activities, 1, index, Number(ref random, 15.0), ref random);
        Add(activities, 2, index, Number(ref random, 3.0), ref random);
        return new Person(index + 1, values, activities);
    }

    private static int Number(ref SplitMix random, double most)
    {
        var share = random.Share();
        return (int)((share * share * most) + random.Share());
    }

    private static void Add(List<Act> activities, int type, int index, int number, ref SplitMix random)
    {
        for (var i = 0; i < number; i++)
        {
            var at = Now.AddSeconds(-(long)(random.Share() * 2 * 365 * 86_400) - 1);
            Value[] fields = type switch
            {
                0 => [Value.Of(Cents(ref random, 20_000)), Pick(s_categories, ref random), Value.Of(1L + random.Below(5)), Pick(s_channels, ref random)],
                1 => [Value.Of($"/page/{random.Skewed(500)}"), random.Below(20) == 0 ? default : Value.Of((long)random.Skewed(900))],
                _ => [Pick(s_statuses, ref random), Value.Of(1L + random.Below(4))],
            };
            activities.Add(new Act(type, string.Create(CultureInfo.InvariantCulture, $"{type}-{index}-{i}"), at, fields));
        }
    }

    private static Value Attribute(string name, int index, ref SplitMix random) => name switch
    {
        "country" => Value.Of(s_countries[random.Skewed(s_countries.Length)]),
        "city" => Value.Of($"City {random.Skewed(2_000)}"),
        "postcode" => Value.Of((10_000 + random.Below(20_000)).ToString(CultureInfo.InvariantCulture)),
        "gender" => random.Below(10) == 0 ? default : Pick(s_genders, ref random),
        "language" => Pick(s_languages, ref random),
        "tier" => Value.Of(s_tiers[random.Skewed(4)]),
        "source" => Pick(s_sources, ref random),
        "industry" => random.Below(3) == 0 ? default : Value.Of($"Industry {random.Below(30)}"),
        "company" => random.Below(2) == 0 ? default : Value.Of($"Company {random.Skewed(20_000)}"),
        "first_name" => Value.Of($"First{random.Skewed(1_000)}"),
        "last_name" => Value.Of($"Last{random.Skewed(5_000)}"),
        "email" => random.Below(20) == 0 ? default : Value.Of($"person{index}@{(random.Below(4) == 0 ? "contoso.com" : "example.org")}"),
        "phone" => random.Below(5) == 0 ? default : Value.Of($"+49{1_000_000_000L + random.Below(int.MaxValue)}"),
        "campaign" => Value.Of($"C{random.Below(60):00}"),
        "age" => random.Below(12) == 0 ? default : Value.Of(18L + random.Below(70)),
        "visits" => Value.Of((long)random.Skewed(2_000)),
        "children" => random.Below(4) == 0 ? default : Value.Of((long)random.Skewed(6)),
        "support_cases" => Value.Of((long)random.Skewed(30)),
        "points" => Value.Of((long)random.Skewed(100_000)),
        "lifetime_spend" => Value.Of(Cents(ref random, 500_000)),
        "last_basket" => random.Below(6) == 0 ? default : Value.Of(Cents(ref random, 30_000)),
        "credit" => Value.Of(Cents(ref random, 100_000)),
        "score" => Value.Of(random.Share() * 100),
        "propensity" => random.Below(8) == 0 ? default : Value.Of(random.Share()),
        "opt_in" => random.Below(10) == 0 ? default : Value.Of(random.Below(3) > 0),
        "active" => Value.Of(random.Below(5) > 0),
        "vip" => Value.Of(random.Below(50) == 0),
        "birth_date" => random.Below(3) == 0 ? default : Value.Of(new DateOnly(1940, 1, 1).AddDays(random.Below(25_000))),
        "signup_date" => Value.Of(DateOnly.FromDateTime(Now.UtcDateTime).AddDays(-random.Below(3_650))),
        _ => random.Below(10) == 0 ? default : Value.Of(Now.AddSeconds(-random.Skewed(60_000_000))),
    };

    private static Value Pick(string[] values, ref SplitMix random) => Value.Of(values[random.Below(values.Length)]);

    private static decimal Cents(ref SplitMix random, int most) => new(random.Skewed(most), 0, 0, false, 2);

    /// <summary>One of them.</summary>
    public sealed record Person(long Number, Value[] Values, List<Act> Activities)
    {
        public ProfileId Id => new(new Guid((int)Number, 0, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 0]));
    }

    /// <summary>Something that one of them did; the type is its place in <see cref="GeneratedPeople.Activities"/>.</summary>
    public readonly record struct Act(int Type, string Id, DateTimeOffset At, Value[] Fields);

    private struct SplitMix(ulong state)
    {
        private ulong _state = state;

        public double Share() => (Next() >> 11) * (1.0 / (1UL << 53));

        public int Below(int most) => (int)((Next() >> 32) * (ulong)most >> 32);

        // The square favours small numbers: a few values are common and most are rare.
        public int Skewed(int most)
        {
            var share = Share();
            return (int)(share * share * most);
        }

        private ulong Next()
        {
            _state += 0x9E3779B97F4A7C15;
            var z = _state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
