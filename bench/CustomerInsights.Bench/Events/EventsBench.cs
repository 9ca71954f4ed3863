using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CustomerInsights.Host.Features.Events.Projecting;
using CustomerInsights.Host.Features.Events.Receiving;
using CustomerInsights.Tests.Shared.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace CustomerInsights.Bench.Events;

/// <summary>
/// The door under load, durable, beside the same server that parses and drops, and beside SQLite that appends events of the same size in transactions as large
/// as the door's can be at best: one event, or batch, of each connection. Rounds alternate, so that all three have the same machine.
/// </summary>
internal static class EventsBench
{
    private const int Rounds = 3;
    private const int Batch = 100;
    private const string Key = "BenchWriteKey0000001";

    /// <param name="rate">Events per second asked for; null: as many as are answered.</param>
    /// <param name="seconds">For how long each is measured in a round.</param>
    /// <param name="batches">Batches of 100 instead of single events.</param>
    public static async Task RunAsync(double? rate, int seconds, bool batches)
    {
        Measure.Machine();
        var (batch, connections) = batches ? (Batch, 8) : (1, 64);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {connections} connections, {(batches ? "batches of 100" : "single events")} of {EventGenerator.Item(batches).Length} bytes, {(rate is { } asked ? $"{asked:N0} events/s asked" : "as many as are answered")}, {Rounds} rounds of {seconds} s each"));
        var directory = Directory.CreateTempSubdirectory("ci-events-bench-").FullName;
        try
        {
            var figures = new Dictionary<string, List<EventLoad>>();
            await using var host = await HostRun.StartAsync(Directory.CreateDirectory(Path.Combine(directory, "whole")).FullName);
            await host.ApplyAsync($$$$"""{"recipe":1,"eventSources":{"web":{"writeKey":"{{{{Key}}}}"}}}""");

            // Without the projector, the log may grow as it likes.
            await using var door = await HostRun.StartAsync(Directory.CreateDirectory(Path.Combine(directory, "door")).FullName, settings => settings with { MostEventsBehind = long.MaxValue });
            await door.ApplyAsync($$$$"""{"recipe":1,"eventSources":{"web":{"writeKey":"{{{{Key}}}}"}}}""");
            await door.Services.GetRequiredService<EventProjector>().StopAsync(CancellationToken.None);
            await using var dropping = await DroppingAsync();
            for (var round = 0; round < Rounds; round++)
            {
                Note("SQLite alone, appended and committed", Append(Path.Combine(directory, $"bare{round}.db"), batch * connections, batches, TimeSpan.FromSeconds(seconds)));
                Note("the server that parses and drops", await LoadAsync(new Uri(dropping.Urls.Single())));
                Note("the door, durable", await LoadAsync(door.Url));
                var lag = host.Services.GetRequiredService<EventProjector>();
                Note("the door with the projector", await LoadAsync(host.Url));
                var (behind, watch) = (lag.Events, Stopwatch.StartNew());
                while (lag.Events > 0)
                {
                    await Task.Delay(10);
                }

                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {behind:N0} events waited for the projector at the end; it had done {behind / watch.Elapsed.TotalSeconds:N0} events/s of them with nobody beside it"));
            }

            foreach (var (what, loads) in figures)
            {
                Measure.Print($"{what}: events/s", "", [.. loads.Select(load => load.PerSecond)]);
            }

            foreach (var (what, beside) in new[] { ("the door, durable", "SQLite alone, appended and committed"), ("the door, durable", "the server that parses and drops"), ("the door with the projector", "the door, durable") })
            {
                Measure.Print($"{what}, beside {beside}", "%", [.. figures[what].Zip(figures[beside], (one, other) => 100 * one.PerSecond / other.PerSecond)]);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  peak memory of all {Measure.PeakMiB()} MiB"));

            async Task<EventLoad> LoadAsync(Uri target)
            {
                var cpu = Environment.CpuUsage.TotalTime;
                var load = await new EventGenerator(target, Key, batch, connections).RunAsync(rate, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(seconds));

                // The second before the measured ones is in it on both sides of the fraction, near enough.
                return load with { CpuMicroseconds = (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds * seconds / (seconds + 1) / Math.Max(1, load.Events) };
            }

            void Note(string what, EventLoad load)
            {
                if (!figures.TryGetValue(what, out var known))
                {
                    figures.Add(what, known = []);
                }

                known.Add(load);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"    {what,-40} {load.PerSecond,9:N0} events/s  p50 {load.At(0.5):0.0} ms  p99 {load.At(0.99):0.0} ms  max {load.At(1):0.0} ms{(load.CpuMicroseconds > 0 ? $"  {load.CpuMicroseconds:0.0} µs of CPU an event, generator and all" : "")}{(load.Later > 0 ? $"  {load.Later} answers of 429 or 503" : "")}"));
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>A whole host under a steady load for long: its memory, and how far the projector is behind, in steps of 30 seconds.</summary>
    /// <param name="rate">Events per second.</param>
    /// <param name="seconds">For how long.</param>
    public static async Task SoakAsync(double rate, int seconds)
    {
        const int Step = 30;
        const int People = 50_000;
        Measure.Machine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {rate:N0} events/s asked in batches of 10 over 8 connections, of {People:N0} people, for {seconds} s"));
        var directory = Directory.CreateTempSubdirectory("ci-events-bench-").FullName;
        try
        {
            await using var host = await HostRun.StartAsync(directory);
            await host.ApplyAsync($$$$"""{"recipe":1,"eventSources":{"web":{"writeKey":"{{{{Key}}}}"}}}""");
            var projector = host.Services.GetRequiredService<EventProjector>();
            var first = 0L;
            for (var at = 0; at < seconds; at += Step)
            {
                var load = await new EventGenerator(host.Url, Key, 10, 8, People, first).RunAsync(rate, TimeSpan.Zero, TimeSpan.FromSeconds(Step));
                first += 1_000_000_000;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"    {at + Step,5} s  {load.PerSecond,8:N0} events/s  p99 {load.At(0.99),6:0.0} ms  max {load.At(1),7:0.0} ms  heap {GC.GetTotalMemory(false) >> 20,5} MiB  process {Environment.WorkingSet >> 20,5} MiB  {projector.Events,8:N0} behind  {load.Later} answers of 429"));
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>An SDK as published posts through a faulty proxy; what it reports is compared with the log.</summary>
    public static async Task<int> ClientsAsync(int count)
    {
        Measure.Machine();
        var wrong = 0;
        foreach (var sdk in new[] { "segment", "rudder" })
        {
            var directory = Directory.CreateTempSubdirectory("ci-events-bench-").FullName;
            try
            {
                ClientReport report;
                string seen;
                var watch = Stopwatch.StartNew();
                await using (var host = await HostRun.StartAsync(directory))
                {
                    await host.ApplyAsync($$$$"""{"recipe":1,"eventSources":{"web":{"writeKey":"{{{{Key}}}}"}}}""");
                    await using var proxy = await FaultyProxy.StartAsync(host.Url);
                    report = await EventClients.PostAsync(sdk, proxy.Url, Key, count);
                    seen = string.Create(CultureInfo.InvariantCulture, $"{proxy.Passed} answers passed on, {proxy.Lost} lost, {proxy.Refused} requests refused");
                }

                await using var store = await Storage.Sqlite.SqliteStore.OpenAsync(
                    new Storage.Sqlite.SqliteStoreOptions { Directory = directory }, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, CancellationToken.None);
                var logged = await EventClients.LoggedAsync(store.Events);
                var missing = report.Delivered.Except(logged, StringComparer.Ordinal).Count();
                wrong += missing;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {sdk,-8} {count:N0} events in {watch.Elapsed.TotalSeconds:0} s: {report.Delivered.Count:N0} reported as delivered, {report.Failed.Count:N0} given up, {logged.Distinct().Count():N0} different in the log of {logged.Count:N0}, {missing} missing; {seen}"));
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        }

        return wrong == 0 ? 0 : 1;
    }

    private static async Task<WebApplication> DroppingAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var app = builder.Build();
        app.MapPost("/v1/{call}", static async (HttpContext context) =>
        {
            using var body = await EventBody.ReadAsync(context.Request, EventLimits.BatchBytes, context.RequestAborted);
            using var document = JsonDocument.Parse(body!.Bytes);
            return TypedResults.Text("""{"success":true}"""u8, "application/json", document.RootElement.ValueKind == JsonValueKind.Object ? 200 : 400);
        });
        await app.StartAsync();
        return app;
    }

    private static EventLoad Append(string path, int group, bool batches, TimeSpan time)
    {
        Check(raw.sqlite3_open(path, out var db));
        var times = new List<double>();
        var watch = Stopwatch.StartNew();
        try
        {
            Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8192;");
            Run("CREATE TABLE events (position INTEGER PRIMARY KEY AUTOINCREMENT, received_at INTEGER NOT NULL, body BLOB NOT NULL)");
            Check(raw.sqlite3_prepare_v2(db, "INSERT INTO events(received_at, body) VALUES (?1, ?2)", out var insert));
            using (insert)
            {
                var body = Encoding.ASCII.GetBytes($$"""{"source":"web","kind":"track","sent":"2026-11-27T12:00:00.1+00:00","event":{{EventGenerator.Item(batches)}}}""");
                watch.Restart();
                while (watch.Elapsed < time)
                {
                    var began = Stopwatch.GetTimestamp();
                    Run("BEGIN IMMEDIATE");
                    for (var i = 0; i < group; i++)
                    {
                        raw.sqlite3_bind_int64(insert, 1, began);
                        raw.sqlite3_bind_blob(insert, 2, body);
                        raw.sqlite3_step(insert);
                        Check(raw.sqlite3_reset(insert));
                    }

                    Run("COMMIT");
                    times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }
            }
        }
        finally
        {
            raw.sqlite3_close_v2(db);
        }

        var elapsed = watch.Elapsed.TotalSeconds;
        var events = (long)times.Count * group;
        times.Sort();
        return new EventLoad(events, elapsed, 0, times);

        void Run(string sql) => Check(raw.sqlite3_exec(db, sql));

        static void Check(int code)
        {
            if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            {
                throw new InvalidOperationException($"SQLite answers {code}.");
            }
        }
    }
}
