using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins;

/// <content>From one version to another while the first is at work: what is open finishes on it, what is opened from now on gets the other.</content>
internal sealed partial class PluginSlot
{
    private readonly List<(PluginInstance Instance, CancellationTokenSource Now)> _retired = [];
    private string? _trial;
    private string? _held;

    /// <summary>The version that is watched more closely for a while, or null.</summary>
    internal void SetTrial(string? version, string actor, string reason)
    {
        bool over;
        string? running;
        lock (_lock)
        {
            running = _running?.Package.Version.ToString();
            over = version is null && _trial is not null && _trial == running;
            _trial = version;
        }

        if (over)
        {
            Move(PluginState.Active, running, actor, "probation-over", reason, onlyFrom: [PluginState.Probation]);
        }
    }

    /// <summary>Stops a version for good: not even the wish for it starts it again, until another is wanted or a person asks.</summary>
    /// <param name="version">The version; nothing happens to another.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="code">The stable word.</param>
    /// <param name="reason">Why.</param>
    /// <param name="evidence">What is known besides; null for nothing.</param>
    internal async Task HoldAsync(string version, string actor, string code, string reason, string? evidence)
    {
        await _oneStep.WaitAsync(CancellationToken.None);
        try
        {
            _held = version;
            _faulted = null;
            _generation++;
            if (_running?.Package.Version.ToString() is { } running && running != version)
            {
                return;
            }

            await StopAsync(actor, code, reason);
            Move(PluginState.RolledBack, version, actor, code, reason, evidence);
        }
        finally
        {
            _oneStep.Release();
        }
    }

    // The new version is up before the old one lets go, so that nobody finds none.
    private async Task SwapAsync(PluginInstance before, PluginPackage package, DesiredPlugin desired, IsolationChoice choice, string actor)
    {
        var old = before.Package.Version.ToString();
        var up = await StartAsync(package, desired, choice, actor, $" What {old} has open it finishes.");
        var now = new CancellationTokenSource();
        lock (_lock)
        {
            _retired.Add((before, now));
        }

        if (!up)
        {
            // As without another version: what is wanted cannot be had, and what was wanted before is not any more.
            RetireAtOnce();
        }

        var reason = up ? $"{package.Version} has taken its place; what it has open it finishes." : $"{package.Version} is wanted instead.";
        Tell(old, PluginState.Active, PluginState.Draining, actor, "swapped", reason);
        _host.Run(() => RetireAsync(before, now, actor));
    }

    private async Task RetireAsync(PluginInstance instance, CancellationTokenSource now, string actor)
    {
        var version = instance.Package.Version.ToString();
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(now.Token, _host.Ending))
        {
            await instance.FinishAsync(_host.Options.Limits.SwapDrain, either.Token);
        }

        var context = await instance.StopAsync();
        lock (_lock)
        {
            _retired.RemoveAll(one => one.Instance == instance);
        }

        now.Dispose();
        Tell(version, PluginState.Draining, PluginState.Stopped, actor, "swapped", $"{version} has finished.");
        if (await WatchUnloadAsync(version, context, instance.Boundary.Gate, actor, quiet: true))
        {
            Tell(version, PluginState.Stopped, PluginState.Unloaded, actor, "unloaded", $"{version} has left memory.");
        }
    }

    // Whoever stops the plugin means its older versions too.
    private void RetireAtOnce()
    {
        lock (_lock)
        {
            _retired.ForEach(one => one.Now.Cancel());
        }
    }

    // A step of a version that is not the one that the status speaks of.
    private void Tell(string version, PluginState from, PluginState to, string actor, string code, string reason) =>
        _host.Record(new(Id, version, from, to, _host.Clock.GetUtcNow(), actor, code, reason));
}
