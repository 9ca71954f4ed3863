namespace CustomerInsights.Sdk;

/// <summary>How far a run is.</summary>
/// <param name="Done">Records, profiles or members done so far, 0 and up.</param>
/// <param name="Total">The estimated total, or null when not known.</param>
/// <param name="Message">What is being done, for people. No secrets, no people's data. At most 200 characters.</param>
public sealed record PluginProgress(long Done, long? Total = null, string? Message = null);
