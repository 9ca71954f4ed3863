using CustomerInsights.Plugins.Boundary;

namespace CustomerInsights.Plugins;

/// <content>The figures of a plugin since the host began, whatever its version.</content>
internal sealed partial class PluginSlot
{
    private long _succeeded;
    private long _failedCalls;
    private long _bugCalls;
    private long _abandonedCalls;
    private PluginLastFailure? _lastFailure;

    /// <summary>How it does.</summary>
    internal PluginVitals Vitals
    {
        get
        {
            lock (_lock)
            {
                return new(Interlocked.Read(ref _succeeded), Interlocked.Read(ref _failedCalls), Interlocked.Read(ref _bugCalls), Interlocked.Read(ref _abandonedCalls))
                {
                    LastFailure = Volatile.Read(ref _lastFailure),
                    FaultsInARow = _faults,
                    Worker = _running?.Worker,
                };
            }
        }
    }

    private void Count(ref long counter, string call, PluginFailure failure)
    {
        Interlocked.Increment(ref counter);
        Volatile.Write(ref _lastFailure, new PluginLastFailure(_host.Clock.GetUtcNow(), call, failure.Message));
    }
}
