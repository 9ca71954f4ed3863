using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage.Jobs;
using Microsoft.Data.Sqlite;
using Xunit.Abstractions;

namespace CustomerInsights.Host.Tests.Crash;

/// <summary>
/// The program, or the worker of its plugin alone, is killed while a prediction fits and while its answers are written. There is a generation before, of an earlier day: that is what
/// everybody sees, whole, until the new one is complete; and the new one is that of an undisturbed run.
/// </summary>
public sealed class KilledDuringEnrichmentTests(KilledDuringEnrichmentTests.Prepared prepared, ITestOutputHelper output) : IClassFixture<KilledDuringEnrichmentTests.Prepared>, IAsyncLifetime
{
    private const int People = 6000;
    private const string Before = "2026-03-31";
    private const string Now = "2026-09-30";
    private const string Draft = "SELECT count(*) FROM enrichment_values v JOIN enrichment_sets s ON s.set_no = v.set_no WHERE s.state = 0";
    private const string Visible = "SELECT count(*) FROM enrichment_values v JOIN enrichment_sets s ON s.set_no = v.set_no WHERE s.state = 1";

    private readonly string _directory = Directory.CreateTempSubdirectory("ci-enriching-").FullName;
    private HostProcess? _running;

    private HostProcess Host => _running!;

    public async Task InitializeAsync()
    {
        PackageCopy.Folder(prepared.Directory, _directory);
        await RunAsync();
        await ApplyAsync(Host, Now);
    }

    public async Task DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("inProcess")]
    [InlineData("process")]
    public async Task A_host_that_is_killed_while_a_prediction_fits_and_while_it_answers_goes_on_and_shows_no_half_of_it(string isolation)
    {
        await IsolateAsync(isolation);
        var job = await StartAsync(Host, "/enrichments/worth/runs");

        // Each point is waited for on the host that the last kill left; nobody asks for the run again.
        (string Name, string Sql)[] points =
        [
            ("fitting", $"SELECT count(*) FROM jobs WHERE job_id = '{job}' AND state = {(int)JobState.Running} AND message LIKE '%Fitting%'"),
            ("a quarter of the answers", $"SELECT ({Draft}) >= {People / 4}"),
            ("three quarters of the answers", $"SELECT ({Draft}) >= {People * 3 / 4}"),
        ];
        var over = $"SELECT count(*) FROM jobs WHERE job_id = '{job}' AND state > {(int)JobState.Waiting}";
        var (answered, killedAt) = (0L, 0L);
        var seen = new List<bool>();
        foreach (var (name, sql) in points)
        {
            long[]? look = null;
            await Host.StepUntilAsync(() => (look = Look(_directory, sql, over, Visible, Draft)) is [> 0, ..] or [_, > 0, ..], workersToo: true);
            Assert.True(look![0] > 0, $"{name}: passed before it was seen");

            // What others would see at this moment is the old generation, whole.
            Assert.Equal(People, look[2]);
            killedAt = TimeProvider.System.GetUtcNow().Ticks;
            await KillAsync();

            // A commit may be in the file where the kill comes before others could see it: what is there is known after the kill.
            answered = Look(_directory, Draft)![0];
            Assert.InRange(answered, look[3], People);
            output.WriteLine($"{name}: killed with {answered} answers in the making, {look[3]} of them seen before");
            await RunAsync();
            seen.Add((await SeenAsync()).IsNew);
        }

        // It is asked again and again while it goes on: the new generation comes at once.
        while ((await Host.Http.GetJsonAsync($"/jobs/{job}")).Text("state") is "queued" or "running" or "waiting")
        {
            seen.Add((await SeenAsync()).IsNew);
        }

        output.WriteLine($"{seen.Count(isNew => !isNew)} looks saw the old generation, {seen.Count(isNew => isNew)} the new one");
        Assert.False(seen[0]);
        Assert.Equal(seen.Order(), seen);
        var ended = await Host.Http.EndOfAsync(job);
        Assert.True(ended.Text("state") == "succeeded", ended.ToJsonString() + Host.Output);
        Assert.Equal(points.Length + 1, ended["attempts"]!.GetValue<int>());
        Assert.True((await SeenAsync()).IsNew);

        // It went on: what was answered before the last kill, up to the last checkpoint, was not answered again.
        var kept = Look(_directory, $"{Visible} AND v.at <= {killedAt}")![0];
        Assert.InRange(kept, People / 2, answered);
        Assert.Equal(prepared.Expected, await EverythingAsync(Host.Http, job));
    }

    [Fact]
    public async Task A_worker_that_is_killed_while_it_fits_fails_the_run_with_the_reason_and_the_next_run_is_whole()
    {
        await IsolateAsync("process");
        var job = await StartAsync(Host, "/enrichments/worth/runs");
        long[]? look = null;
        await Host.StepUntilAsync(() => (look = Look(_directory, $"SELECT count(*) FROM jobs WHERE job_id = '{job}' AND message LIKE '%Fitting%'", Draft)) is [> 0, ..], workersToo: true);
        Assert.Equal(0, look![1]);
        HostProcess.KillWorker(Assert.Single(Host.Workers()));
        Host.Resume();

        var failed = await Host.Http.EndOfAsync(job);
        Assert.Equal("failed", failed.Text("state"));
        Assert.Contains("exit code 137 (killed from outside", failed["error"]!.Text("message"), StringComparison.Ordinal);
        Assert.Equal((prepared.Job, false), await SeenAsync());
        Assert.Equal(0, Look(_directory, "SELECT count(*) FROM enrichment_sets WHERE state = 0")![0]);

        var again = await SucceedAsync(Host, "/enrichments/worth/runs");
        Assert.Equal((again, true), await SeenAsync());
        Assert.Equal(prepared.Expected, await EverythingAsync(Host.Http, again));
    }

    // The run whose answers a profile has, and whether everybody has those of the new day: a rule counts all of them in one look.
    private async Task<(string Job, bool IsNew)> SeenAsync()
    {
        using var body = new StringContent($$"""{"rule":"lifetime_value.until > date(2026-12-31)"}""", Encoding.UTF8, "application/json");
        using var answer = await Host.Http.PostAsync(new Uri("/api/v1/segments/preview", UriKind.Relative), body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        var count = JsonNode.Parse(text)!["count"]!.GetValue<int>();
        Assert.Contains(count, new[] { 0, People });
        return ((await Host.Http.GetJsonAsync("/enrichments/worth/status"))["visible"]!.Text("jobId"), count > 0);
    }

    private async Task IsolateAsync(string isolation)
    {
        using var change = new StringContent($$"""{"isolation":"{{isolation}}"}""", Encoding.UTF8, "application/json");
        using var changed = await Host.Http.PatchAsync(new Uri("/api/v1/plugins/customer-insights.lifetime-value", UriKind.Relative), change);
        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync());
    }

    private async Task KillAsync()
    {
        if (_running is { } before)
        {
            _running = null;
            await before.DisposeAsync();
        }
    }

    private async Task RunAsync()
    {
        _running = HostProcess.Start(_directory);
        await _running.AnswersAsync();
    }

    private static async Task ApplyAsync(HostProcess host, string asOf)
    {
        using var recipe = new StringContent(Recipe(asOf), Encoding.UTF8, "application/json");
        using var applied = await host.Http.PostAsync(new Uri("/api/v1/recipes/apply", UriKind.Relative), recipe);
        Assert.True(applied.StatusCode == HttpStatusCode.OK, await applied.Content.ReadAsStringAsync());
    }

    private static async Task<string> StartAsync(HostProcess host, string path)
    {
        using var started = await host.Http.PostAsync(new Uri("/api/v1" + path, UriKind.Relative), null);
        var text = await started.Content.ReadAsStringAsync();
        Assert.True(started.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!.Text("jobId");
    }

    private static async Task<string> SucceedAsync(HostProcess host, string path)
    {
        var job = await host.Http.EndOfAsync(await StartAsync(host, path));
        Assert.True(job.Text("state") == "succeeded" && job["result"]!["warnings"]?.ToJsonString().Contains("failed", StringComparison.Ordinal) != true, job.ToJsonString() + host.Output);
        return job.Text("id");
    }

    /// <summary>What a run says of everybody, and what it reports.</summary>
    private static async Task<string> EverythingAsync(HttpClient http, string job)
    {
        var profiles = await http.AllAsync("/profiles?limit=1000");
        Assert.Equal(People, profiles.Count);
        var run = await http.GetJsonAsync($"/enrichments/worth/runs/{job}");
        return string.Join('\n', profiles.Select(profile => $"{profile["attributes"]!.ToJsonString()} {profile["enrichments"]?.ToJsonString()}").Order(StringComparer.Ordinal)
            .Append(run["coverage"]!.ToJsonString()).Append(run["report"]!.ToJsonString()));
    }

    // Another process's look at the store, at one moment. Where that was in the middle of something there is none, and the next step is waited for.
    private static long[]? Look(string directory, params string[] counts)
    {
        try
        {
            using var connection = new SqliteConnection($"Data Source={Path.Combine(directory, "insights.db")};Mode=ReadOnly;Pooling=False;Default Timeout=1");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT {string.Join(", ", counts.Select(count => $"({count})"))}";
            using var row = command.ExecuteReader();
            return row.Read() ? [.. counts.Select((_, at) => row.GetInt64(at))] : null;
        }
        catch (SqliteException)
        {
            return null;
        }
    }

    private static string Recipe(string asOf) => $$"""
        {
          "recipe": 1,
          "profileTypes": { "customer": { "attributes": { "email": { "type": "text", "semanticType": "contact.email" } } } },
          "activityTypes": { "order": { "fields": { "amount": { "type": "decimal" } } } },
          "sources": { "shop": { "plugin": "customer-insights.csv-connector", "settings": { "streams": [
            { "name": "people", "path": "people.csv", "key": ["id"] },
            { "name": "orders", "path": "orders.csv", "key": ["id"], "columns": { "at": { "type": "date" }, "amount": { "type": "decimal" } } } ] } } },
          "mappings": {
            "shop.people": { "profile": { "type": "customer", "fields": { "email": "email" } } },
            "shop.orders": { "activity": { "type": "order", "at": "at", "link": { "stream": "shop.people", "key": "person" }, "fields": { "amount": "amount" } } } },
          "unification": { "customer": { "streams": [{ "stream": "shop.people" }], "matching": [] } },
          "enrichments": { "worth": {
            "plugin": "customer-insights.lifetime-value",
            "settings": { "orders": [{ "activity": "order", "amount": "amount" }], "horizonMonths": 6, "asOf": "{{asOf}}" } } }
        }
        """;

    // Two years of orders; everybody has a rate and a chance to leave of their own.
    private static void WriteFiles(string directory)
    {
        var files = Directory.CreateDirectory(Path.Combine(directory, "files")).FullName;
        var random = new Random(20261128);
        var people = new StringBuilder("id,email\n");
        var orders = new StringBuilder("id,person,at,amount\n");
        var end = new DateOnly(2026, 9, 30);
        var count = 0;
        for (var i = 0; i < People; i++)
        {
            people.Append(CultureInfo.InvariantCulture, $"P{i},p{i}@example.com\n");
            var (pause, leave, worth) = (10 + (100 * random.NextDouble()), 0.3 * random.NextDouble(), 20 + (80 * random.NextDouble()));
            for (var at = 730.0 * random.NextDouble(); at >= 0 && count < 100_000; at += pause * Math.Log(random.NextDouble()))
            {
                orders.Append(CultureInfo.InvariantCulture, $"O{count++},P{i},{end.AddDays(-(int)at):yyyy-MM-dd},{Math.Round(worth * (0.5 + random.NextDouble()), 2)}\n");
                if (random.NextDouble() < leave)
                {
                    break;
                }
            }
        }

        File.WriteAllText(Path.Combine(files, "people.csv"), people.ToString());
        File.WriteAllText(Path.Combine(files, "orders.csv"), orders.ToString());
    }

    /// <summary>A store with a generation of an earlier day, and what an undisturbed run of a later day says.</summary>
    public sealed class Prepared : IAsyncLifetime
    {
        internal string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("ci-enriching-").FullName;

        /// <summary>The run of the generation that is there.</summary>
        internal string Job { get; private set; } = "";

        internal string Expected { get; private set; } = "";

        public async Task InitializeAsync()
        {
            WriteFiles(Directory);
            await using (var host = await HostProcess.StartAsync(Directory))
            {
                await ApplyAsync(host, Before);
                await SucceedAsync(host, "/refreshes");
                Job = (await host.Http.GetJsonAsync("/enrichments/worth/status"))["visible"]!.Text("jobId");
            }

            Assert.Equal(People, Look(Directory, Visible)![0]);
            var undisturbed = System.IO.Directory.CreateTempSubdirectory("ci-enriching-").FullName;
            try
            {
                PackageCopy.Folder(Directory, undisturbed);
                await using var host = await HostProcess.StartAsync(undisturbed);
                await ApplyAsync(host, Now);
                Expected = await EverythingAsync(host.Http, await SucceedAsync(host, "/enrichments/worth/runs"));
            }
            finally
            {
                System.IO.Directory.Delete(undisturbed, recursive: true);
            }
        }

        public Task DisposeAsync()
        {
            System.IO.Directory.Delete(Directory, recursive: true);
            return Task.CompletedTask;
        }
    }
}
