using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage.Jobs;
using Microsoft.Data.Sqlite;
using Xunit.Abstractions;

namespace CustomerInsights.Host.Tests.Crash;

/// <summary>The program is killed at several points of a refresh; what comes of it in the end is what comes of an undisturbed one.</summary>
public sealed class KilledDuringRefreshTests(ITestOutputHelper output)
{
    private const int People = 20_000;

    [Fact]
    public async Task A_refresh_that_is_killed_again_and_again_ends_as_an_undisturbed_one()
    {
        string undisturbed;
        string exported;
        await using (var app = await RunningApp.StartAsync())
        {
            WriteFiles(app.Directory);
            await app.ApplyAsync(Recipe());
            await app.SucceedAsync();
            undisturbed = await EverythingAsync(app.Http);
            exported = File.ReadAllText(Path.Combine(app.Directory, "exports", "buyers.csv"));
        }

        var directory = Directory.CreateTempSubdirectory("ci-killed-").FullName;
        try
        {
            await KillAndCompareAsync(directory, undisturbed, exported);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private async Task KillAndCompareAsync(string directory, string undisturbed, string exported)
    {
        var host = await HostProcess.StartAsync(directory);
        try
        {
            WriteFiles(directory);
            using (var recipe = new StringContent(Recipe(), Encoding.UTF8, "application/json"))
            {
                using var applied = await host.Http.PostAsync(new Uri("/api/v1/recipes/apply", UriKind.Relative), recipe);
                Assert.True(applied.IsSuccessStatusCode, await applied.Content.ReadAsStringAsync());
            }

            using var started = await host.Http.PostAsync(new Uri("/api/v1/refreshes", UriKind.Relative), null);
            var id = JsonNode.Parse(await started.Content.ReadAsStringAsync())!.Text("jobId");

            // Each point is waited for on the host that the last kill left; nobody asks for the refresh again.
            (string Name, string Sql)[] points =
            [
                ("the first records", "SELECT record_count >= 1 FROM streams WHERE name = 'crm.contacts'"),
                ("half of the records", $"SELECT record_count >= {People / 2} FROM streams WHERE name = 'crm.contacts'"),
                ("projection", Running("project")),
                ("unification", Running("unify")),
                ("measures", Running("measures")),
                ("export", Running("export")),
            ];
            var over = $"SELECT count(*) FROM jobs WHERE job_id = '{id}' AND state > {(int)JobState.Waiting}";
            var killed = 0;
            foreach (var (name, sql) in points)
            {
                var passed = false;
                await host.StepUntilAsync(() => Looks(directory, sql) || (passed = Looks(directory, over)));
                if (passed)
                {
                    output.WriteLine($"{name}: passed before it was seen");
                    continue;
                }

                output.WriteLine($"{name}: killed");
                await host.DisposeAsync();
                killed++;
                host = HostProcess.Start(directory);
            }

            host.Resume();
            await host.AnswersAsync();
            Assert.True(killed >= 4, $"Only {killed} of the points were met.");
            var refresh = await host.Http.EndOfAsync(id);
            Assert.True(refresh.Text("state") == "succeeded", refresh.ToJsonString() + host.Output);
            Assert.True(refresh["attempts"]!.GetValue<int>() > killed, refresh.ToJsonString());
            Whole.Equal(undisturbed, await EverythingAsync(host.Http));
            Assert.Equal(Lines(exported), Lines(await File.ReadAllTextAsync(Path.Combine(directory, "exports", "buyers.csv"))));

            using var again = await host.Http.PostAsync(new Uri("/api/v1/refreshes", UriKind.Relative), null);
            var second = await host.Http.EndOfAsync(JsonNode.Parse(await again.Content.ReadAsStringAsync())!.Text("jobId"));
            Assert.Equal(0, second["result"]!["changed"]!.GetValue<long>());
        }
        finally
        {
            await host.DisposeAsync();
        }

        static IEnumerable<string> Lines(string text) => text.Split("\r\n").Order(StringComparer.Ordinal);
    }

    private static string Running(string kind) => $"SELECT count(*) FROM jobs WHERE kind = '{kind}' AND state = {(int)JobState.Running}";

    // Another process's look at the store, which stands still meanwhile. Where that was in the middle of something, the next step is waited for.
    private static bool Looks(string directory, string sql)
    {
        try
        {
            using var connection = new SqliteConnection($"Data Source={Path.Combine(directory, "insights.db")};Mode=ReadOnly;Pooling=False;Default Timeout=1");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            return command.ExecuteScalar() is long and > 0;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    /// <summary>All that a refresh leads to, ids and times left out, in a form that can be compared.</summary>
    private static async Task<string> EverythingAsync(HttpClient http)
    {
        var text = new StringBuilder();
        foreach (var stream in new[] { "crm.contacts", "crm.orders" })
        {
            var records = await http.AllAsync($"/streams/{stream}/records?limit=1000");
            Add($"{stream} records", records.Select(record => $"{record["key"]} {record["fields"]!.ToJsonString()}"));
            var rejected = await http.AllAsync($"/streams/{stream}/rejected?limit=1000");
            Add($"{stream} rejected", rejected.Select(row => $"{row["key"]} {row["field"]} {row["location"]} {row["line"]} {row["reason"]}"));
            var runs = await http.AllAsync($"/streams/{stream}/runs");
            text.AppendLine(CultureInfo.InvariantCulture, $"{stream} runs: {string.Join(' ', runs.Select(run => run["outcome"] + run["counts"]!.ToJsonString()))}");
        }

        var profiles = await http.AllAsync("/profiles?limit=1000");
        Add("profiles", profiles.Select(profile => $"{profile["displayName"]} {profile["attributes"]!.ToJsonString()} {profile["measures"]!.ToJsonString()}"));
        foreach (var segment in new[] { "buyers", "big" })
        {
            var members = await http.AllAsync($"/segments/{segment}/members?limit=1000");
            Add(segment, members.Select(member => member.Text("displayName")));
            Add(segment + " moves", (await http.AllAsync($"/segments/{segment}/history?limit=1000")).Select(move => move["entered"]!.ToJsonString()));
        }

        text.AppendLine((await http.GetJsonAsync("/measures/revenue/values"))["rows"]!.ToJsonString());
        text.AppendLine((await http.GetJsonAsync("/activities/counts")).ToJsonString());
        var exports = await http.AllAsync("/exports/buyers/runs");
        text.AppendLine(string.Join(' ', exports.Select(run => $"{run["succeeded"]} {run["added"]} {run["changed"]} {run["removed"]}")));
        return text.ToString();

        void Add(string name, IEnumerable<string> lines)
        {
            var sorted = lines.Order(StringComparer.Ordinal).ToList();
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', sorted))));
            text.AppendLine(CultureInfo.InvariantCulture, $"{name}: {sorted.Count} {hash[..12]}; from {sorted.FirstOrDefault()} to {sorted.LastOrDefault()}");
        }
    }

    private static string Recipe()
    {
        var recipe = Shop.Recipe();
        var contacts = recipe["sources"]!["crm"]!["settings"]!["streams"]![0]!;
        contacts["columns"]!["Age"] = new JsonObject { ["type"] = "integer" };
        recipe["exports"]!["buyers"]!["fields"] = new JsonArray(new JsonObject { ["name"] = "email" }, new JsonObject { ["name"] = "spend" });
        recipe["segments"]!["big"] = new JsonObject { ["rule"] = "spend > 150" };
        return recipe.ToJsonString();
    }

    // Every 1,000th contact cannot be read; every third has an order, every ninth two; some orders are nobody's.
    private static void WriteFiles(string directory)
    {
        var files = Directory.CreateDirectory(Path.Combine(directory, "files")).FullName;
        var contacts = new StringBuilder("Id,First,Last,Email,Phone,City,Age\n");
        var members = new StringBuilder("MemberId,Name,Email,Points\n");
        var orders = new StringBuilder("OrderId,ContactId,At,Amount\n");
        for (var i = 0; i < People; i++)
        {
            contacts.Append(CultureInfo.InvariantCulture, $"C{i},Ann{i},Miller,a{i}@example.com,,Town{i % 100},{(i % 1000 == 500 ? "old" : "30")}\n");
            if (i % 10 == 0)
            {
                members.Append(CultureInfo.InvariantCulture, $"M{i},Ann{i} Miller,a{i}@example.com,{i % 7}\n");
            }

            if (i % 3 == 0)
            {
                orders.Append(CultureInfo.InvariantCulture, $"O{i},C{i},2026-01-{(i % 28) + 1:00},{i % 200}.25\n");
            }

            if (i % 9 == 0)
            {
                orders.Append(CultureInfo.InvariantCulture, $"P{i},{(i % 900 == 0 ? "X" : "C")}{i},2026-02-01,10.50\n");
            }
        }

        File.WriteAllText(Path.Combine(files, "contacts.csv"), contacts.ToString());
        File.WriteAllText(Path.Combine(files, "members.csv"), members.ToString());
        File.WriteAllText(Path.Combine(files, "orders.csv"), orders.ToString());
    }
}
