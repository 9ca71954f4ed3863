using CustomerInsights.Plugins.Boundary;

namespace CustomerInsights.Plugins.Loading;

/// <summary>For a version that is only tried: whoever tries it sees how its calls go, and no state hangs on that.</summary>
internal sealed class QuietHealth : IPluginHealth
{
    public void Succeeded()
    {
        // The caller has the answer.
    }

    public void Misbehaved(string call, PluginFailure failure)
    {
        // The caller has the failure.
    }

    public void Abandoned(string call, PluginFailure failure)
    {
        // As above.
    }

    public void WorkerEnded(string message, string? evidence, bool givenUp)
    {
        // The call that ran in it fails and says so.
    }

    public void CannotLoad(PluginFailure failure)
    {
        // As above.
    }
}
