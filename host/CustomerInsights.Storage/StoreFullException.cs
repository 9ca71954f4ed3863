namespace CustomerInsights.Storage;

/// <summary>The disk is full; nothing of the write was kept, and it can be made again when there is room.</summary>
public sealed class StoreFullException() : Exception("The disk that holds the data directory is full. Make room there; what was not written can then be done again.");
