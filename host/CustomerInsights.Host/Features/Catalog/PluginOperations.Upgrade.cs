using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Upgrades;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Installing;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Plugins;

namespace CustomerInsights.Host.Features.Catalog;

/// <content>The care that an upgrade needs beyond an installation, and the way back from it.</content>
internal sealed partial class PluginOperations
{
    /// <summary>
    /// Looks whether stored settings fit, and if another version is there already: tries the new one in a worker, and copies what must be there to go
    /// back. Nothing that runs has changed when it returns. Null where there is nothing to go back to.
    /// </summary>
    private async Task<PluginTrial?> PrepareAsync(
        PluginOperation operation, PluginPackage package, DesiredPlugin? wished, DesiredPlugin wish, List<string> warnings, Action<long, long?, string> report, CancellationToken cancellationToken)
    {
        var version = package.Version.ToString();
        if (await trials.FindAsync(operation.Id, cancellationToken) is { } known && known.To == version && wished?.Version == version)
        {
            // The host ended after plugins.json was changed; what led to it stands.
            return known.Stage == TrialStage.RollingBack ? null : known;
        }

        var misfits = await preflight.CheckConfigAsync(package, cancellationToken);
        if (misfits.Count > 0 && !operation.AcceptConfigProblems)
        {
            throw new PackageException(
                "config",
                $"{operation.Id} {version} is not taken: stored settings do not fit it. {string.Join(' ', misfits.Select(one => one.Problem))} Edit them first, or take it all the same with \"acceptConfigProblems\": true; what does not fit fails until it is edited.");
        }

        warnings.AddRange(misfits.Select(one => one.Problem));
        if (Before(operation.Id, wished) is not { } before || before.Version >= package.Version)
        {
            return null;
        }

        var tried = await preflight.TryAsync(package, wish, [.. misfits.Select(one => one.Connection.Id)], report, cancellationToken);
        if (tried.Problems.Count > 0)
        {
            throw new PackageException("preflight", $"{operation.Id} {version} is not taken, for it does worse than {before.Version}, which goes on running. {string.Join(' ', tried.Problems)}");
        }

        warnings.AddRange(tried.Warnings);
        report(0, null, $"Copying the state of {operation.Id} {before.Version}");
        var all = await connections.OfAsync(operation.Id, cancellationToken);
        var trial = await trials.MeasureAsync(
            new PluginTrial(operation.Id, before.Version.ToString(), version, TrialStage.Prepared, clock.GetUtcNow(), operation.Actor) { Passed = tried.Passed }, cancellationToken);
        await upgrades.TakeSnapshotAsync(
            new NewPluginSnapshot(
                operation.Id, trial.From, before.Manifest!.Releases.StateVersion, [.. (await connections.StreamsAsync(all, cancellationToken)).Select(stream => stream.Name)],
                Json.Write(all.ToDictionary(one => one.Id, one => one.Settings, StringComparer.Ordinal))),
            cancellationToken);
        await trials.PutAsync(trial, cancellationToken);
        await AtStep(OperationStep.SnapshotTaken, cancellationToken);
        plugins.SetTrial(operation.Id, version, operation.Actor, "");
        return trial;
    }

    // The version that is gone from: the one that runs, else the one that is wanted and there.
    private PluginPackage? Before(string id, DesiredPlugin? wished)
    {
        var status = plugins.Find(id);
        var version = status?.RunningVersion ?? (wished is { Enabled: true } ? wished.Version : null);
        return status?.Versions.FirstOrDefault(one => one.Version.ToString() == version && one.Manifest is not null);
    }

    /// <summary>From here on the version's runs count; what its checks say is looked at now.</summary>
    private async Task BeginTrialAsync(PluginTrial trial, Action<long, long?, string> report, CancellationToken cancellationToken)
    {
        if (trial.Stage == TrialStage.Prepared)
        {
            await trials.PutAsync(trial with { Stage = TrialStage.Probation, Since = clock.GetUtcNow() }, cancellationToken);
        }

        var all = await connections.OfAsync(trial.Plugin, cancellationToken);
        foreach (var connection in all.Where(one => trial.Passed.Contains(one.Id) && plugins.Find(trial.Plugin)?.RunningVersion == trial.To))
        {
            report(0, null, $"Checking {connection.Kind} {connection.Name}");
            if (await preflight.CheckRunningAsync(trial.Plugin, connection, cancellationToken) is { } why)
            {
                await trials.ObjectAsync(trial.Plugin, trial.To, $"The check of {connection.Kind} '{connection.Name}' passed before, and fails now: {why}", cancellationToken);
            }
        }
    }

    /// <summary>
    /// Back to a version: stops the one that runs, puts state back where the older one could not read what was written since, and wants the older one.
    /// What is decided is kept first, so that a host that dies on the way goes it to its end.
    /// </summary>
    private async Task<(string, IReadOnlyList<string>)> RollBackAsync(PluginOperation operation, Action<long, long?, string> report, CancellationToken cancellationToken)
    {
        var (id, target) = (operation.Id, operation.Version!);
        var trial = await trials.FindAsync(id, cancellationToken);
        if (trial is not { Stage: TrialStage.RollingBack } || trial.From != target)
        {
            var wished = (await plugins.Desired.ReadAsync(cancellationToken)).State?.Find(id);
            var from = Before(id, wished)?.Version.ToString() ?? wished?.Version ?? target;
            if (from == target)
            {
                return ($"{id} is at {target} already.", []);
            }

            trial = new PluginTrial(id, target, from, TrialStage.RollingBack, clock.GetUtcNow(), operation.Actor) { Verdict = operation.Reason ?? $"{operation.Actor} asked for it." };
            await trials.PutAsync(trial, cancellationToken);
        }

        var why = trial.Verdict!;
        report(0, null, $"Stopping {id} {trial.To}");
        await plugins.HoldAsync(id, trial.To, operation.Actor, "rolled-back", $"{trial.To} is rolled back to {target}. {why}", null);
        await AtStep(OperationStep.Held, cancellationToken);
        var warnings = new List<string>();
        var isBack = (await plugins.Desired.ReadAsync(cancellationToken)).State?.Find(id)?.Version == target;

        // After a crash behind the last step the older version may have read on already: what it knows now is newer than the copy.
        if (!isBack && NeedsState(id, trial))
        {
            report(0, null, $"Putting back the state of {id} {target}");
            if (!await upgrades.RestoreSnapshotAsync(id, target, cancellationToken))
            {
                warnings.Add($"There is no copy of the state that {target} knew: its sources may have to be read from the beginning.");
            }
        }

        warnings.AddRange(await RestoreSettingsAsync(id, target, operation.Actor, cancellationToken));
        await AtStep(OperationStep.Restored, cancellationToken);
        var wish = (await plugins.Desired.ReadAsync(cancellationToken)).State?.Find(id) ?? new DesiredPlugin(id);
        var avoided = new AvoidedVersion(trial.To, why, trial.Actor, clock.GetUtcNow());
        await locks.UpdateAsync(
            current =>
            {
                var locked = current.Find(id);
                var sha256 = locked?.Previous.FirstOrDefault(one => one.Version == target)?.Sha256 ?? (locked?.Version == target ? locked.Sha256 : "");
                return current.With(id, Moved(locked, trial.To, new LockedPlugin(id, target, sha256, wish.Isolation) { Catalog = locked?.Catalog }));
            },
            cancellationToken);
        warnings.AddRange(await FlipAsync(operation.Actor, wish with { Version = target, RolledBack = [.. Without(wish, trial.To) ?? [], avoided] }, report, cancellationToken));
        await upgrades.PutTrialAsync(id, null, cancellationToken);
        plugins.SetTrial(id, null, operation.Actor, "");
        return ($"{id} is back at {target}. {why}", warnings);
    }

    // Without both manifests at hand it is not known who reads what: then what was copied is what the version knew.
    private bool NeedsState(string id, PluginTrial trial)
    {
        int? Writes(string version) => plugins.Find(id)?.Versions.FirstOrDefault(one => one.Version.ToString() == version)?.Manifest?.Releases.StateVersion;
        return Writes(trial.To) is not { } newer || Writes(trial.From) is not { } older || newer > older;
    }

    // Settings that were edited for the newer version, and that the older one refuses, come back as they were.
    private async Task<IReadOnlyList<string>> RestoreSettingsAsync(string id, string target, string actor, CancellationToken cancellationToken)
    {
        if (plugins.Find(id)?.Versions.FirstOrDefault(one => one.Version.ToString() == target) is not { } package
            || await upgrades.FindSnapshotAsync(id, target, cancellationToken) is not { } snapshot)
        {
            return [];
        }

        var told = new List<string>();
        var copied = Json.Read<Dictionary<string, JsonElement>>(snapshot.Config);
        foreach (var (connection, problem) in (await preflight.CheckConfigAsync(package, cancellationToken)).DistinctBy(one => one.Connection.Id))
        {
            if (!copied.TryGetValue(connection.Id, out var settings) || await definitions.FindAsync(connection.Kind, connection.Name, cancellationToken) is not { } definition)
            {
                told.Add($"{problem} Edit them.");
                continue;
            }

            var document = JsonNode.Parse(definition.Document)!.AsObject();
            document["settings"] = JsonNode.Parse(settings.GetRawText());
            await definitions.ApplyAsync([new DefinitionChange(connection.Kind, connection.Name, document.ToJsonString(), definition.Version)], actor, cancellationToken);
            told.Add($"The settings of {connection.Kind} '{connection.Name}' are as they were before the upgrade, for {target} refuses the newer ones. {problem}");
        }

        return told;
    }
}
