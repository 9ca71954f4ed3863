using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;
using Xunit.Abstractions;

namespace CustomerInsights.Host.Tests.Crash;

/// <summary>The program is killed while a steward undoes merges and says "different": each stands whole or not at all.</summary>
public sealed class KilledDuringVerdictTests(ITestOutputHelper output)
{
    private const int Pairs = 90;
    private const int Kills = 8;

    [Fact]
    public async Task A_verdict_or_an_undo_that_is_killed_is_there_whole_or_not_at_all()
    {
        var directory = Directory.CreateTempSubdirectory("ci-verdict-").FullName;
        var host = await HostProcess.StartAsync(directory);
        try
        {
            var merges = await MergedAsync(host.Http, directory);
            Assert.Equal(Pairs, merges.Count);
            var acknowledged = new HashSet<int>();
            var open = Enumerable.Range(0, Pairs).ToList();
            var cut = 0;
            for (var kill = 0; kill < Kills; kill++)
            {
                var said = new ConcurrentQueue<int>();
                var (first, begun) = (new TaskCompletionSource(), open.ToList());
                var http = host.Http;
                var steward = Task.Run(() => SayAsync(http, begun, merges, said, first));
                await Task.WhenAny(first.Task, steward);
                await Task.Delay(kill * 2);
                await host.KillAsync();
                await steward;
                await host.DisposeAsync();
                acknowledged.UnionWith(said);
                host = await HostProcess.StartAsync(directory);
                var after = await CheckAsync(host.Http, merges, acknowledged);
                cut += after.Count - acknowledged.Count;
                output.WriteLine($"kill {kill}: {acknowledged.Count} acknowledged, {after.Count} there");
                Assert.True(after.Count - acknowledged.Count <= 1, "More is there than was asked for.");
                acknowledged.UnionWith(after);
                open = [.. Enumerable.Range(0, Pairs).Except(after)];
            }

            output.WriteLine($"{cut} were written and not acknowledged");
            Assert.InRange(acknowledged.Count, Kills, Pairs - 1);
        }
        finally
        {
            await host.DisposeAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    // One after the other until the program is gone; undo and verdict in turn.
    private static async Task SayAsync(HttpClient http, List<int> open, Dictionary<int, long> merges, ConcurrentQueue<int> said, TaskCompletionSource first)
    {
        try
        {
            foreach (var pair in open)
            {
                using var body = IsUndo(pair) ? null : new StringContent(
                    $$"""{"left":{"stream":"crm.contacts","key":"C{{pair}}"},"right":{"stream":"club.members","key":"M{{pair}}"},"verdict":"different"}""", Encoding.UTF8, "application/json");
                using var response = await http.PostAsync(
                    new Uri(IsUndo(pair) ? $"/api/v1/unification/ledger/{merges[pair]}/undo" : "/api/v1/unification/verdicts", UriKind.Relative), body);
                Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created, $"{pair}: {await response.Content.ReadAsStringAsync()}");
                said.Enqueue(pair);
                first.TrySetResult();
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
        {
            // It was killed.
        }
    }

    private static bool IsUndo(int pair) => pair % 2 == 0;

    /// <summary>Gives the pairs that are apart, and fails when one is neither before nor after.</summary>
    private static async Task<HashSet<int>> CheckAsync(HttpClient http, Dictionary<int, long> merges, HashSet<int> acknowledged)
    {
        var verdicts = (await http.AllAsync("/unification/verdicts?limit=1000")).ToDictionary(verdict => Number(verdict["left"]!.Text("key")));
        var ledger = (await http.AllAsync("/unification/ledger?limit=1000")).ToLookup(entry => entry.Text("cause"), StringComparer.Ordinal);
        var after = new HashSet<int>();
        foreach (var pair in merges.Keys)
        {
            var (contact, member) = (await ProfileAsync(http, $"C{pair}"), await ProfileAsync(http, $"M{pair}"));
            var apart = contact.Id() != member.Id();
            Assert.Equal(apart, verdicts.ContainsKey(pair));
            Assert.Equal(apart ? null : "Oslo", member.Attribute("city")?["value"]?.GetValue<string>());
            Assert.Equal(apart, contact.Attribute("points")?["value"] is null);
            if (apart)
            {
                var kinds = ledger[verdicts[pair].Text("id")].Select(entry => entry.Text("kind"));
                Assert.Equal(["restored"], kinds);
                after.Add(pair);
            }
        }

        Assert.Subset(after, acknowledged);
        return after;
    }

    private static async Task<JsonNode> ProfileAsync(HttpClient http, string key)
    {
        var found = await http.GetJsonAsync($"/profiles?by=id&search={key}");
        return await http.GetJsonAsync($"/profiles/{Assert.Single(found["items"]!.AsArray())!.Id()}");
    }

    // Members have an address of their own at first, then that of their contact: so many merges.
    private static async Task<Dictionary<int, long>> MergedAsync(HttpClient http, string directory)
    {
        WriteFiles(directory, "m");
        using (var recipe = new StringContent(Shop.Recipe().ToJsonString(), Encoding.UTF8, "application/json"))
        {
            using var applied = await http.PostAsync(new Uri("/api/v1/recipes/apply", UriKind.Relative), recipe);
            Assert.True(applied.IsSuccessStatusCode, await applied.Content.ReadAsStringAsync());
        }

        await RefreshAsync(http);
        WriteFiles(directory, "c");
        await RefreshAsync(http);
        var merges = await http.AllAsync("/unification/ledger?kind=merged&limit=1000");
        return merges.ToDictionary(
            entry => Number(entry["parts"]!.AsArray().SelectMany(part => part!["first"]!.AsArray()).First()!.Text("key")), entry => entry["entry"]!.GetValue<long>());
    }

    private static int Number(string key) => int.Parse(key[1..], CultureInfo.InvariantCulture);

    private static async Task RefreshAsync(HttpClient http)
    {
        using var started = await http.PostAsync(new Uri("/api/v1/refreshes", UriKind.Relative), null);
        var job = await http.EndOfAsync(JsonNode.Parse(await started.Content.ReadAsStringAsync())!.Text("jobId"));
        Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
    }

    private static void WriteFiles(string directory, string mail)
    {
        var files = Directory.CreateDirectory(Path.Combine(directory, "files")).FullName;
        var (contacts, members) = (new StringBuilder("Id,First,Last,Email,Phone,City\n"), new StringBuilder("MemberId,Name,Email,Points\n"));
        for (var i = 0; i < Pairs; i++)
        {
            contacts.Append(CultureInfo.InvariantCulture, $"C{i},Ann{i},Miller,c{i}@example.com,,Oslo\n");
            members.Append(CultureInfo.InvariantCulture, $"M{i},Ann{i} Miller,{mail}{i}@example.com,3\n");
        }

        File.WriteAllText(Path.Combine(files, "contacts.csv"), contacts.ToString());
        File.WriteAllText(Path.Combine(files, "members.csv"), members.ToString());
        File.WriteAllText(Path.Combine(files, "orders.csv"), Shop.Orders);
    }
}
