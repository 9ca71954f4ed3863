namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>The other side broke the protocol; nothing that it says after that can be trusted.</summary>
internal sealed class ProtocolException(string message) : Exception(message);
