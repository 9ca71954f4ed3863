using CustomerInsights.Host.Features.Upgrades;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Catalogs;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Installing;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Plugins;

namespace CustomerInsights.Host.Features.Catalog;

/// <summary>
/// Installs, moves and removes plugins. Each step can be done again: after a crash the job begins anew and finds what is done.
/// One at a time.
/// </summary>
internal sealed partial class PluginOperations(
    Offers offers, CatalogStore catalogs, CatalogReader reader, PackageInstaller installer, PluginLockFile locks, IPackageGate gate, PluginHost plugins,
    Preflight preflight, PluginTrials trials, PluginConnections connections, IPluginUpgradeStore upgrades, IDefinitionStore definitions, HostSettings settings, TimeProvider clock) : IDisposable
{
    private const int KeptVersions = 3;
    private static readonly TimeSpan s_settles = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Called where a host may die; tests let it die there.</summary>
    internal Func<OperationStep, CancellationToken, Task> AtStep { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Does it; gives a sentence for people and what they should look at.</summary>
    /// <exception cref="PackageException">It cannot be done; says why. What runs goes on running.</exception>
    public async Task<(string Summary, IReadOnlyList<string> Warnings)> RunAsync(PluginOperation operation, Action<long, long?, string> report, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return operation.Action switch
            {
                PluginAction.Uninstall => await UninstallAsync(operation, cancellationToken),
                PluginAction.Rollback => await RollBackAsync(operation, report, cancellationToken),
                PluginAction.Restore => await RestoreAsync(operation, report, cancellationToken),
                _ => await InstallAsync(operation, report, cancellationToken),
            };
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<(string, IReadOnlyList<string>)> InstallAsync(PluginOperation operation, Action<long, long?, string> report, CancellationToken cancellationToken)
    {
        var offer = await offers.ChooseAsync(operation.Id, operation.Version, cancellationToken);
        var (package, sha256) = await FetchAsync(offer, report, cancellationToken);
        var manifest = package.Manifest!;
        await offers.CheckAcceptedAsync(operation.Id, manifest.Version, manifest.Capabilities, operation.AcceptedCapabilities, cancellationToken);

        var running = plugins.Find(operation.Id)?.RunningVersion;
        var wished = (await plugins.Desired.ReadAsync(cancellationToken)).State?.Find(operation.Id);
        var wish = (wished ?? new DesiredPlugin(operation.Id)) with
        {
            Version = manifest.Version,
            Isolation = operation.Isolation ?? wished?.Isolation,
            AcceptInProcess = operation.AcceptInProcess ?? wished?.AcceptInProcess ?? false,
            RolledBack = Without(wished, manifest.Version),
        };
        await CheckIsolationAsync(wish, package, cancellationToken);
        var warnings = new List<string>();
        var trial = await PrepareAsync(operation, package, wished, wish, warnings, report, cancellationToken);
        await locks.UpdateAsync(
            current => current.With(operation.Id, Moved(current.Find(operation.Id), running, new LockedPlugin(operation.Id, manifest.Version, sha256, wish.Isolation)
            {
                Catalog = offer.Catalog.From.Name,
                AcceptedCapabilities = Capabilities.Hash(manifest.Capabilities),
            })),
            cancellationToken);
        warnings.AddRange(await FlipAsync(operation.Actor, wish, report, cancellationToken));
        if (trial is not null)
        {
            await BeginTrialAsync(trial, report, cancellationToken);
        }

        await PruneAsync(operation.Id, manifest.Version, cancellationToken);
        return (trial is null ? $"{operation.Id} {manifest.Version} is installed." : $"{operation.Id} {manifest.Version} is installed, and on trial: {TrialJudge.EnoughRuns} good runs or 24 hours.", warnings);
    }

    private async Task<(string, IReadOnlyList<string>)> UninstallAsync(PluginOperation operation, CancellationToken cancellationToken)
    {
        await plugins.Desired.UpdateAsync(state => state.Without(operation.Id), null, operation.Actor, cancellationToken);
        await SettledAsync(operation.Id, status => status is null or { RunningVersion: null }, cancellationToken);
        foreach (var version in installer.Versions(operation.Id))
        {
            installer.Remove(operation.Id, version.ToString());
        }

        await upgrades.PutTrialAsync(operation.Id, null, cancellationToken);
        await upgrades.KeepSnapshotsAsync(operation.Id, [], cancellationToken);
        await locks.UpdateAsync(current => current.With(operation.Id, null), cancellationToken);
        plugins.LookAgain();
        return ($"{operation.Id} is uninstalled. What it brought into the store stays.", []);
    }

    private async Task<(string, IReadOnlyList<string>)> RestoreAsync(PluginOperation operation, Action<long, long?, string> report, CancellationToken cancellationToken)
    {
        var warnings = new List<string>();
        foreach (var wanted in operation.Lock!.Plugins)
        {
            var all = await offers.AllAsync(wanted.Id, cancellationToken);
            var offer = all.Find(one => one.Version.Version == wanted.Version && one.Version.Sha256 == wanted.Sha256)
                ?? throw new PackageException("not-found", $"No catalog offers {wanted.Id} {wanted.Version} with the SHA-256 {wanted.Sha256}.");
            var (package, _) = await FetchAsync(offer, report, cancellationToken);

            // Older versions to go back to belong to the installation that the lock is of: they are not on this disk.
            await locks.UpdateAsync(
                current => current.With(wanted.Id, wanted with { Previous = [], AcceptedCapabilities = Capabilities.Hash(package.Manifest!.Capabilities) }), cancellationToken);
            var wish = (await plugins.Desired.ReadAsync(cancellationToken)).State?.Find(wanted.Id) ?? new DesiredPlugin(wanted.Id);
            warnings.AddRange(await FlipAsync(
                operation.Actor, wish with { Version = wanted.Version, Isolation = wanted.Isolation, RolledBack = Without(wish, wanted.Version), Pin = wanted.Pin is not null }, report, cancellationToken));
        }

        return ($"{operation.Lock.Plugins.Count} plugins are as the lock says.", warnings);
    }

    private async Task<(PluginPackage Package, string Sha256)> FetchAsync(Offer offer, Action<long, long?, string> report, CancellationToken cancellationToken)
    {
        var (id, version) = (offer.Plugin.Id, offer.Version);
        var folder = Path.Combine(settings.DataDirectory, "downloads");
        Directory.CreateDirectory(folder);
        var options = FileOptions.Asynchronous | FileOptions.DeleteOnClose;
        await using var file = new FileStream(Path.Combine(folder, Guid.CreateVersion7(clock.GetUtcNow()).ToString("N")), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 81920, options);
        await reader.DownloadAsync(
            offer.Catalog.From.Source, version, file, new Relay(done => report(done, version.Size, $"Fetching {id} {version.Version}")), cancellationToken);
        report(version.Size, version.Size, $"Verifying {id} {version.Version}");
        var package = await installer.InstallAsync(file, id, version.Version, await catalogs.ReadAsync(cancellationToken), replace: false, cancellationToken);
        return (package, version.Sha256!);
    }

    // Before anything is changed: a version that may not run as it is asked for is no use.
    private async Task CheckIsolationAsync(DesiredPlugin wish, PluginPackage package, CancellationToken cancellationToken)
    {
        var trust = await gate.TrustAsync(package, cancellationToken) ?? throw new PackageException("untrusted", $"Nobody who is trusted here has signed {wish.Id} {wish.Version}.");
        if (IsolationChoice.Decide(wish, package.Manifest!, trust).Objection is { } objection)
        {
            throw new PackageException("isolation", $"{wish.Id} {wish.Version} is not taken: {objection}");
        }
    }

    // The wish is one file that is replaced as a whole: before it the old version is wanted, after it the new one.
    private async Task<IReadOnlyList<string>> FlipAsync(string actor, DesiredPlugin wish, Action<long, long?, string> report, CancellationToken cancellationToken)
    {
        var (id, version) = (wish.Id, wish.Version);
        report(0, null, $"Starting {id} {version}");
        var begun = clock.GetUtcNow();
        await plugins.Desired.UpdateAsync(
            state =>
            {
                // What else was edited meanwhile stays.
                var now = state.Find(id) ?? new DesiredPlugin(id);
                return state.With(now with
                {
                    Version = version,
                    Enabled = true,
                    Isolation = wish.Isolation,
                    AcceptInProcess = wish.AcceptInProcess,
                    Pin = wish.Pin,
                    RolledBack = wish.RolledBack,
                });
            },
            null,
            actor,
            cancellationToken);
        await AtStep(OperationStep.Flipped, cancellationToken);
        plugins.LookAgain();

        // A problem of the version before, faulted or held, says nothing of this one.
        var status = await SettledAsync(
            id, one => one is not null && (one.RunningVersion == version || (one.State > PluginState.Leaked && one.Since >= begun && one.Desired?.Version == version)), cancellationToken);
        return status?.RunningVersion == version ? [] : [$"{id} {version} does not run: {status?.Reason ?? "the host has not looked yet."}"];
    }

    private static List<AvoidedVersion>? Without(DesiredPlugin? wish, string version) =>
        wish?.RolledBack?.Where(one => one.Version != version).ToList() is { Count: > 0 } left ? left : null;

    private async Task<PluginStatus?> SettledAsync(string id, Func<PluginStatus?, bool> settled, CancellationToken cancellationToken)
    {
        var since = clock.GetTimestamp();
        while (!settled(plugins.Find(id)) && clock.GetElapsedTime(since) < s_settles)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), clock, cancellationToken);
        }

        return plugins.Find(id);
    }

    private static LockedPlugin Moved(LockedPlugin? before, string? running, LockedPlugin now)
    {
        // Done again after a crash it must not take the new version for the one before.
        var last = before is not null ? new LockedVersion(before.Version, before.Sha256) : running is not null ? new LockedVersion(running, "") : null;
        var previous = (before?.Previous ?? []).Prepend(last).OfType<LockedVersion>().Where(one => one.Version != now.Version).DistinctBy(one => one.Version);
        return now with { Pin = before?.Pin, Previous = [.. previous.Take(KeptVersions)] };
    }

    // The last three, and every one that something still speaks of.
    private async Task PruneAsync(string id, string version, CancellationToken cancellationToken)
    {
        var status = plugins.Find(id);
        var trial = await trials.FindAsync(id, cancellationToken);
        var kept = (await locks.ReadAsync(cancellationToken)).Find(id)!.Previous.Select(one => one.Version)
            .Concat(status?.Finishing ?? []).Append(version).Append(status?.RunningVersion).Append(status?.Desired?.Version).Append(trial?.From).Append(trial?.To)
            .OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var old in installer.Versions(id).Select(one => one.ToString()).Where(one => !kept.Contains(one)))
        {
            installer.Remove(id, old);
        }

        await upgrades.KeepSnapshotsAsync(id, [.. kept], cancellationToken);
    }

    private sealed class Relay(Action<long> tell) : IProgress<long>
    {
        public void Report(long value) => tell(value);
    }
}
