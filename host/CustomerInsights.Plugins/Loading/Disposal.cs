using CustomerInsights.Plugins.Boundary;

namespace CustomerInsights.Plugins.Loading;

/// <summary>Disposes what is a plugin's: through the boundary, in limited time, also when the gate is closed already.</summary>
internal static class Disposal
{
    internal static async Task RunAsync(PluginBoundary boundary, string call, Func<ValueTask> dispose)
    {
        try
        {
            await boundary.RunAsync(
                call,
                boundary.Limits.Short,
                new CancellationTokenSource(),
                async _ =>
                {
                    await dispose();
                    return true;
                },
                null,
                CancellationToken.None,
                CallKind.Disposal);
        }
        catch (PluginCallException)
        {
            // The boundary has told the plugin's health; the component is gone either way.
        }
    }
}
