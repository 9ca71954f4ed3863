using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>The other side broke the protocol; nothing that it says after that can be trusted. What it said may be in the message, so that is made fit to be shown.</summary>
internal sealed class ProtocolException(string message) : Exception(OneLine.Of(message, MaxMessage))
{
    private const int MaxMessage = 1000;
}
