namespace CustomerInsights.Sdk;

/// <summary>The stream's fields as they are now; sent before the first batch that differs from what was discovered.</summary>
/// <param name="Descriptor">The new description; its name is the stream's.</param>
public sealed record SchemaFound(StreamDescriptor Descriptor) : SourceMessage(Descriptor.Name);
