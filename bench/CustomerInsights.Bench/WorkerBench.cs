using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Plugins;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Bench;

/// <summary>One plugin in process and in a worker, through everything that a real call passes.</summary>
internal static class WorkerBench
{
    private const string Id = "test.fast";
    private const int Calls = 5_000;

    public static async Task RunAsync(int records)
    {
        Measure.Machine();
        foreach (var isolation in new[] { "inProcess", "process", "sandboxedProcess" })
        {
            await MeasureAsync(isolation, records);
        }
    }

    private static async Task MeasureAsync(string isolation, int records)
    {
        var data = Directory.CreateTempSubdirectory("ci-bench-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(data, "plugins.json"), $$"""{"plugins":[{"id":"{{Id}}","isolation":"{{isolation}}"}]}""");
            var options = new PluginHostOptions { DataDirectory = data, Roots = [Path.Combine(AppContext.BaseDirectory, "bench-plugins")] };
            await using var host = new PluginHost(options, new NoServices(), NullLoggerFactory.Instance, TimeProvider.System);
            await host.StartAsync(CancellationToken.None);
            if (host.Find(Id) is not { State: PluginState.Active } active)
            {
                Console.WriteLine($"{isolation}: {host.Find(Id)?.Reason}");
                return;
            }

            Console.WriteLine($"{isolation} ({active.Reason})");
            var starts = new List<double>();
            for (var i = 0; i < 7; i++)
            {
                // The plugin is loaded already in process; in a worker this is the process, the handshake and the loading.
                await host.ReloadAsync(Id, CancellationToken.None);
                var watch = Stopwatch.StartNew();
                await using var first = await OpenAsync(host);
                starts.Add(watch.Elapsed.TotalMilliseconds);
            }

            await using var source = await OpenAsync(host);
            Measure.Print("open the first component (worker start)", "ms", starts);
            var idle = WorkerMiB();
            await ReadAsync(source, records / 10);
            var (cpu, rates) = (Process.GetCurrentProcess().TotalProcessorTime, new List<double>());
            for (var i = 0; i < 3; i++)
            {
                var watch = Stopwatch.StartNew();
                await ReadAsync(source, records);
                rates.Add(records / watch.Elapsed.TotalSeconds / 1000);
            }

            cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            Measure.Print("10-field records in batches of 1,000", "k/s", rates);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"host CPU per record",-42} {cpu.TotalMicroseconds / (3.0 * records),8:0.00} µs"));
            Measure.Print("round trip (CheckAsync)", "µs", await RoundTripsAsync(source));
            Console.WriteLine($"  worker memory: {idle} MiB loaded, {WorkerMiB()} MiB after the reads");
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task ReadAsync(Plugins.Components.PluginSource source, int records)
    {
        var read = 0L;
        var request = new ReadRequest("bench", [new StreamSelection("rows", SyncMode.Full)]) { RecordLimit = records };
        await foreach (var message in source.ReadAsync(request, CancellationToken.None))
        {
            read += message is RecordBatch batch ? batch.Records.Count : 0;
        }

        if (read != records)
        {
            throw new InvalidOperationException($"{read} of {records} records were read.");
        }
    }

    private static async Task<List<double>> RoundTripsAsync(Plugins.Components.PluginSource source)
    {
        var times = new List<double>(Calls);
        for (var i = 0; i < Calls + 500; i++)
        {
            var watch = Stopwatch.StartNew();
            await source.CheckAsync(CancellationToken.None);
            if (i >= 500)
            {
                times.Add(watch.Elapsed.TotalMicroseconds);
            }
        }

        return times;
    }

    private static ValueTask<Plugins.Components.PluginSource> OpenAsync(PluginHost host) =>
        host.OpenSourceAsync(Id, null, "bench", "{}"u8.ToArray(), CancellationToken.None);

    // The worker is the child of this process; Linux tells.
    private static string WorkerMiB()
    {
        var children = $"/proc/{Environment.ProcessId}/task";
        if (!Directory.Exists(children))
        {
            return "?";
        }

        var ids = Directory.GetDirectories(children).SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return string.Join(", ", ids.Select(id => Measure.KiB(id, "VmRSS")).OfType<long>().Select(kib => kib / 1024));
    }
}
