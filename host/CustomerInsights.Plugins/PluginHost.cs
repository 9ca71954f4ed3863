using System.Collections.Concurrent;
using System.Globalization;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Marks;
using CustomerInsights.Plugins.Schema;
using CustomerInsights.Plugins.Workers;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins;

/// <summary>
/// Runs plugins, in process or in workers: brings them to what <c>plugins.json</c> wants, keeps them there, and opens their components.
/// A bad plugin never keeps the host or another plugin from starting. Safe for any thread.
/// </summary>
public sealed class PluginHost : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, PluginSlot> _slots = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _oneReconcile = new(1, 1);
    private readonly SemaphoreSlim _oneStranger = new(1, 1);
    private readonly CancellationTokenSource _ending = new();
    private readonly RunMarks _marks;
    private readonly TransitionRecorder _recorder;
    private readonly BackgroundWork _background;
    private readonly PluginSlotContext _context;
    private readonly PluginHostOptions _options;
    private DesiredStateWatcher? _watcher;
    private DesiredState? _desired;
    private string? _seen;
    private IReadOnlyList<SchemaProblem> _fileProblems = [];
    private IReadOnlyList<SchemaProblem> _wishProblems = [];
    private bool _disposed;

    /// <summary>Makes the host; nothing is read before <see cref="StartAsync"/>.</summary>
    /// <param name="options">Where things are.</param>
    /// <param name="services">The application's store.</param>
    /// <param name="loggers">For the host's log and the plugins'.</param>
    /// <param name="clock">The clock of everything here, plugins included.</param>
    public PluginHost(PluginHostOptions options, IPluginHostServices services, ILoggerFactory loggers, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        _options = options;
        var log = loggers.CreateLogger("CustomerInsights.Plugins");
        _recorder = new TransitionRecorder(services, log);
        _background = new BackgroundWork(log, _ending.Token);
        _marks = new RunMarks(options.MarksPath, clock, text => _slots.Values.Aggregate(text, (cut, slot) => slot.Redact(cut)));
        _context = new(
            options, services, loggers, log, clock, _recorder.Add, _background.Run, new WorkerPlace(options.WorkerFolder), _marks, _oneStranger, _ending.Token);
        Desired = new DesiredStateFile(options.DesiredStatePath);
    }

    /// <summary>The one owner of what is wanted; edits through it take effect at once.</summary>
    public DesiredStateFile Desired { get; }

    /// <summary>
    /// Mistakes in <c>plugins.json</c>, with pointers into it. While the file cannot be used the running plugins stay as they
    /// are; a wish for what is not on disk leaves its plugin as it is.
    /// </summary>
    public IReadOnlyList<SchemaProblem> DesiredProblems => [.. Volatile.Read(ref _fileProblems), .. Volatile.Read(ref _wishProblems)];

    /// <summary>Why some plugins are kept from running although nothing is wrong with their packages; null when none is.</summary>
    public string? SafeMode { get; private set; }

    /// <summary>Reads <c>plugins.json</c> (makes it at the first start, with the built-in plugins), activates, and begins to watch.</summary>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <returns>When every plugin that is wanted runs or has a reason why not.</returns>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Directory.CreateDirectory(_options.DataDirectory);
        await JudgeLastLifeAsync(cancellationToken);
        if (!File.Exists(Desired.FilePath))
        {
            await CreateDesiredAsync(cancellationToken);
        }

        _watcher = new DesiredStateWatcher(Desired, _context.Clock, _options.PollEvery);
        await ReconcileAsync(cancellationToken);
        _background.Run(WatchAsync);
    }

    /// <summary>All plugins on disk or in <c>plugins.json</c>, by id.</summary>
    /// <returns>Their status.</returns>
    public IReadOnlyList<PluginStatus> List() => [.. _slots.Values.Select(slot => slot.Status).OrderBy(status => status.Id, StringComparer.Ordinal)];

    /// <summary>One plugin.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>Its status, or null when there is no such plugin.</returns>
    public PluginStatus? Find(string id) => _slots.TryGetValue(id, out var slot) ? slot.Status : null;

    /// <summary>How a plugin does.</summary>
    /// <param name="id">The plugin.</param>
    /// <returns>Its figures, or null when there is no such plugin.</returns>
    public PluginVitals? Vitals(string id) => _slots.TryGetValue(id, out var slot) ? slot.Vitals : null;

    /// <summary>The last lines that a plugin wrote, at most 500, newest first. They are gone with the host.</summary>
    /// <param name="id">The plugin.</param>
    /// <param name="count">How many.</param>
    /// <returns>The lines, or null when there is no such plugin.</returns>
    public IReadOnlyList<PluginLogLine>? Logs(string id, int count) => _slots.TryGetValue(id, out var slot) ? slot.Ring.Last(count) : null;

    /// <summary>Tells that the host is being stopped by who may: what dies from now on, a plugin did not end.</summary>
    public void NoteEnding() => _marks.NoteEnding();

    /// <summary>Looks at the disk, the wishes and the blocks again, soon and in the background.</summary>
    public void LookAgain() => _watcher?.Poke();

    /// <summary>Looks at the disk again, and loads a plugin afresh: drains, cancels, unloads, loads.</summary>
    /// <param name="id">The plugin.</param>
    /// <param name="cancellationToken">Cancels the waiting, not the reload once it has begun.</param>
    /// <returns>When it is done; see <see cref="Find"/> for how it went.</returns>
    /// <exception cref="KeyNotFoundException">There is no such plugin.</exception>
    public Task ReloadAsync(string id, CancellationToken cancellationToken) => AgainAsync(id, Actor.Reload, cancellationToken);

    /// <summary>As <see cref="ReloadAsync(string, CancellationToken)"/>, with the name of who asks in the plugin's history.</summary>
    /// <param name="id">The plugin.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <returns>As there.</returns>
    /// <exception cref="KeyNotFoundException">There is no such plugin.</exception>
    public Task ReloadAsync(string id, string actor, CancellationToken cancellationToken) => AgainAsync(id, actor, cancellationToken);

    /// <summary>Tries a plugin again that is faulted or was given up.</summary>
    /// <param name="id">The plugin.</param>
    /// <param name="cancellationToken">Cancels the waiting, not the try once it has begun.</param>
    /// <returns>When it is done; see <see cref="Find"/> for how it went.</returns>
    /// <exception cref="KeyNotFoundException">There is no such plugin.</exception>
    public Task RetryAsync(string id, CancellationToken cancellationToken) => AgainAsync(id, Actor.Retry, cancellationToken);

    /// <summary>As <see cref="RetryAsync(string, CancellationToken)"/>, with the name of who asks in the plugin's history.</summary>
    /// <param name="id">The plugin.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <returns>As there.</returns>
    /// <exception cref="KeyNotFoundException">There is no such plugin.</exception>
    public Task RetryAsync(string id, string actor, CancellationToken cancellationToken) => AgainAsync(id, actor, cancellationToken);

    /// <summary>Watches a version, running or about to, more closely: its state is <see cref="PluginState.Probation"/> while all is well.</summary>
    /// <param name="id">The plugin.</param>
    /// <param name="version">The version; null when the watch is over.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="reason">Why it is over, for people.</param>
    public void SetTrial(string id, string? version, string actor, string reason) => _slots.GetOrAdd(id, NewSlot).SetTrial(version, actor, reason);

    /// <summary>Stops a version that is to be gone back from, its calls cancelled, and keeps it from starting until another is wanted or a person asks for it.</summary>
    /// <param name="id">The plugin.</param>
    /// <param name="version">The version; nothing happens to another.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="code">A stable word for why.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="evidence">What is known besides; null for nothing.</param>
    /// <returns>When none of its code runs any more.</returns>
    public Task HoldAsync(string id, string version, string actor, string code, string reason, string? evidence) =>
        _slots.TryGetValue(id, out var slot) ? slot.HoldAsync(version, actor, code, reason, evidence) : Task.CompletedTask;

    /// <summary>Loads a version into a worker of its own to try it. What runs is not touched.</summary>
    /// <param name="id">The plugin.</param>
    /// <param name="version">A version on disk.</param>
    /// <param name="wish">What is to be wanted of it.</param>
    /// <param name="services">What it gets instead of the application's store.</param>
    /// <param name="cancellationToken">Cancels the loading.</param>
    /// <returns>The version, to be disposed; or why it cannot be tried in a worker.</returns>
    /// <exception cref="PluginCallException">It may not run, or does not come up.</exception>
    public async Task<(PluginPreflight? Preflight, string? Skipped)> PreflightAsync(
        string id, string version, DesiredPlugin wish, IPluginHostServices services, CancellationToken cancellationToken)
    {
        var package = (await PackageFolders.ScanAsync(_options.Roots, cancellationToken)).FirstOrDefault(one => one.Id == id && one.Version.ToString() == version)
            ?? throw new KeyNotFoundException($"There is no {id} {version} on disk.");
        return await PluginSlot.PreflightAsync(package, wish, _context with { Services = services }, cancellationToken);
    }

    /// <summary>Looks at <c>plugins.json</c> and at the package folders now, instead of at the next look of its own.</summary>
    /// <param name="cancellationToken">Cancels the waiting for earlier steps; a step that has begun is finished.</param>
    /// <returns>When what is wanted has been brought about, or could not be.</returns>
    public Task LookAsync(CancellationToken cancellationToken) => ReconcileAsync(cancellationToken);

    /// <summary>A component that a plugin offers, running or not, with the schema for its form.</summary>
    /// <param name="kind">What the component is.</param>
    /// <param name="pluginId">The plugin.</param>
    /// <param name="contributionId">The component, or null for the only one of its kind.</param>
    /// <returns>The component, or null when there is none, or several and none was named.</returns>
    public PluginContribution? FindContribution(PluginKind kind, string pluginId, string? contributionId)
    {
        var ofKind = Find(pluginId)?.Contributions.Where(contribution => contribution.Kind == kind && (contributionId is null || contribution.Id == contributionId)).ToList();
        return ofKind is [var only] ? only : null;
    }

    /// <summary>Opens a connector for a connection.</summary>
    /// <param name="pluginId">The plugin.</param>
    /// <param name="contributionId">The component, or null for the only connector.</param>
    /// <param name="connectionId">The connection.</param>
    /// <param name="configuration">Its configuration, UTF-8 JSON; checked against the packaged schema first.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The connector; dispose it.</returns>
    /// <exception cref="PluginCallException">It does not run, the configuration does not pass, or its constructor failed.</exception>
    public async ValueTask<PluginSource> OpenSourceAsync(
        string pluginId, string? contributionId, string connectionId, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken) =>
        new(await OpenAsync(PluginKind.Connector, pluginId, contributionId, connectionId, configuration, cancellationToken));

    /// <summary>Opens an export target for a connection; as <see cref="OpenSourceAsync"/>.</summary>
    /// <param name="pluginId">The plugin.</param>
    /// <param name="contributionId">The component, or null for the only export.</param>
    /// <param name="connectionId">The connection.</param>
    /// <param name="configuration">Its configuration, UTF-8 JSON.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The target; dispose it.</returns>
    /// <exception cref="PluginCallException">As there.</exception>
    public async ValueTask<PluginExport> OpenExportAsync(
        string pluginId, string? contributionId, string connectionId, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken) =>
        new(await OpenAsync(PluginKind.Export, pluginId, contributionId, connectionId, configuration, cancellationToken));

    /// <summary>Opens an enrichment for a connection; as <see cref="OpenSourceAsync"/>.</summary>
    /// <param name="pluginId">The plugin.</param>
    /// <param name="contributionId">The component, or null for the only enrichment.</param>
    /// <param name="connectionId">The connection.</param>
    /// <param name="configuration">Its configuration, UTF-8 JSON.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The enrichment; dispose it.</returns>
    /// <exception cref="PluginCallException">As there.</exception>
    public async ValueTask<PluginEnrichment> OpenEnrichmentAsync(
        string pluginId, string? contributionId, string connectionId, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken)
    {
        var calls = await OpenAsync(PluginKind.Enrichment, pluginId, contributionId, connectionId, configuration, cancellationToken);
        return new PluginEnrichment(calls, calls.Handle.Is<IPopulationEnrichment>());
    }

    /// <summary>Stops watching, stops every plugin, and waits for what runs in the background.</summary>
    /// <returns>When all has ended, within about 20 s.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        NoteEnding();
        await _ending.CancelAsync();
        _watcher?.Dispose();
        await Task.WhenAll(_slots.Values.Select(slot => slot.ShutDownAsync()));
        await _background.EndAsync();
        await _recorder.DisposeAsync();
        foreach (var slot in _slots.Values)
        {
            slot.Dispose();
        }

        Desired.Dispose();
        _marks.Dispose();
        _oneStranger.Dispose();
        _oneReconcile.Dispose();
        _ending.Dispose();
    }

    private async Task<ComponentCalls> OpenAsync(
        PluginKind kind, string pluginId, string? contributionId, string connectionId, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken)
    {
        const string call = "Open";
        if (!_slots.TryGetValue(pluginId, out var slot))
        {
            throw new PluginCallException(pluginId, call, new PluginFailure(FailureKind.Configuration, $"There is no plugin {pluginId}."));
        }

        return await ComponentCalls.OpenAsync(slot.Running(call), kind, contributionId, connectionId, configuration, cancellationToken);
    }

    private async Task JudgeLastLifeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var verdict = await _marks.JudgeLastLifeAsync(cancellationToken);
            if (verdict.Told is { } told)
            {
                PluginLog.Died(_context.Log, told);
            }

            SafeMode = _options.SafeMode ? "The host was started with --safe-mode: only the plugins that come with it run."
                : verdict.Records.Count > 0 ? $"{verdict.Told} Not started: {string.Join(", ", verdict.Records.Select(record => $"{record.Id} {record.Version}"))}. POST …/retry starts one again."
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            PluginLog.MarksFailed(_context.Log, error, _options.MarksPath);
        }
    }

    private async Task CreateDesiredAsync(CancellationToken cancellationToken)
    {
        var builtIn = _options.Roots.Count > 0 ? await PackageFolders.ScanAsync([_options.Roots[0]], cancellationToken) : [];
        var newest = builtIn.DistinctBy(package => package.Id, StringComparer.Ordinal);
        await Desired.UpdateAsync(
            _ => new DesiredState([.. newest.Select(package => new DesiredPlugin(package.Id) { Settings = _options.FirstSettings?.Invoke(package) })]),
            ifMatch: null,
            cancellationToken);
    }

    private async Task AgainAsync(string id, string actor, CancellationToken cancellationToken)
    {
        if (!_slots.TryGetValue(id, out var slot))
        {
            throw new KeyNotFoundException($"There is no plugin {id}.");
        }

        var packages = await PackageFolders.ScanAsync(_options.Roots, cancellationToken);
        await slot.ApplyAsync(_desired?.Find(id), [.. packages.Where(package => package.Id == id)], actor, again: true, cancellationToken);
    }

    private async Task WatchAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            await _watcher!.WaitForChangeAsync(_ending.Token);
            try
            {
                await ReconcileAsync(_ending.Token);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // The watching must go on whatever one change led to.
                PluginLog.ReconcileFailed(_context.Log, error);
            }
        }
    }

    private async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        await _oneReconcile.WaitAsync(cancellationToken);
        try
        {
            // The wishes first: a package is put down before it is wanted, so that what is wanted now is found by the scan. The other way round an install could look missing.
            var snapshot = await Desired.ReadAsync(cancellationToken);
            var packages = (await PackageFolders.ScanAsync(_options.Roots, cancellationToken)).GroupBy(package => package.Id, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => (IReadOnlyList<PluginPackage>)[.. group], StringComparer.Ordinal);
            Volatile.Write(ref _fileProblems, snapshot.Problems);
            if (snapshot.State is not { } desired)
            {
                PluginLog.DesiredStateBroken(_context.Log, string.Join(' ', snapshot.Problems));
                foreach (var id in packages.Keys)
                {
                    _slots.GetOrAdd(id, NewSlot);
                }

                return;
            }

            _desired = desired;
            Volatile.Write(ref _wishProblems, [.. Missing(desired, packages)]);
            var actor = snapshot.ETag == _seen ? Actor.Host : snapshot.Actor ?? Actor.File;
            _seen = snapshot.ETag;
            var ids = desired.Plugins.Select(plugin => plugin.Id).Concat(packages.Keys).Concat(_slots.Keys).Distinct(StringComparer.Ordinal).ToList();

            // Side by side: one that drains for seconds must not hold up the others.
            await Task.WhenAll(ids.Select(id => _slots.GetOrAdd(id, NewSlot)
                .ApplyAsync(desired.Find(id), packages.GetValueOrDefault(id) ?? [], actor, again: false, cancellationToken)));

            // Neither on disk nor wanted: nothing to show, unless code of it is still in memory.
            foreach (var id in ids.Where(id => desired.Find(id) is null && !packages.ContainsKey(id) && _slots[id].Status is { PendingUnloads: 0, Leaked: 0 }))
            {
                _slots.TryRemove(id, out _);
            }
        }
        finally
        {
            _oneReconcile.Release();
        }
    }

    private static IEnumerable<SchemaProblem> Missing(DesiredState desired, Dictionary<string, IReadOnlyList<PluginPackage>> packages)
    {
        for (var i = 0; i < desired.Plugins.Count; i++)
        {
            var plugin = desired.Plugins[i];
            var found = packages.GetValueOrDefault(plugin.Id) ?? [];
            if (plugin.Enabled && SlotPlan.Wanted(plugin, found) is null)
            {
                var member = found.Count == 0 ? "id" : "version";
                yield return new(string.Create(CultureInfo.InvariantCulture, $"/plugins/{i}/{member}"), "missing", SlotPlan.WhyMissing(plugin, found));
            }
        }
    }

    private PluginSlot NewSlot(string id) => new(id, _context);
}
