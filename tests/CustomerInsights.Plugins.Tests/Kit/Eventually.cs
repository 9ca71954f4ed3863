using System.Diagnostics;

namespace CustomerInsights.Plugins.Tests.Kit;

/// <summary>Waits for what happens in the background.</summary>
internal static class Eventually
{
    internal static async Task<TimeSpan> TrueAsync(Func<bool> condition, Func<string> otherwise, double seconds = 60)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed.TotalSeconds > seconds)
            {
                throw new TimeoutException($"Not within {seconds} s: {otherwise()}");
            }

            await Task.Delay(10);
        }

        return watch.Elapsed;
    }

    internal static Task<TimeSpan> StateAsync(PluginSandbox sandbox, string id, PluginState state, double seconds = 60) =>
        TrueAsync(() => sandbox.Host.Find(id)?.State == state, () => $"{id} is {sandbox.Host.Find(id)}", seconds);

    /// <summary>Transitions are recorded behind the plugin's back, so they may come a moment after the state.</summary>
    internal static async Task<PluginTransition> TransitionAsync(PluginSandbox sandbox, PluginState to)
    {
        await TrueAsync(() => sandbox.Services.Transitions.Any(step => step.To == to), () => $"no transition to {to}");
        return sandbox.Services.Transitions.First(step => step.To == to);
    }

    internal static Task PathEndsAsync(PluginSandbox sandbox, string id, string end) =>
        TrueAsync(() => sandbox.Services.Path(id).EndsWith(end, StringComparison.Ordinal), () => sandbox.Services.Path(id));
}
