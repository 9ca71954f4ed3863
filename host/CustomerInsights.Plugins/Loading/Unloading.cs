using System.Runtime.CompilerServices;

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

    /// <summary>Whether the context has left memory.</summary>
    internal static async Task<bool> TryCollectAsync(WeakReference context)
    {
        var work = Task.Run(() => TryCollect(context));
        try
        {
            return await work.WaitAsync(Longest);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool TryCollect(WeakReference context)
    {
        if (Collected(context))
        {
            return true;
        }

        RuntimeCaches.Flush();
        if (Collected(context))
        {
            return true;
        }

        RuntimeCaches.Scrub();
        return Collected(context);
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
