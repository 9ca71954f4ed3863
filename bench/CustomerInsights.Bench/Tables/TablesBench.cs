using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Bench.Tables;

/// <summary>Lists as files, through the whole host over HTTP: rows a second, and how much more memory the process takes while the rows go out.</summary>
internal static class TablesBench
{
    private const int Batch = 5000;
    private const string Fields = "email,city,points";
    private static readonly string[] s_cities = ["Paris", "Wien", "Ankara", "Oslo", "Rom", "Lima", "Bern", "Riga"];

    public static async Task RunAsync(int count)
    {
        Measure.Machine();
        var directory = Directory.CreateTempSubdirectory("ci-bench-tables-").FullName;
        try
        {
            await FillAsync(directory, count);
            await using var host = await HostRun.StartAsync(directory);
            while ((await host.GetAsync("/columns"))["ready"]?.GetValue<bool>() != true || (await host.GetAsync("/segments/all/members?limit=1"))["count"]!.GetValue<long>() < count)
            {
                await Task.Delay(200);
            }

            foreach (var (what, path) in new[]
            {
                ("members, csv", $"/segments/all/members?format=csv&fields={Fields}"),
                ("members, json", $"/segments/all/members?format=json&fields={Fields}"),
                ("members, jsonl", $"/segments/all/members?format=jsonl&fields={Fields}"),
                ("members.csv", $"/segments/all/members.csv?fields={Fields}"),
                ("profiles, csv, three attributes", "/profiles?format=csv&fields=id,attributes.email,attributes.city,attributes.points"),
                ("profiles of a rule, csv", "/profiles?format=csv&filter=points%20%3E%3D%200&fields=id,attributes.email,attributes.city,attributes.points"),
            })
            {
                await DownloadAsync(host, what, path, count);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task DownloadAsync(HostRun host, string what, string path, int count)
    {
        var (rates, before, most, bytes) = (new List<double>(), Settled(), 0L, 0L);
        for (var run = 0; run < 3; run++)
        {
            var watch = Stopwatch.StartNew();
            await using var body = await host.OpenAsync(path);
            var (buffer, lines, read) = (new byte[64 * 1024], 0L, 0);
            for (bytes = 0; (read = await body.ReadAsync(buffer)) > 0; bytes += read)
            {
                lines += buffer.AsSpan(0, read).Count((byte)'\n');
                most = Math.Max(most, Measure.ResidentKiB());
            }

            if (lines < count || lines > count + 2)
            {
                throw new InvalidOperationException($"{lines} lines of {path}.");
            }

            rates.Add(count / watch.Elapsed.TotalSeconds);
        }

        rates.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {what,-34} {rates[1],9:N0} rows/s median of 3 (min {rates[0]:N0}, max {rates[2]:N0}), {bytes / 1024.0 / 1024:0.0} MiB; resident {before / 1024:N0} MiB before, at most {most / 1024:N0} MiB meanwhile"));
    }

    private static long Settled()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        return Measure.ResidentKiB();
    }

    private static async Task FillAsync(string directory, int count)
    {
        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = directory }, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        await store.Definitions.ApplyAsync(
            [
                new DefinitionChange("profileType", "customer", """{"attributes":{"email":{"type":"text","semanticType":"contact.email"},"city":{"type":"text"},"points":{"type":"integer"}}}"""),
                new DefinitionChange("segment", "all", """{"rule":"points >= 0"}"""),
            ],
            "bench",
            CancellationToken.None);
        for (var start = 0; start < count; start += Batch)
        {
            var puts = Enumerable.Range(start, Math.Min(Batch, count - start)).Select(Put).ToList();
            await store.Profiles.ApplyAsync(new ProfileChanges("customer", puts, [], [], [], [], "bench"), CancellationToken.None);
        }
    }

    private static ProfilePut Put(int i)
    {
        var email = $"person{i}@mail{i % 20}.example";
        return new ProfilePut(
            new ProfileId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddDays(20_000).AddMilliseconds(i))),
            i,
            [],
            ValueDocument.Write(["email", "city", "points"], [Value.Of(email), Value.Of(s_cities[i % 8]), Value.Of((long)(i % 100))]),
            "{}",
            email,
            email,
            [new ProfileIdentifier("email", email)],
            new byte[32]);
    }
}
