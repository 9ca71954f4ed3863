namespace CustomerInsights.Storage;

/// <summary>What was to be changed is not as the caller saw it: its version is another, or it exists already, or no more.</summary>
public sealed class StoreConflictException(string message) : Exception(message);
