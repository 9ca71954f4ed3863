using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>Made-up records with a truth, from a seed: people, some of them twice or three times with slips, some of them in one household.</summary>
internal sealed class People
{
    private static readonly string[] s_given = ["anna", "robert", "maria", "james", "susan", "peter", "linda", "george", "helen", "victor", "paula", "ivan", "carla", "hugo", "nina", "oscar"];
    private static readonly string[] s_syllables = ["ber", "man", "ko", "ris", "tal", "ven", "dor", "mik", "las", "gru", "pen", "shaw", "fel", "ton"];

    private readonly List<string[]> _rows = [];
    private readonly List<int> _truth = [];

    internal People(int count, int seed)
    {
        var random = new Random(seed);
        string Family() => string.Concat(Enumerable.Range(0, random.Next(2, 4)).Select(_ => s_syllables[random.Next(s_syllables.Length)]));
        var (family, phone, before) = (Family(), "", 0);
        for (var person = 0; _rows.Count < count; person++)
        {
            // Every sixth lives with the one before.
            if (person % 6 != 5)
            {
                (family, phone) = (Family(), $"0{random.Next(10, 99)} {random.Next(1000000, 9999999)}");
            }

            // Two of one name under one roof cannot be told apart by anybody.
            before = (before + random.Next(1, s_given.Length)) % s_given.Length;
            var given = s_given[before];
            string[] row = [given, family, $"{random.Next(1940, 2005)}-{random.Next(1, 13):00}-{random.Next(1, 29):00}", $"{given}.{family}{random.Next(100)}@example.com", phone];
            Add(row, person);
            for (var twice = random.Next(3) - 1; twice > 0; twice--)
            {
                Add(Slip(row, random), person);
            }
        }
    }

    internal static string[] Names { get; } = ["given_name", "surname", "dob", "email", "phone"];

    internal IReadOnlyList<string[]> Rows => _rows;

    internal IReadOnlyList<int> Truth => _truth;

    internal static MatchColumn[] Columns(IReadOnlyList<string[]> rows) =>
    [
        .. new[] { MatchFieldType.GivenName, MatchFieldType.FamilyName, MatchFieldType.Date, MatchFieldType.Email, MatchFieldType.Phone }.Select((type, field) =>
        {
            var builder = new MatchColumnBuilder(Names[field], type);
            foreach (var row in rows)
            {
                builder.Add(row[field]);
            }

            return builder.Build();
        }),
    ];

    private void Add(string[] row, int person)
    {
        _rows.Add(row);
        _truth.Add(person);
    }

    private static string[] Slip(string[] row, Random random)
    {
        var copy = row.ToArray();
        var field = random.Next(row.Length);
        copy[field] = random.Next(3) switch
        {
            0 => "",
            1 when row[field].Length > 3 => row[field].Remove(random.Next(1, row[field].Length), 1),
            _ => row[field].ToUpperInvariant(),
        };
        return copy;
    }
}
