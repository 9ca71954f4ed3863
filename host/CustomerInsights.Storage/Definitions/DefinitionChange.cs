namespace CustomerInsights.Storage.Definitions;

/// <summary>A put (with a document) or a delete (without).</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Name">The name.</param>
/// <param name="Document">The new JSON, or null to delete.</param>
/// <param name="IfVersion">The version that must stand; 0 for "must not exist"; null for "whatever is there".</param>
public sealed record DefinitionChange(string Kind, string Name, string? Document, long? IfVersion = null);
