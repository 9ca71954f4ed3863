using System.Diagnostics;
using System.Globalization;
using System.Text;
using CustomerInsights.Host.Features.Events.Projecting;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Bench.Events;

/// <summary>How fast the projector is: made-up events are put into the log, then read, understood and written as the running host does it.</summary>
internal static class EventsProjectBench
{
    private const int InAppend = 1000;
    private const int InBatch = 2000;

    private static readonly string[] s_agents =
    [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
    ];

    public static async Task RunAsync(int count)
    {
        Measure.Machine();
        var directory = Directory.CreateTempSubdirectory("ci-events-bench-").FullName;
        try
        {
            await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = directory }, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
            using var metadata = new MetadataService(store.Definitions, store.Records, store.Enrichments, []);
            await DefineAsync(store, metadata);
            var watch = Stopwatch.StartNew();
            await FillAsync(store, count);
            Say($"{count:N0} events appended to the log", watch.Elapsed, count);
            await ProjectAsync(store, new EventReading(await metadata.ModelAsync(CancellationToken.None)), count);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task DefineAsync(SqliteStore store, MetadataService metadata)
    {
        var source = new EventSourceDocument { WriteKey = "BenchWriteKey000001" };
        var outcome = await metadata.ApplyAsync(
            [
                new DefinitionChange(DefinitionKinds.ActivityType, "page", """{ "fields": { "url": { "type": "text" }, "title": { "type": "text" } } }"""),
                new DefinitionChange(DefinitionKinds.ActivityType, "order_completed", """{ "fields": { "total": { "type": "decimal" }, "currency": { "type": "text" } } }"""),
                new DefinitionChange(DefinitionKinds.EventSource, "web", """{ "writeKey": "BenchWriteKey000001" }"""),
            ],
            Discovered.Nothing,
            "bench",
            CancellationToken.None);
        if (!outcome.Done)
        {
            throw new InvalidOperationException(string.Join('\n', outcome.Faults));
        }

        foreach (var (stream, fields) in EventSources.Streams("web", source))
        {
            await store.Records.EnsureStreamAsync(stream, fields, CancellationToken.None);
        }
    }

    private static async Task FillAsync(SqliteStore store, int count)
    {
        var random = new Random(7);
        var visitors = Math.Max(10, count / 20);
        var start = TimeProvider.System.GetUtcNow().AddHours(-6);
        for (var from = 0; from < count; from += InAppend)
        {
            var events = new List<ReadOnlyMemory<byte>>(InAppend);
            for (var i = from; i < Math.Min(count, from + InAppend); i++)
            {
                events.Add(Encoding.UTF8.GetBytes(Event(random, i, random.Next(visitors), start.AddMilliseconds(i * 21_600_000.0 / count))));
            }

            await store.Events.AppendAsync(events, CancellationToken.None);
        }
    }

    // Of a hundred: 60 pages, 25 products looked at, 10 orders, 5 sign-ins with traits. A third of the visitors is signed in.
    private static string Event(Random random, int number, int visitor, DateTimeOffset at)
    {
        var user = visitor % 3 == 0 ? $"\"userId\":\"user-{visitor}\"," : "";
        var time = at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var head = $"\"messageId\":\"ajs-next-{number:x8}-{visitor:x8}-0123456789ab\",\"anonymousId\":\"{visitor:x8}-26d1-4f3b-9c1e-2b7d3f0a9e55\",{user}\"timestamp\":\"{time}\"";
        var path = $"/products/{random.Next(500)}";
        var context =
            $$$"""
            "context":{"library":{"name":"analytics.js","version":"npm:next-1.80.0"},"userAgent":"{{{s_agents[visitor % 2]}}}","locale":"de-DE","timezone":"Europe/Berlin","page":{"path":"{{{path}}}","url":"https://shop.example{{{path}}}","title":"A product of the shop","referrer":"https://www.google.com/","search":""}}
            """;
        var (kind, body) = random.Next(100) switch
        {
            < 60 => ("page", $$$""""properties":{"path":"{{{path}}}","url":"https://shop.example{{{path}}}","title":"A product of the shop","referrer":"","search":""}""""),
            < 85 => ("track", $$$""""event":"Product Viewed","properties":{"product_id":"p{{{random.Next(500)}}}","category":"Shoes","price":{{{random.Next(10, 200)}}}.5,"currency":"EUR"}""""),
            < 95 => ("track", $$$""""event":"Order Completed","properties":{"order_id":"o{{{number}}}","total":{{{random.Next(10, 900)}}}.25,"currency":"EUR"}""""),
            _ => ("identify", $$$""""traits":{"email":"user{{{visitor}}}@example.com","firstName":"Ann","lastName":"Miller {{{visitor}}}","address":{"city":"Berlin","country":"DE"},"plan":"gold"}""""),
        };
        return $$"""{"source":"web","kind":"{{kind}}","sent":"{{time}}","event":{ {{head}},"{{body}},{{context}} } }""";
    }

    private static async Task ProjectAsync(SqliteStore store, EventReading reading, int count)
    {
        var (read, understood, written, position, done) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, 0L, 0);
        var (cpu, total, worst) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew(), TimeSpan.Zero);
        while (true)
        {
            var watch = Stopwatch.GetTimestamp();
            var logged = await store.Events.ReadAsync(position, InBatch, CancellationToken.None);
            read += Stopwatch.GetElapsedTime(watch);
            if (logged.Count == 0)
            {
                break;
            }

            watch = Stopwatch.GetTimestamp();
            var events = logged.Select(reading.Read).OfType<ProjectedEvent>().ToList();
            understood += Stopwatch.GetElapsedTime(watch);
            watch = Stopwatch.GetTimestamp();
            position = logged[^1].Position;
            var counts = await store.EventProjection.ProjectAsync(new EventBatch(position, events), CancellationToken.None);
            var took = Stopwatch.GetElapsedTime(watch);
            written += took;
            worst = took > worst ? took : worst;
            done += counts.Accepted;
        }

        total.Stop();
        Say($"{done:N0} projected, one batch of {InBatch:N0} after the other", total.Elapsed, count);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"    an event: log {read.TotalMicroseconds / count:0.0} µs, understood {understood.TotalMicroseconds / count:0.0} µs, written {written.TotalMicroseconds / count:0.0} µs (slowest batch {worst.TotalMilliseconds:0} ms); {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count:0.0} µs of CPU; peak memory {Measure.PeakMiB():N0} MiB"));
        foreach (var type in await store.Activities.CountAsync(CancellationToken.None))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {type.Type}: {type.Total:N0}"));
        }
    }

    private static void Say(string what, TimeSpan took, int count) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what}: {took.TotalSeconds:0.00} s, {count / took.TotalSeconds:N0}/s"));
}
