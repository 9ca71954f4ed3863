namespace CustomerInsights.Storage;

/// <summary>A write would pass a quota.</summary>
public sealed class StoreQuotaException(string message) : Exception(message);
