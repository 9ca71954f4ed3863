namespace CustomerInsights.Sdk;

/// <summary>A value of the plugin's storage.</summary>
/// <param name="Value">The bytes.</param>
/// <param name="ETag">Changes with every write; opaque.</param>
public sealed record StoredValue(ReadOnlyMemory<byte> Value, string ETag);
