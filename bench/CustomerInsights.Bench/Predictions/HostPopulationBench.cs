using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace CustomerInsights.Bench.Predictions;

/// <summary>Predictions as a host runs them: profiles and orders in its store, the plugin in a worker, answers written and shown. Time, and the peaks of both processes during each run.</summary>
internal static class HostPopulationBench
{
    private static readonly string[] s_enrichments = ["worth", "next"];

    public static async Task RunAsync(int customers)
    {
        Measure.Machine();
        var directory = Directory.CreateTempSubdirectory("ci-bench-").FullName;
        try
        {
            var orders = WriteFiles(Directory.CreateDirectory(Path.Combine(directory, "files")).FullName, customers);
            await using var host = await HostRun.StartAsync(directory);
            await host.ApplyAsync(Recipe);
            var watch = Stopwatch.StartNew();
            await host.RunAsync("/refreshes");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{customers:N0} profiles with {orders:N0} orders in the store after {watch.Elapsed.TotalSeconds:0} s"));
            foreach (var name in s_enrichments)
            {
                GC.Collect();
                ClearPeak();
                using var ended = new CancellationTokenSource();
                var worker = WatchWorkersAsync(ended.Token);
                watch.Restart();
                var job = await host.RunAsync($"/enrichments/{name}/runs");
                var seconds = watch.Elapsed.TotalSeconds;
                await ended.CancelAsync();
                var workerPeak = await worker;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{name}: {seconds:0.0} s, peak of the host {Measure.PeakMiB():N0} MiB, of the worker {workerPeak:N0} MiB. {job["result"]!["summary"]}"));
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private const string Recipe = """
        {
          "recipe": 1,
          "profileTypes": { "customer": { "attributes": { "email": { "type": "text", "semanticType": "contact.email" } } } },
          "activityTypes": { "order": { "fields": { "amount": { "type": "decimal", "semanticType": "order.amount" } } } },
          "sources": { "shop": { "plugin": "customer-insights.csv-connector", "settings": { "streams": [
            { "name": "people", "path": "people.csv", "key": ["id"], "columns": { "id": { "type": "text" } } },
            { "name": "orders", "path": "orders.csv", "key": ["id"], "columns": { "person": { "type": "text" }, "at": { "type": "date" }, "amount": { "type": "decimal" } } } ] } } },
          "mappings": {
            "shop.people": { "profile": { "type": "customer", "fields": { "email": "email" } } },
            "shop.orders": { "activity": { "type": "order", "at": "at", "link": { "stream": "shop.people", "key": "person" }, "fields": { "amount": "amount" } } } },
          "unification": { "customer": { "streams": [{ "stream": "shop.people" }], "matching": [] } },
          "enrichments": {
            "worth": { "plugin": "customer-insights.lifetime-value", "schedule": { "run": "manual" },
              "settings": { "orders": [{ "activity": "order", "amount": "amount" }], "asOf": "2026-11-20" } },
            "next": { "plugin": "customer-insights.next-order", "schedule": { "run": "manual" }, "settings": { "orders": [{ "activity": "order" }], "asOf": "2026-11-20" } } }
        }
        """;

    private static long WriteFiles(string folder, int customers)
    {
        var end = new DateOnly(2026, 11, 20);
        long written = 0;
        using var people = new StreamWriter(Path.Combine(folder, "people.csv"), append: false, new UTF8Encoding(false));
        using var orders = new StreamWriter(Path.Combine(folder, "orders.csv"), append: false, new UTF8Encoding(false));
        people.Write("id,email\n");
        orders.Write("id,person,at,amount\n");
        for (var i = 0; i < customers; i++)
        {
            people.Write(string.Create(CultureInfo.InvariantCulture, $"P{i},p{i}@example.com\n"));
            foreach (var (ago, amount) in MadeUpPopulation.DrawOrders(i))
            {
                orders.Write(string.Create(CultureInfo.InvariantCulture, $"O{written++},P{i},{end.AddDays(-ago):yyyy-MM-dd},{amount}\n"));
            }
        }

        return written;
    }

    // Linux forgets the largest resident set so far; elsewhere the peak is that since the start.
    private static void ClearPeak()
    {
        if (File.Exists("/proc/self/clear_refs"))
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
    }

    // The largest resident set of a process that this one started, as often as one looks: the system keeps the peak of each.
    private static async Task<long> WatchWorkersAsync(CancellationToken ended)
    {
        long peak = 0;
        while (!ended.IsCancellationRequested)
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
            {
                try
                {
                    var id = Path.GetFileName(folder);
                    if (Measure.KiB(id, "PPid") == Environment.ProcessId)
                    {
                        peak = Math.Max(peak, (Measure.KiB(id, "VmHWM") ?? 0) / 1024);
                    }
                }
                catch (IOException)
                {
                    // It has just ended.
                }
            }

            await Task.Delay(200, CancellationToken.None);
        }

        return peak;
    }
}
