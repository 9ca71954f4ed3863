namespace CustomerInsights.Plugins.Loading;

/// <summary>Makes sure that an unloaded context leaves memory, and says when it has not.</summary>
/// <remarks>
/// The rounds cost a few milliseconds in the plain case. Flushing caches is a matter for the whole process, so it is done
/// only when a context is still there after them; see docs/decisions/0002-load-context-isolation.md.
/// </remarks>
internal static class Unloading
{
    private const int Rounds = 3;

    // A plugin's finaliser that never returns would hold the wait for finalisers for ever.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    // Work of the plugin that was cancelled a moment ago may still be leaving the thread pool.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private static readonly Action[] Steps = [static () => { }, RuntimeCaches.Flush, RuntimeCaches.Scrub, static () => { }];

    /// <summary>Whether the context has left memory.</summary>
    internal static async Task<bool> TryCollectAsync(WeakReference context)
    {
        if (await CollectedAsync(context))
        {
            return true;
        }

        foreach (var step in Steps)
        {
            // The runtime's time, whatever the application's clock says.
            await Task.Delay(Moment, TimeProvider.System, CancellationToken.None);
            step();
            if (await CollectedAsync(context))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<bool> CollectedAsync(WeakReference context)
    {
        try
        {
            return await Task.Run(() => Collected(context)).WaitAsync(Longest, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static bool Collected(WeakReference context)
    {
        for (var round = 0; round < Rounds && context.IsAlive; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return !context.IsAlive;
    }
}
