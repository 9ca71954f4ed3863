namespace CustomerInsights.Sdk;

/// <summary>Covers every answer yielded before it. Stored in one transaction with them.</summary>
/// <param name="State">What the plugin needs to go on; at most 65,536 bytes. Larger things belong in its storage.</param>
public sealed record PopulationCheckpoint(ReadOnlyMemory<byte> State) : PopulationMessage;
