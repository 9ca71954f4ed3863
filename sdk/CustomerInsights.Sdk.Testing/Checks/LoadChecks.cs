using System.Diagnostics;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>L: loading, and leaving memory again.</summary>
internal static class LoadChecks
{
    private const int Tries = 5;
    private const int Unloads = 20;
    private const int Cycles = 50;
    private const long MostHeap = 16L * 1024 * 1024;
    private const long MostGrowth = 8L * 1024 * 1024;
    private static readonly TimeSpan LongestLoad = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestFirstCheck = TimeSpan.FromSeconds(2);

    internal static IReadOnlyList<Check> All { get; } =
    [
        new("L01", "It is loaded within 250 ms", Subject.Plugin, LoadTimeAsync) { OnlyIn = IsolationMode.InProcess, Note = "The best of five." },
        new("L02", "The first check answers within 2 s", Subject.Component, FirstCheckAsync) { Note = "The best of two." },
        new("L03", "Loaded and checked it holds less than 16 MB", Subject.Component, MemoryAsync) { OnlyIn = IsolationMode.InProcess, Note = "The best of three." },
        new("L04", "Two instances at once do not disturb each other", Subject.Component, TwoAsync),
        new("L05", "It leaves memory after every kind of call, 20 times", Subject.Component, UnloadAsync) { OnlyIn = IsolationMode.InProcess },
        new("L06", "50 loads and unloads leave less than 8 MB behind", Subject.Plugin, GrowthAsync) { OnlyIn = IsolationMode.InProcess, Note = "On Linux; the better of two." },
        new("L08", "The version before and this one are loaded side by side", Subject.Component, SideBySideAsync) { OnlyIn = IsolationMode.InProcess, Note = "When the package before is given." },
        new("L09", "A reload in the middle of a read harms nothing", Subject.Connector, ReloadAsync),
    ];

    private static async Task LoadTimeAsync(Trial trial, CancellationToken cancellationToken)
    {
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < Tries && best > LongestLoad; i++)
        {
            await trial.Bench.Host.ReloadAsync(trial.Bench.PluginId, cancellationToken);
            Expect.That(trial.Bench.Objection is null, $"It does not load. {trial.Bench.Objection}");
            best = TimeSpan.FromTicks(Math.Min(best.Ticks, (trial.Bench.Status.Since - await StartedAsync(trial, cancellationToken)).Ticks));
        }

        Expect.That(best <= LongestLoad, $"Loading took {best.TotalMilliseconds:0} ms at best; {LongestLoad.TotalMilliseconds:0} ms are allowed. Do no work in IPluginStartup, in constructors and in static fields.");
    }

    // Steps are recorded behind the host's back, so the last one may come a moment later.
    private static async Task<DateTimeOffset> StartedAsync(Trial trial, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (trial.Bench.Services.Transitions.TakeWhile(step => step.At <= trial.Bench.Status.Since).LastOrDefault(step => step.To is PluginState.Starting or PluginState.Active) is { To: PluginState.Active } active
                && active.At == trial.Bench.Status.Since)
            {
                return trial.Bench.Services.Transitions.Last(step => step.To == PluginState.Starting && step.At <= active.At).At;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }
    }

    private static async Task FirstCheckAsync(Trial trial, CancellationToken cancellationToken)
    {
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 2 && best > LongestFirstCheck; i++)
        {
            await trial.Bench.Host.ReloadAsync(trial.Bench.PluginId, cancellationToken);
            var config = trial.Bench.Set(trial.Component);
            await OpenAndCheckAsync(trial, config, check: false, cancellationToken);
            var begun = Stopwatch.GetTimestamp();
            await OpenAndCheckAsync(trial, config, check: true, cancellationToken);
            var took = Stopwatch.GetElapsedTime(begun);
            best = took < best ? took : best;
        }

        Expect.That(best <= LongestFirstCheck, $"The first check took {best.TotalSeconds:0.0} s; {LongestFirstCheck.TotalSeconds} s are allowed: a person waits for it.");
    }

    private static async Task OpenAndCheckAsync(Trial trial, byte[] config, bool check, CancellationToken cancellationToken)
    {
        switch (trial.Component.Subject)
        {
            case Subject.Connector:
                await using (var source = await trial.OpenSourceAsync(config, "kit", cancellationToken))
                {
                    _ = check ? await source.CheckAsync(cancellationToken) : null;
                }

                break;
            case Subject.Export:
                await using (var target = await trial.OpenTargetAsync(config, cancellationToken))
                {
                    _ = check ? await target.CheckAsync(cancellationToken) : null;
                }

                break;
            default:
                await using (var enrichment = await trial.OpenEnrichmentAsync(config, "kit", cancellationToken))
                {
                    _ = check ? await enrichment.CheckAsync(cancellationToken) : null;
                }

                break;
        }
    }

    private static async Task MemoryAsync(Trial trial, CancellationToken cancellationToken)
    {
        var best = long.MaxValue;
        for (var i = 0; i < 3 && best > MostHeap; i++)
        {
            await trial.Bench.Host.ReloadAsync(trial.Bench.PluginId, cancellationToken);
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var config = trial.Bench.Set(trial.Component);
            await OpenAndCheckAsync(trial, config, check: true, cancellationToken);
            best = Math.Min(best, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        Expect.That(best <= MostHeap, $"After one check it holds {best / 1024 / 1024} MB; {MostHeap / 1024 / 1024} MB are allowed for a plugin that does nothing.");
    }

    private static async Task TwoAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var alone = await Exercise.RunAsync(trial, config, cancellationToken);
        Expect.That(alone.Failures.Count == 0, $"One instance alone fails: {alone.Failures.FirstOrDefault()?.Message}");
        if (trial.Component.Subject == Subject.Export)
        {
            // Two exports into one target are two runs that may well meet; opened at once is all that is asked.
            await using var one = await trial.OpenTargetAsync(config, cancellationToken);
            await using var other = await trial.OpenTargetAsync(config, cancellationToken);
            await Task.WhenAll(one.CheckAsync(cancellationToken), other.CheckAsync(cancellationToken));
            return;
        }

        if (trial.Component.Subject != Subject.Connector)
        {
            var both = await Task.WhenAll(Exercise.RunAsync(trial, config, cancellationToken), Exercise.RunAsync(trial, config, cancellationToken));
            Same(alone.Digest, both.Select(run => (run.Digest, run.Failures.FirstOrDefault()?.Message)));
            return;
        }

        // The first one waits in the middle until the second one has read all.
        Reading? inner = null;
        var outer = await trial.ReadAsync(
            new SourceRead(config)
            {
                OnMessage = async _ => inner ??= await trial.ReadAsync(new SourceRead(config) { Connection = "other" }, cancellationToken),
            },
            cancellationToken);
        Same(alone.Digest, [(outer.Digest(), outer.Failure?.Message), (inner?.Digest() ?? "", inner?.Failure?.Message)]);
    }

    private static void Same(string alone, IEnumerable<(string Digest, string? Failure)> runs)
    {
        foreach (var (digest, failure) in runs)
        {
            Expect.That(failure is null, $"While another instance works: {failure}");
            Expect.That(digest == alone, $"While another instance works it gives other answers than alone. Keep what belongs to a connection in the instance, not in static fields.");
        }
    }

    private static async Task UnloadAsync(Trial trial, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Unloads; i++)
        {
            var did = await UseAsync(trial, i % 4, cancellationToken);
            var held = trial.Bench.Held;
            await trial.Bench.Host.ReloadAsync(trial.Bench.PluginId, cancellationToken);
            Expect.That(trial.Bench.Held == held, $"After {did} it does not leave memory (unload {i + 1}): a thread, a timer, an endless task, or a static event holds it. docs/plugin-authors/concepts.md says what keeps a plugin there.");
        }
    }

    // What is used leaves other things behind each time: a check, work, work that was cancelled, work that failed.
    private static async Task<string> UseAsync(Trial trial, int way, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        switch (way)
        {
            case 0:
                await OpenAndCheckAsync(trial, config, check: true, cancellationToken);
                return "a check";
            case 1:
                await Exercise.RunAsync(trial, config, cancellationToken);
                return "its work";
            case 2 when trial.Component.Subject == Subject.Connector:
                using (var cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
                {
                    try
                    {
                        await trial.ReadAsync(new SourceRead(config) { OnMessage = async _ => await cancel.CancelAsync() }, cancel.Token);
                    }
                    catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                    {
                        // As it should be.
                    }
                }

                return "a cancelled read";
            default:
                trial.Bench.Ruin();
                await Exercise.RunAsync(trial, config, cancellationToken);
                return "work that failed";
        }
    }

    private static async Task GrowthAsync(Trial trial, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw Expect.NotHere("Seen on Linux only.");
        }

        var best = long.MaxValue;
        for (var i = 0; i < 2 && best > MostGrowth; i++)
        {
            await CycleAsync(trial, 10, cancellationToken);
            var before = Resident();
            await CycleAsync(trial, Cycles, cancellationToken);
            best = Math.Min(best, Resident() - before);
        }

        Expect.That(best <= MostGrowth, $"{Cycles} loads, checks and unloads left {best / 1024 / 1024} MB behind; {MostGrowth / 1024 / 1024} MB are allowed. Free what is not managed, and natively loaded.");
    }

    private static async Task CycleAsync(Trial trial, int times, CancellationToken cancellationToken)
    {
        for (var i = 0; i < times; i++)
        {
            if (trial.Tested.Count > 0)
            {
                // Each in its turn.
                var turn = trial.With(trial.Bench, trial.Tested[i % trial.Tested.Count], trial.Tested);
                await OpenAndCheckAsync(turn, turn.Bench.Set(turn.Component), check: true, cancellationToken);
            }

            await trial.Bench.Host.ReloadAsync(trial.Bench.PluginId, cancellationToken);
        }
    }

    private static long Resident()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
        return MemoryMeter.Resident(Environment.ProcessId);
    }

    private static async Task SideBySideAsync(Trial trial, CancellationToken cancellationToken)
    {
        using var before = await ManifestChecks.PreviousAsync(trial, cancellationToken);
        await trial.Bench.Host.ReloadAsync(trial.Bench.PluginId, cancellationToken);
        await using var other = await Bench.StartAsync(before, IsolationMode.InProcess, trial.Options, trial.Tests!.Folder, cancellationToken);
        Expect.That(other.Objection is null, $"The version before does not run: {other.Objection}");
        foreach (var (bench, which) in ((Bench, string)[])[(other, $"the version before ({before.Read.Version})"), (trial.Bench, "this version")])
        {
            try
            {
                var turn = trial.With(bench, trial.Component, trial.Tested);
                await OpenAndCheckAsync(turn, bench.Set(trial.Component), check: true, cancellationToken);
            }
            catch (PluginCallException error)
            {
                throw Expect.Failed($"With both versions loaded, {which} fails: {error.Message} During an upgrade both run for a while.");
            }
        }
    }

    private static async Task ReloadAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (config, catalog, whole) = await trial.GoodReferenceAsync(cancellationToken);
        var reload = Task.CompletedTask;
        var cut = await trial.ReadAsync(
            new SourceRead(config)
            {
                BatchSize = 1,
                Streams = SourceProbe.Selections(catalog),
                OnMessage = async _ =>
                {
                    if (reload == Task.CompletedTask)
                    {
                        reload = trial.Bench.Host.ReloadAsync(trial.Bench.PluginId, cancellationToken);
                        await reload;
                    }
                },
            },
            cancellationToken);
        await reload;
        Expect.That(cut.Failure is null or { Kind: FailureKind.Transient }, $"It was loaded anew in the middle of a read, and the read {cut.Ending()}");
        Expect.That(trial.Bench.Objection is null, $"It was loaded anew in the middle of a read, and does not run. {trial.Bench.Objection}");
        var again = await trial.ReadAsync(new SourceRead(config), cancellationToken);
        Expect.That(again.IsComplete, $"It was loaded anew in the middle of a read. The next read {again.Ending()} Leave nothing behind that keeps the next one out.");
        Expect.That(again.Digest() == whole.Digest(), $"It was loaded anew in the middle of a read, and the next read gives other records than before.");
    }
}
