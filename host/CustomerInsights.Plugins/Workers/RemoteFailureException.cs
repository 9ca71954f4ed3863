using CustomerInsights.Plugins.Boundary;

namespace CustomerInsights.Plugins.Workers;

/// <summary>The other side of the socket answered with a failure, or is gone.</summary>
internal sealed class RemoteFailureException(PluginFailure failure) : Exception(failure.Message)
{
    internal PluginFailure Failure { get; } = failure;
}
