using CustomerInsights.Plugins.Boundary;

namespace CustomerInsights.Worker;

/// <summary>Tells the host of disposals that fail. It judges everything else by the failures that it is sent.</summary>
internal sealed class DisposalHealth(Action<string, PluginFailure> tell) : IPluginHealth
{
    public void Succeeded()
    {
        // The answer tells.
    }

    public void Misbehaved(string call, PluginFailure failure)
    {
        if (call.Contains("dispose", StringComparison.OrdinalIgnoreCase))
        {
            tell(call, failure);
        }
    }

    public void Abandoned(string call, PluginFailure failure)
    {
        // Only the host abandons.
    }

    public void WorkerEnded(string message, string? evidence, bool givenUp)
    {
        // There is no worker within a worker.
    }

    public void CannotLoad(PluginFailure failure)
    {
        // The answer tells.
    }
}
