using System.Diagnostics;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk.Testing.Checks;
using CustomerInsights.Sdk.Testing.Fixtures;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>One run of the kit: opens the package, looks at it, runs it in each mode, and gathers what was found.</summary>
internal sealed class ConformanceRun
{
    // No check needs so long; one that does hangs in the plugin in a way that no limit of the host ends.
    private static readonly TimeSpan LongestCheck = TimeSpan.FromMinutes(3);

    private readonly List<ConformanceResult> _results = [];
    private readonly ConformanceOptions _options;
    private readonly KitPackage _package;
    private readonly TestFile? _tests;
    private readonly Trial _trial;

    private ConformanceRun(ConformanceOptions options, KitPackage package, TestFile? tests)
    {
        (_options, _package, _tests) = (options, package, tests);
        _trial = new Trial(package, options, new KitMemory()) { Tests = tests };
    }

    internal static async Task<ConformanceReport> RunAsync(string path, ConformanceOptions options, CancellationToken cancellationToken)
    {
        var started = options.Clock.GetUtcNow();
        var wanted = Wanted(options.Only);
        using var package = await KitPackage.OpenAsync(path, cancellationToken);
        var tests = await TestsAsync(path, options, cancellationToken);
        var run = new ConformanceRun(options, package, tests);
        foreach (var check in wanted.Where(check => check.Subject == Subject.Package))
        {
            await run.RunAsync(check, run._trial, mode: null, component: null, cancellationToken);
        }

        foreach (var mode in options.Modes.Distinct())
        {
            await run.RunModeAsync(wanted, mode, cancellationToken);
        }

        var report = new ConformanceReport(package.Read.Manifest?.Id ?? "", package.Read.Manifest?.Version ?? "", run._results, started);
        var (tier, reason) = Tiers.Compute(run._results, options, package.Read.Manifest);
        return report with { Tier = tier, TierReason = reason };
    }

    private async Task RunModeAsync(List<Check> wanted, IsolationMode mode, CancellationToken cancellationToken)
    {
        var live = wanted.Where(check => check.Subject != Subject.Package && (check.OnlyIn is null || check.OnlyIn == mode)).ToList();
        if (live.Count == 0)
        {
            return;
        }

        if (_package.Read is not { IsUsable: true, Manifest: { } manifest })
        {
            var why = _package.Objection?.Message ?? _package.Read.Problems.First(problem => !problem.IsWarning).ToString();
            live.ForEach(check => Add(check, ConformanceOutcome.Skipped, $"The package cannot be used, see M01 and P01: {why}", TimeSpan.Zero, mode, null));
            return;
        }

        if (!manifest.Isolation.Supported.Contains(mode))
        {
            live.ForEach(check => Add(check, ConformanceOutcome.NotApplicable, "The manifest does not support this isolation.", TimeSpan.Zero, mode, null));
            return;
        }

        if (_tests is null)
        {
            live.ForEach(check => Add(check, ConformanceOutcome.Skipped, "There is no test.json, so the plugin was not run. See docs/plugin-authors/testing.md.", TimeSpan.Zero, mode, null));
            return;
        }

        await using var benches = new BenchKeeper(_package, mode, _options, _tests.Folder);
        var tested = new List<TestedComponent>();
        foreach (var contribution in _package.Read.Contributions)
        {
            var name = TestedComponent.NameOf(contribution.Kind, contribution.Id);
            if (_tests.Find(contribution.Kind, contribution.Id) is not { } test)
            {
                live.Where(check => (check.Subject & Subject.Component) != 0).ToList()
                    .ForEach(check => Add(check, ConformanceOutcome.Skipped, $"test.json has no entry for {name}.", TimeSpan.Zero, mode, name));
                continue;
            }

            var component = new TestedComponent(contribution, test, await benches.SubjectAsync(contribution, test, cancellationToken));
            tested.Add(component);
            foreach (var check in live.Where(check => (check.Subject & component.Subject) != 0))
            {
                await RunOnBenchAsync(check, benches, mode, component, [component], cancellationToken);
            }
        }

        foreach (var check in live.Where(check => check.Subject == Subject.Plugin))
        {
            await RunOnBenchAsync(check, benches, mode, component: null, tested, cancellationToken);
        }
    }

    private async Task RunOnBenchAsync(
        Check check, BenchKeeper benches, IsolationMode mode, TestedComponent? component, IReadOnlyList<TestedComponent> tested, CancellationToken cancellationToken)
    {
        var bench = await benches.GetAsync(cancellationToken);
        if (bench.Objection is { } objection)
        {
            Add(check, ConformanceOutcome.Failed, $"The plugin does not start. {objection}", TimeSpan.Zero, mode, component?.Name);
            return;
        }

        await RunAsync(check, _trial.With(bench, component, tested), mode, component, cancellationToken);
    }

    private async Task RunAsync(Check check, Trial trial, IsolationMode? mode, TestedComponent? component, CancellationToken cancellationToken)
    {
        if (SkipOf(check, component) is { } skip)
        {
            var expired = DateOnly.FromDateTime(_options.Clock.GetUtcNow().UtcDateTime) > skip.LastDay;
            Add(check, expired ? ConformanceOutcome.Failed : ConformanceOutcome.Skipped, expired ? $"The skip of {check.Id} expired on {skip.Until}; it was: {skip.Reason}. Make the plugin pass, or give a new day." : $"Until {skip.Until}: {skip.Reason}", TimeSpan.Zero, mode, component?.Name, excused: !expired);
            return;
        }

        var begun = Stopwatch.GetTimestamp();
        var (outcome, message) = await JudgeAsync(check, trial, cancellationToken);
        Add(check, outcome, message, Stopwatch.GetElapsedTime(begun), mode, component?.Name);
    }

    private static async Task<(ConformanceOutcome Outcome, string Message)> JudgeAsync(Check check, Trial trial, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestCheck);
        try
        {
            await check.Body(trial, limit.Token);
            return (ConformanceOutcome.Passed, "");
        }
        catch (CheckFailedException error)
        {
            return (ConformanceOutcome.Failed, error.Message);
        }
        catch (NotApplicableException error)
        {
            return (ConformanceOutcome.NotApplicable, error.Message);
        }
        catch (PluginCallException error)
        {
            return (ConformanceOutcome.Failed, $"{error.Call} failed as {error.Failure.Kind}: {error.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (ConformanceOutcome.Failed, $"The check did not end within {LongestCheck.TotalMinutes} minutes.");
        }
        catch (Exception error) when (error is not OperationCanceledException and not ConformanceException)
        {
            // A mistake of the kit must not hide what else is found.
            return (ConformanceOutcome.Failed, $"The kit failed in this check, which is its own fault: {error}");
        }
    }

    private SkipNote? SkipOf(Check check, TestedComponent? component) =>
        component?.Test.Skip.FirstOrDefault(skip => skip.Check == check.Id) ?? _tests?.Skip.FirstOrDefault(skip => skip.Check == check.Id);

    private void Add(Check check, ConformanceOutcome outcome, string message, TimeSpan took, IsolationMode? mode, string? component, bool excused = false)
    {
        var result = new ConformanceResult(check.Id, check.Title, outcome, message, took) { Mode = mode, Component = component, IsExcused = excused };
        _results.Add(result);
        _options.OnResult?.Invoke(result);
    }

    private static List<Check> Wanted(IReadOnlyList<string> only)
    {
        var known = ConformanceCatalog.All;
        foreach (var name in only.Where(name => !known.Any(check => check.Id == name || check.Group == name)))
        {
            throw new ConformanceException($"'{name}' is neither a check nor a group; name one such as R05 or R.");
        }

        if (only.Select(name => known.FirstOrDefault(check => check.Id == name)).FirstOrDefault(check => check is { Status: ConformanceCheckStatus.NotYet }) is { } notYet)
        {
            throw new ConformanceException($"{notYet.Id} ({notYet.Title}) is not there yet. {notYet.Note}");
        }

        return [.. known.Where(check => check.Status == ConformanceCheckStatus.Available && (only.Count == 0 || only.Contains(check.Id, StringComparer.Ordinal) || only.Contains(check.Group, StringComparer.Ordinal)))
            .Select(check => AllChecks.Available.First(body => body.Id == check.Id))];
    }

    private static async Task<TestFile?> TestsAsync(string package, ConformanceOptions options, CancellationToken cancellationToken)
    {
        if (options.TestFile is { } named)
        {
            return await TestFile.ReadAsync(named, cancellationToken);
        }

        var beside = File.Exists(package) ? Path.GetDirectoryName(Path.GetFullPath(package))! : package;
        var found = Path.Combine(beside, "test.json");
        return File.Exists(found) ? await TestFile.ReadAsync(found, cancellationToken) : null;
    }

    /// <summary>Keeps a bench for the checks of a mode; makes a new one when a check has left it with a plugin that does not run.</summary>
    private sealed class BenchKeeper(KitPackage package, IsolationMode mode, ConformanceOptions options, string testFolder) : IAsyncDisposable
    {
        private Bench? _bench;

        internal async Task<Bench> GetAsync(CancellationToken cancellationToken)
        {
            if (_bench is { Objection: not null } broken)
            {
                _bench = null;
                await broken.DisposeAsync();
            }

            return _bench ??= await Bench.StartAsync(package, mode, options, testFolder, cancellationToken);
        }

        /// <summary>Which of the two shapes an enrichment has is known when it is opened.</summary>
        internal async Task<Subject> SubjectAsync(PluginContribution contribution, ComponentTest test, CancellationToken cancellationToken)
        {
            switch (contribution.Kind)
            {
                case PluginKind.Connector:
                    return Subject.Connector;
                case PluginKind.Export:
                    return Subject.Export;
                default:
                    try
                    {
                        var bench = await GetAsync(cancellationToken);
                        var config = bench.Set(new TestedComponent(contribution, test, Subject.ProfileEnrichment));
                        await using var enrichment = await bench.Host.OpenEnrichmentAsync(bench.PluginId, contribution.Id, "kit", config, cancellationToken);
                        return enrichment.IsPopulation ? Subject.PopulationEnrichment : Subject.ProfileEnrichment;
                    }
                    catch (PluginCallException)
                    {
                        // Every check of it fails in the same way, and says how.
                        return Subject.ProfileEnrichment;
                    }
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_bench is { } bench)
            {
                await bench.DisposeAsync();
            }
        }
    }
}
