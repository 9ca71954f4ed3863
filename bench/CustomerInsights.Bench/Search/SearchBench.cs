using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Bench.Search;

/// <summary>The first page of searches over made-up people, through the whole host over HTTP, beside the store's own full-text index (SQLite FTS5) on the same data.</summary>
internal static class SearchBench
{
    private const int Batch = 5000;
    private static readonly string[] s_cities = ["Paris", "Wien", "Ankara", "Oslo", "Rom", "Lima", "Bern", "Riga"];
    private static readonly string[] s_syllables = ["ba", "ren", "mo", "li", "ster", "kow", "ski", "son", "berg", "man", "ta", "ro", "vel", "din", "gar", "hol", "mei", "er", "sch", "lin", "da", "mar", "quist", "ne", "val", "to", "pe", "rez", "ick", "wood"];
    private static readonly string[] s_first = ["Anna", "Jonathan", "Maria", "Peter", "Olga", "Björn", "Zoë", "José", "Emma", "Liam", "Noah", "Mia", "Lucas", "Sofia", "Elias", "Nora", "Karl", "Ida", "Tom", "Eva", "Max", "Ines", "Paul", "Lena", "Hugo", "Rosa", "Ivan", "Vera", "Ola", "Kim"];

    public static async Task RunAsync(int count, int asked)
    {
        Measure.Machine();
        var directory = Directory.CreateTempSubdirectory("ci-bench-search-").FullName;
        try
        {
            var people = await FillAsync(directory, count);
            await using var host = await HostRun.StartAsync(directory);
            var watch = Stopwatch.StartNew();
            JsonNode? index;
            while ((index = (await host.GetAsync("/search-index"))["types"]?["customer"])?["ready"]?.GetValue<bool>() != true || (await host.GetAsync("/columns"))["ready"]?.GetValue<bool>() != true)
            {
                await Task.Delay(200);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  index of {index!["profiles"]!.GetValue<long>():N0} profiles: built in {index["builtInMilliseconds"]!.GetValue<double>() / 1000:0.0} s (with columns beside it {watch.Elapsed.TotalSeconds:0.0} s), {index["bytes"]!.GetValue<long>() / 1024.0 / 1024:0} MiB"));

            // A new segment fills by itself.
            while ((await host.GetAsync("/segments/parisians/members?limit=1"))["count"]!.GetValue<long>() < count / 16)
            {
                await Task.Delay(200);
            }

            var random = new Random(5);
            Person Anybody() => people[random.Next(people.Length)];
            await AskAsync(host, "one name", asked, () => "search=" + Escaped(Anybody().Last));
            await AskAsync(host, "two names", asked, () => $"search={Escaped(Anybody().First)}%20{Escaped(Anybody().Last)}");
            await AskAsync(host, "beginning, 1 letter", asked, () => "search=" + Escaped(Anybody().Last[..1]));
            await AskAsync(host, "beginning, 3 letters", asked, () => "search=" + Escaped(Anybody().Last[..3]));
            await AskAsync(host, "two beginnings, 2 letters", asked, () => $"search={Escaped(Anybody().First[..2])}%20{Escaped(Anybody().Last[..2])}");
            await AskAsync(host, "name with a typing error", asked, () => "search=" + Escaped(Damaged(Anybody().Last, random)));
            await AskAsync(host, "two names, an error in each", asked, () => $"search={Escaped(Damaged(Anybody().First, random))}%20{Escaped(Damaged(Anybody().Last, random))}");
            await AskAsync(host, "e-mail", asked, () => "search=" + Escaped(Anybody().Email));
            await AskAsync(host, "beginning of an e-mail", asked, () => "search=" + Escaped(Anybody().Email[..8]));
            await AskAsync(host, "national phone number", asked, () => "search=0" + Anybody().Phone[2..]);
            await AskAsync(host, "name, with a rule", asked, () => $"search={Escaped(Anybody().Last[..3])}&filter={Escaped($"city = \"{s_cities[random.Next(s_cities.Length)]}\" and points >= {random.Next(100)}")}");
            await AskAsync(host, "name, in a segment of an eighth", asked, () => $"search={Escaped(Anybody().Last[..3])}&segment=parisians");
            await AskAsync(host, "a rule alone", asked, () => $"filter={Escaped($"points = {random.Next(100)}")}");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task AskAsync(HostRun host, string what, int asked, Func<string> query)
    {
        List<double> times = [];
        var found = 0L;
        for (var i = -asked / 10; i < asked; i++)
        {
            var path = "/profiles?" + query();
            var began = Stopwatch.GetTimestamp();
            var page = await host.GetAsync(path);
            if (i >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                found += page["items"]!.AsArray().Count;
            }
        }

        Print(what, times, $"{found / (double)asked:0.0} on the first page of 50");
    }

    private static void Print(string what, List<double> times, string note)
    {
        times.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {what,-32} p50 {times[times.Count / 2],7:0.00} ms   p99 {times[(int)(times.Count * 0.99)],7:0.00} ms   worst {times[^1],7:0.00} ms   {note}"));
    }

    private static async Task<Person[]> FillAsync(string directory, int count)
    {
        var watch = Stopwatch.StartNew();
        var random = new Random(1);
        var people = Enumerable.Range(0, count).Select(i => Make(random, i)).ToArray();
        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = directory }, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        await store.Definitions.ApplyAsync(
            [
                new DefinitionChange("profileType", "customer", """
                    {"attributes":{"first_name":{"type":"text","semanticType":"person.first_name"},"last_name":{"type":"text","semanticType":"person.last_name"},"email":{"type":"text","semanticType":"contact.email"},"phone":{"type":"text","semanticType":"contact.phone"},"city":{"type":"text"},"points":{"type":"integer"}}}
                    """),
                new DefinitionChange("segment", "parisians", """{"rule":"city = \"Paris\""}"""),
            ],
            "bench",
            CancellationToken.None);
        for (var start = 0; start < count; start += Batch)
        {
            var puts = Enumerable.Range(start, Math.Min(Batch, count - start)).Select(i => Put(people[i], i)).ToList();
            await store.Profiles.ApplyAsync(new ProfileChanges("customer", puts, [], [], [], [], "bench"), CancellationToken.None);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count:N0} profiles stored in {watch.Elapsed.TotalSeconds:0.0} s"));
        foreach (var (what, query) in new (string, Func<string>)[]
        {
            ("FTS5: one name", () => people[random.Next(count)].Last), ("FTS5: two beginnings, 2 letters", () => $"{people[random.Next(count)].First[..2]} {people[random.Next(count)].Last[..2]}"),
            ("FTS5: beginning, 3 letters", () => people[random.Next(count)].Last[..3]),
        })
        {
            List<double> times = [];
            for (var i = 0; i < 200; i++)
            {
                var began = Stopwatch.GetTimestamp();
                await store.Profiles.SearchAsync(new ProfileSearch("customer", query(), "name"), null, 50, CancellationToken.None);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            Print(what, times, "in process");
        }

        return people;
    }

    // Common syllables come oftener, so that some last names are those of thousands and most those of a few.
    private static Person Make(Random random, int i)
    {
        string Syllable() => s_syllables[(int)(s_syllables.Length * Math.Pow(random.NextDouble(), 1.6))];
        var last = new StringBuilder();
        for (var parts = 2 + random.Next(3); parts > 0; parts--)
        {
            last.Append(Syllable());
        }

        last[0] = char.ToUpperInvariant(last[0]);
        var first = s_first[(int)(s_first.Length * Math.Pow(random.NextDouble(), 1.3))];
        return new Person(first, last.ToString(), $"{last}.{i}@mail{random.Next(20)}.example".ToLowerInvariant(), $"49{random.Next(100, 999)}{random.Next(1_000_000, 9_999_999)}", s_cities[random.Next(s_cities.Length)], random.Next(100));
    }

    private static ProfilePut Put(Person person, int i) => new(
        new ProfileId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddDays(20_000).AddMilliseconds(i))),
        i,
        [],
        ValueDocument.Write(
            ["first_name", "last_name", "email", "phone", "city", "points"],
            [Value.Of(person.First), Value.Of(person.Last), Value.Of(person.Email), Value.Of(person.Phone), Value.Of(person.City), Value.Of(person.Points)]),
        "{}",
        $"{person.First} {person.Last}",
        $"{person.First} {person.Last} {person.Email}",
        [new ProfileIdentifier("email", person.Email), new ProfileIdentifier("phone", person.Phone)],
        new byte[32]);

    private static string Damaged(string word, Random random)
    {
        var at = random.Next(1, Math.Max(2, word.Length - 1));
        return random.Next(3) switch
        {
            0 => word.Remove(at, 1),
            1 => word.Insert(at, "e"),
            _ => word[..at] + (char)('a' + random.Next(26)) + word[(at + 1)..],
        };
    }

    private static string Escaped(string text) => Uri.EscapeDataString(text);

    private readonly record struct Person(string First, string Last, string Email, string Phone, string City, long Points);
}
