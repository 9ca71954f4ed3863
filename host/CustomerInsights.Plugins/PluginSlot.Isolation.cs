using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Trust;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins;

/// <content>Where a version may run, and what keeps one from running that nothing is wrong with.</content>
internal sealed partial class PluginSlot
{
    private IsolationChoice? _isolation;
    private IsolationMode _mode;

    /// <summary>Loads a version into a worker to try it; or says why there is none for it.</summary>
    internal static async Task<(PluginPreflight? Preflight, string? Skipped)> PreflightAsync(
        PluginPackage package, DesiredPlugin wish, PluginSlotContext host, CancellationToken cancellationToken)
    {
        PluginCallException Refuse(string why, string? evidence = null) => new(package.Id, "Preflight", new PluginFailure(FailureKind.Configuration, why, evidence));

        var version = package.Version.ToString();
        var gate = host.Options.Gate;
        if (SlotPlan.Make(wish with { Enabled = true, Version = version }, [package], host.Options) is { Package: null } plan)
        {
            throw Refuse(plan.Reason);
        }

        if (gate is not null && await gate.JudgeAsync(package, cancellationToken) is { } objection)
        {
            throw Refuse(objection.Reason);
        }

        var trust = gate is null ? PackageTrust.FirstParty : await gate.TrustAsync(package, cancellationToken) ?? PackageTrust.Known;
        var choice = IsolationChoice.Decide(wish, package.Manifest!, trust);
        string? last = null;
        foreach (var mode in choice.Allowed.Where(mode => mode != IsolationMode.InProcess).OrderBy(mode => mode == choice.Mode ? 0 : 1))
        {
            last = await host.Workers.ObjectionAsync(mode);
            if (last is null)
            {
                var load = new PluginLoad(package, Granted(package, wish, host.Options), host.Options, host.Services, host.Loggers, host.Clock, new QuietHealth()) { Isolation = mode, Network = wish.Network };
                try
                {
                    return (new PluginPreflight(await PluginInstance.LoadAsync(load, cancellationToken)), null);
                }
                catch (PluginLoadException error)
                {
                    throw Refuse(error.Message, error.Evidence);
                }
            }
        }

        return (null, last ?? $"{package.Id} {version} supports no worker process, and is not tried in the host's own.");
    }

    private async ValueTask<IsolationChoice?> ChooseIsolationAsync(DesiredPlugin? desired, PluginPackage? package, CancellationToken cancellationToken)
    {
        IsolationChoice? choice = null;
        if (package?.Manifest is { } manifest)
        {
            // Without a gate there is nobody to ask: everything is as if it came with the program.
            var trust = _host.Options.Gate is { } gate ? await gate.TrustAsync(package, cancellationToken) : PackageTrust.FirstParty;
            choice = trust is { } known ? IsolationChoice.Decide(desired, manifest, known) : null;
        }

        lock (_lock)
        {
            _isolation = choice;
        }

        return choice;
    }

    private async ValueTask<(string Code, string Reason)?> WhyNotIsolatedAsync(IsolationChoice choice)
    {
        if (choice.Objection is { } refused)
        {
            return ("isolation-refused", refused);
        }

        var mode = choice.Mode!.Value;
        return await _host.Workers.ObjectionAsync(mode) is { } objection
            ? ("isolation", $"It is to run with isolation '{mode.ToWord()}'. {objection} Nothing less is put in its place.")
            : null;
    }

    // Not the package is at fault, but where the host is: in safe mode, for all strangers or for the one that ended it.
    private (SlotPlan Plan, string? Evidence)? WhyKept(PluginPackage package, IsolationChoice choice, bool byPerson)
    {
        var version = package.Version.ToString();
        if (_host.Options.SafeMode && choice.Trust != PackageTrust.FirstParty)
        {
            return (new(null, PluginState.Installed, "safe-mode", "The host was started with --safe-mode: only the plugins that come with it run. Start it without to run this one.", version), null);
        }

        if (choice.Mode != IsolationMode.InProcess)
        {
            return null;
        }

        if (byPerson)
        {
            _host.Marks.Forget(Id, version);
        }

        return _host.Marks.Find(Id, version) is { } crash
            ? (new(null, PluginState.Faulted, "ended-host", $"{crash.Reason} Waits for Retry or a new version; with \"isolation\": \"process\" it cannot end the host.", version), crash.Evidence)
            : null;
    }
}
