namespace CustomerInsights.Storage;

/// <summary>Another process owns the store.</summary>
public sealed class StoreInUseException(string message, int? processId) : Exception(message)
{
    /// <summary>The process that owns it, where it could be told.</summary>
    public int? ProcessId { get; } = processId;
}
