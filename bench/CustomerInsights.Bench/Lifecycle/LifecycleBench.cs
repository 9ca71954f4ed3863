using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;
using CustomerInsights.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Bench.Lifecycle;

/// <summary>
/// The life of a plugin in process: load, first call, unload verified; a swap to another version while a read goes on; and loads and
/// unloads by the hundred after real use, with the memory that they leave behind.
/// </summary>
internal static class LifecycleBench
{
    private const int Warm = 50;
    private const int Swaps = 20;

    // With profile-guided compilation off (DOTNET_TieredPGO=0) it takes 100.
    private const int Settled = 400;
    private const int ReadRows = 2000;

    public static async Task RunAsync(int rounds)
    {
        Measure.Machine();
        var data = Directory.CreateTempSubdirectory("ci-bench-").FullName;
        try
        {
            var root = TwoVersions(data);
            var options = new PluginHostOptions { DataDirectory = data, Roots = [root] };
            var package = await PackageReader.ReadAsync(Path.Combine(root, HealthyUse.Plugin, "1.0.0"), CancellationToken.None);
            await LoadsAsync(options, package);
            await File.WriteAllTextAsync(Path.Combine(data, "plugins.json"), $$"""{"plugins":[{"id":"{{HealthyUse.Plugin}}","version":"1.0.0","isolation":"inProcess"}]}""");
            await using var host = new PluginHost(options, new MemoryServices(), NullLoggerFactory.Instance, TimeProvider.System);
            await host.StartAsync(CancellationToken.None);
            await SwapsAsync(host);
            await ManyAsync(host, rounds);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static string TwoVersions(string data)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "bench-plugins", HealthyUse.Plugin, "1.0.0");
        var root = Path.Combine(data, "packages");
        foreach (var version in new[] { "1.0.0", "1.0.1" })
        {
            PackageCopy.Package(source, Path.Combine(root, HealthyUse.Plugin, version), version);
        }

        return root;
    }

    private static async Task LoadsAsync(PluginHostOptions options, PluginPackage package)
    {
        var (load, call, unload) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i <= Warm; i++)
        {
            var (loaded, called, context) = await OnceAsync(options, package);
            var watch = Stopwatch.StartNew();
            if (!await Unloading.TryCollectAsync(context))
            {
                throw new InvalidOperationException($"Load {i} did not leave memory.");
            }

            if (i == 0)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cold: load {loaded:0.0} ms, first call {called:0.0} ms"));
                continue;
            }

            load.Add(loaded);
            call.Add(called);
            unload.Add(watch.Elapsed.TotalMilliseconds);
        }

        Measure.Print("load (context, types, container)", "ms", load);
        Measure.Print("first call (make a component, check)", "ms", call);
        Measure.Print("unload until verified", "ms", unload);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(double Load, double Call, WeakReference Context)> OnceAsync(PluginHostOptions options, PluginPackage package)
    {
        var watch = Stopwatch.StartNew();
        var load = new PluginLoad(package, PluginGrants.None, options, new MemoryServices(), NullLoggerFactory.Instance, TimeProvider.System, new StrictHealth());
        var instance = await PluginInstance.LoadAsync(load, CancellationToken.None);
        var loaded = watch.Elapsed.TotalMilliseconds;
        watch.Restart();
        var contribution = package.Contributions.Single(one => one.Kind == PluginKind.Connector);
        var configuration = """{"rows":1}"""u8.ToArray();
        var handle = await instance.CreateAsync(contribution, "c1", configuration, CancellationToken.None);
        await using (var source = new Plugins.Components.PluginSource(new Plugins.Components.ComponentCalls(handle, contribution, package.Manifest!, configuration)))
        {
            await source.CheckAsync(CancellationToken.None);
        }

        var called = watch.Elapsed.TotalMilliseconds;
        return (loaded, called, await instance.StopAsync());
    }

    // From the wish for the other version to the first record read with it; the open read of the old one is drained within its few seconds.
    private static async Task SwapsAsync(PluginHost host)
    {
        var swaps = new List<double>();
        for (var i = 0; i < Swaps; i++)
        {
            var next = i % 2 == 0 ? "1.0.1" : "1.0.0";
            var begun = new TaskCompletionSource();
            var reading = ReadToEndAsync(host, begun);
            await begun.Task;
            var watch = Stopwatch.StartNew();
            await host.Desired.UpdateAsync(state => state.With(state.Find(HealthyUse.Plugin)! with { Version = next }), null, CancellationToken.None);
            await host.LookAsync(CancellationToken.None);
            await using (var source = await HealthyUse.OpenAsync(host, """{"rows":1}""", CancellationToken.None))
            {
                await source.CheckAsync(CancellationToken.None);
                swaps.Add(watch.Elapsed.TotalMilliseconds);
            }

            if (await reading != 2 * (ReadRows / 10) + 1 || host.Find(HealthyUse.Plugin) is not { PendingUnloads: 0, Leaked: 0 } status || status.RunningVersion != next)
            {
                throw new InvalidOperationException($"Swap {i} to {next}: the read was cut, or the old version stayed.");
            }
        }

        Measure.Print("swap during a read (wish to first answer, drain included)", "ms", swaps);
    }

    private static async Task<int> ReadToEndAsync(PluginHost host, TaskCompletionSource begun)
    {
        await using var source = await HealthyUse.OpenAsync(host, $$"""{"rows":{{ReadRows}}}""", CancellationToken.None);
        var read = 0;
        await foreach (var _ in source.ReadAsync(HealthyUse.Rows, CancellationToken.None))
        {
            read++;
            begun.TrySetResult();
            await Task.Yield();
        }

        return read;
    }

    private static async Task ManyAsync(PluginHost host, int rounds)
    {
        var fresh = Memory();
        await RoundsAsync(host, Settled, []);
        var settled = Memory();
        var times = new List<double>();
        await RoundsAsync(host, rounds, times);
        var end = Memory();
        Measure.Print($"{rounds:N0} uses, each unloaded, verified and loaded again", "ms", times);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  every context freed; growth over these rounds: resident {MiB(settled.ResidentKiB, end.ResidentKiB):0.0} MiB, heap {(end.Heap - settled.Heap) / 1048576.0:0.00} MiB"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  (before, over {Settled} rounds in which the runtime compiles the host's own code again and better: resident {MiB(fresh.ResidentKiB, settled.ResidentKiB):0.0} MiB)"));
    }

    private static async Task RoundsAsync(PluginHost host, int rounds, List<double> times)
    {
        for (var i = 0; i < rounds; i++)
        {
            await HealthyUse.RunAsync(host, CancellationToken.None);
            var watch = Stopwatch.StartNew();
            await host.ReloadAsync(HealthyUse.Plugin, CancellationToken.None);
            times.Add(watch.Elapsed.TotalMilliseconds);
            if (host.Find(HealthyUse.Plugin) is not { State: PluginState.Active, PendingUnloads: 0, Leaked: 0 })
            {
                throw new InvalidOperationException($"Round {i}: {host.Find(HealthyUse.Plugin)}");
            }
        }
    }

    private static double MiB(long from, long to) => (to - from) / 1024.0;

    private static (long ResidentKiB, long Heap) Memory()
    {
        // Gives free memory back to the system, so that what is resident is used.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return (Measure.ResidentKiB(), GC.GetTotalMemory(forceFullCollection: false));
    }

    private sealed class StrictHealth : IPluginHealth
    {
        public void Succeeded()
        {
            // As it should be.
        }

        public void Misbehaved(string call, PluginFailure failure) => throw new InvalidOperationException(failure.Message);

        public void Abandoned(string call, PluginFailure failure) => throw new InvalidOperationException(failure.Message);

        public void WorkerEnded(string message, string? evidence, bool givenUp) => throw new InvalidOperationException(message);

        public void CannotLoad(PluginFailure failure) => throw new InvalidOperationException(failure.Message);
    }
}
