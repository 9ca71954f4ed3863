using System.Diagnostics;
using System.Globalization;
using System.Text;
using CustomerInsights.Enrichments.LifetimeValue;
using CustomerInsights.Enrichments.NextOrder;
using CustomerInsights.Sdk;
using CustomerInsights.Tests.Shared;

namespace CustomerInsights.Bench.Predictions;

/// <summary>
/// A prediction plugin over a large population that is streamed to it through the SDK's surface: its time and its peak of memory. Each plugin has a process of its own
/// with the memory settings of a worker.
/// </summary>
internal static class PopulationBench
{
    // As the manifests ask for; see WorkerPlace for the settings.
    private const long MemoryMb = 1792;
    private static readonly Dictionary<string, string> s_settings = new(StringComparer.Ordinal)
    {
        ["lifetime-value"] = """{"orders":[{"activity":"order","amount":"amount"}]}""",
        ["next-order"] = """{"orders":[{"activity":"order"}]}""",
    };

    public static async Task<int> RunAsync(int customers, string? plugin)
    {
        if (plugin is not null)
        {
            await OneAsync(customers, plugin);
            return 0;
        }

        Measure.Machine();
        foreach (var name in s_settings.Keys)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            {
                start.ArgumentList.Add(typeof(PopulationBench).Assembly.Location);
            }

            Array.ForEach(["predictions-population", customers.ToString(CultureInfo.InvariantCulture), name], start.ArgumentList.Add);
            start.Environment["DOTNET_GCHeapHardLimit"] = string.Create(CultureInfo.InvariantCulture, $"0x{MemoryMb * 1024 * 1024:X}");
            start.Environment["DOTNET_gcServer"] = "0";
            start.Environment["DOTNET_gcConcurrent"] = "0";
            using var child = Process.Start(start)!;
            await child.WaitForExitAsync();
            if (child.ExitCode != 0)
            {
                return child.ExitCode;
            }
        }

        return 0;
    }

    private static async Task OneAsync(int customers, string name)
    {
        IPopulationEnrichment plugin = name switch
        {
            "lifetime-value" => new LifetimeValueEnrichment(),
            "next-order" => new NextOrderEnrichment(),
            _ => throw new ArgumentException($"There are {string.Join(" and ", s_settings.Keys)}.", nameof(name)),
        };
        var settings = Encoding.UTF8.GetBytes(s_settings[name]);
        var population = new MadeUpPopulation(customers, plugin.Describe(settings).MaxBatch);
        var context = new PhaseContext();
        long answered = 0, enriched = 0;
        var report = "";
        await foreach (var message in plugin.RunAsync(settings, population, null, context, CancellationToken.None))
        {
            switch (message)
            {
                case AttributeBatch batch:
                    answered += batch.Results.Count;
                    enriched += batch.Results.Count(result => result.Outcome == EnrichmentOutcome.Enriched);
                    break;
                case EnrichmentReport told:
                    report = told.Summary;
                    break;
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {customers:N0} customers with {population.Orders / 2:N0} orders, {answered:N0} answered, {enriched:N0} of them enriched"));
        context.End();
        Console.WriteLine($"  peak resident memory {Measure.PeakMiB():N0} MiB. {report}");
        await plugin.DisposeAsync();
    }

    /// <summary>Takes the time of each phase that the plugin reports, and the peak of memory until its end.</summary>
    private sealed class PhaseContext : IPluginContext
    {
        private readonly LoopbackContext _inner = new(TimeProvider.System, "");
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly List<string> _lines = [];
        private string? _phase;

        public PluginIdentity Plugin => _inner.Plugin;

        public string ConnectionId => _inner.ConnectionId;

        public Microsoft.Extensions.Logging.ILogger Log => _inner.Log;

        public IPluginHttp Http => _inner.Http;

        public IPluginStorage Storage => _inner.Storage;

        public ISecrets Secrets => _inner.Secrets;

        public System.Diagnostics.Metrics.IMeterFactory Meters => _inner.Meters;

        public TimeProvider Clock => _inner.Clock;

        public PluginGrants Grants => _inner.Grants;

        public CancellationToken Stopping => CancellationToken.None;

        public void Report(PluginProgress progress)
        {
            if (progress.Message != _phase)
            {
                Close();
                _phase = progress.Message;
            }
        }

        public void End()
        {
            Close();
            _lines.ForEach(Console.WriteLine);
        }

        private void Close()
        {
            if (_phase is not null)
            {
                _lines.Add(string.Create(CultureInfo.InvariantCulture, $"  {_phase,-32} {_watch.Elapsed.TotalSeconds,7:0.0} s, peak until here {Measure.PeakMiB():N0} MiB"));
            }

            _watch.Restart();
        }
    }
}
