using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;
using Xunit.Abstractions;

namespace CustomerInsights.Host.Tests.Crash;

/// <summary>
/// The program is killed while it unifies with a matcher, now while it compares and now while it writes. What comes of it in the end are the profiles and ids
/// of an undisturbed run; who reads meanwhile sees each merge whole or not at all.
/// </summary>
public sealed class KilledDuringMatchingTests(ITestOutputHelper output)
{
    private const int People = 4000;
    private const int Kills = 6;

    [Fact]
    public async Task A_matcher_that_is_killed_again_and_again_ends_with_the_clusters_and_ids_of_an_undisturbed_run()
    {
        var (undisturbed, killed) = (Directory.CreateTempSubdirectory("ci-matching-").FullName, Directory.CreateTempSubdirectory("ci-matching-").FullName);
        try
        {
            await SeparateAsync(undisturbed);
            Copy(undisturbed, killed);
            WriteFiles(undisturbed, isSame: true);
            WriteFiles(killed, isSame: true);
            string expected;
            await using (var host = await HostProcess.StartAsync(undisturbed))
            {
                await EndAsync(host, await RefreshAsync(host.Http));
                expected = await ProfilesAsync(host.Http);
            }

            await KillAndCompareAsync(killed, expected);
        }
        finally
        {
            Directory.Delete(undisturbed, recursive: true);
            Directory.Delete(killed, recursive: true);
        }
    }

    private async Task KillAndCompareAsync(string directory, string expected)
    {
        var random = new Random(20261126);
        var host = await HostProcess.StartAsync(directory);
        var reader = new Reader();
        try
        {
            var refresh = await RefreshAsync(host.Http);
            var kills = 0;
            for (var point = 0; point < Kills; point++)
            {
                // Now somewhere while it runs, now soon after something more was written.
                var before = await MergedAsync(host.Http);
                var reached = point % 2 == 0 ? (Func<HttpClient, Task<bool>>)(http => IsUnifyingAsync(http, refresh)) : async http => await MergedAsync(http) > before;
                if (!await WaitAsync(host.Http, refresh, reached, reader))
                {
                    break;
                }

                await reader.ReadForAsync(host.Http, TimeSpan.FromMilliseconds(random.Next(point % 2 == 0 ? 600 : 60)));
                output.WriteLine($"killed at {point} with {await MergedAsync(host.Http)} merges");
                await host.KillAsync();
                await host.DisposeAsync();
                kills++;
                host = await HostProcess.StartAsync(directory);
            }

            Assert.True(kills >= 2, $"Only {kills} kills came before the end.");
            Assert.True(await WaitAsync(host.Http, refresh, _ => Task.FromResult(false), reader) is false);
            await EndAsync(host, refresh);
            await reader.ReadForAsync(host.Http, TimeSpan.FromMilliseconds(200));
            output.WriteLine($"{kills} kills; read {reader.Apart} times apart and {reader.Together} times together");
            Assert.True(reader is { Apart: > 0, Together: > 0 }, $"{reader.Apart} {reader.Together}");
            Assert.Equal(expected, await ProfilesAsync(host.Http));
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private static async Task<bool> WaitAsync(HttpClient http, string refresh, Func<HttpClient, Task<bool>> reached, Reader reader)
    {
        while (!await reached(http))
        {
            if ((await http.GetJsonAsync($"/jobs/{refresh}")).Text("state") is "succeeded" or "failed")
            {
                return false;
            }

            await reader.ReadAsync(http);
        }

        return true;
    }

    private static async Task<bool> IsUnifyingAsync(HttpClient http, string refresh) =>
        (await http.AllAsync($"/jobs?parent={refresh}")).Any(job => job.Text("kind") == "unify" && job.Text("state") == "running");

    private static async Task<int> MergedAsync(HttpClient http) => (await http.AllAsync("/unification/ledger?kind=merged&limit=1000")).Count;

    private static async Task EndAsync(HostProcess host, string refresh)
    {
        var job = await host.Http.EndOfAsync(refresh);
        Assert.True(job.Text("state") == "succeeded", job.ToJsonString() + host.Output);
    }

    private static async Task<string> ProfilesAsync(HttpClient http)
    {
        var profiles = await http.AllAsync("/profiles?limit=1000");
        Assert.Equal(People, profiles.Count);
        Assert.All(profiles, profile => Assert.NotNull(profile["attributes"]!["points"]));
        return string.Join('\n', profiles.Select(profile => $"{profile["id"]} {profile["attributes"]!.ToJsonString()} {profile["identifiers"]!.ToJsonString()}").Order(StringComparer.Ordinal));
    }

    // Contacts and members are others at first: each is a profile of its own.
    private static async Task SeparateAsync(string directory)
    {
        WriteFiles(directory, isSame: false);
        var recipe = Shop.Recipe();
        var fields = recipe["mappings"]!["club.members"]!["profile"]!["fields"]!.AsObject();
        fields.Remove("full_name");
        (fields["first_name"], fields["last_name"]) = ("First", "Last");
        recipe["unification"]!["customer"]!.AsObject().Remove("matching");
        recipe["unification"]!["customer"]!["matcher"] = new JsonObject
        {
            ["fields"] = new JsonArray([.. new[] { "first_name", "last_name", "email", "phone" }.Select(field => new JsonObject { ["field"] = field })]),
            ["duplicateFree"] = new JsonArray("crm.contacts", "club.members"),
            ["memoryMegabytes"] = 4000,
        };
        await using var host = await HostProcess.StartAsync(directory);
        using (var body = new StringContent(recipe.ToJsonString(), Encoding.UTF8, "application/json"))
        {
            using var applied = await host.Http.PostAsync(new Uri("/api/v1/recipes/apply", UriKind.Relative), body);
            Assert.True(applied.IsSuccessStatusCode, await applied.Content.ReadAsStringAsync());
        }

        await EndAsync(host, await RefreshAsync(host.Http));
        Assert.Equal(2 * People, (await host.Http.AllAsync("/profiles?limit=1000")).Count);
    }

    private static async Task<string> RefreshAsync(HttpClient http)
    {
        using var started = await http.PostAsync(new Uri("/api/v1/refreshes", UriKind.Relative), null);
        return JsonNode.Parse(await started.Content.ReadAsStringAsync())!.Text("jobId");
    }

    private static void WriteFiles(string directory, bool isSame)
    {
        var files = Directory.CreateDirectory(Path.Combine(directory, "files")).FullName;
        var (contacts, members) = (new StringBuilder("Id,First,Last,Email,Phone,City\n"), new StringBuilder("MemberId,First,Last,Email,Points\n"));
        for (var i = 0; i < People; i++)
        {
            var (first, last) = Name(i);
            var (otherFirst, otherLast) = isSame ? (first, last) : Name(i + (3 * People));
            contacts.Append(CultureInfo.InvariantCulture, $"C{i:0000}X,{first},{last},{first}.{last}{i}@example.com,0555{i:0000}{i * 37 % 1000:000},Oslo\n");
            members.Append(CultureInfo.InvariantCulture, $"M{i:0000}X,{otherFirst},{otherLast},{otherFirst}.{otherLast}{(isSame ? i : i + 7777)}@example.com,{i % 7}\n");
        }

        File.WriteAllText(Path.Combine(files, "contacts.csv"), contacts.ToString());
        File.WriteAllText(Path.Combine(files, "members.csv"), members.ToString());
        File.WriteAllText(Path.Combine(files, "orders.csv"), "OrderId,ContactId,At,Amount\n");
    }

    private static (string First, string Last) Name(int number)
    {
        string[] given = ["Anna", "Robert", "Maria", "James", "Susan", "Peter", "Linda", "George", "Helen", "Victor", "Paula"];
        const string Syllables = "berkorisdormiklasgrupenshafeltontalven";
        string Syllable(int i) => Syllables.Substring(i % 12 * 3, 3);
        return (given[number % given.Length], $"{Syllable(number)}{Syllable(number / 12)}{Syllable(number / 144)}{Syllable((number / 1728) + 3)}");
    }

    private static void Copy(string from, string to)
    {
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }

    // Looks one person after the other up, from both sides.
    private sealed class Reader
    {
        private int _next;

        internal int Apart { get; private set; }

        internal int Together { get; private set; }

        internal async Task ReadForAsync(HttpClient http, TimeSpan time)
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            while (watch.Elapsed < time)
            {
                await ReadAsync(http);
            }
        }

        internal async Task ReadAsync(HttpClient http)
        {
            _next = (_next + 101) % People;
            var contact = await OneAsync(http, $"C{_next:0000}X");
            var member = await OneAsync(http, $"M{_next:0000}X");
            Assert.NotNull(contact["attributes"]!["city"]);
            Assert.NotNull(member["attributes"]!["points"]);

            // A merged profile has of both. The member was looked up later: a merge that came in between is seen from both sides when the contact is looked up again.
            var isMerged = contact["attributes"]!["points"] is not null;
            if (!isMerged && member["attributes"]!["city"] is not null)
            {
                contact = await OneAsync(http, $"C{_next:0000}X");
                isMerged = true;
                Assert.NotNull(contact["attributes"]!["points"]);
            }

            Assert.Equal(isMerged, member["attributes"]!["city"] is not null);
            Assert.Equal(isMerged, member.Text("id") == contact.Text("id"));
            (Apart, Together) = isMerged ? (Apart, Together + 1) : (Apart + 1, Together);
        }

        private static async Task<JsonNode> OneAsync(HttpClient http, string key) =>
            Assert.Single((await http.GetJsonAsync($"/profiles?by=id&search={key}"))["items"]!.AsArray())!;
    }
}
