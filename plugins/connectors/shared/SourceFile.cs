namespace CustomerInsights.Connectors.Files;

/// <summary>A file that belongs to a stream.</summary>
/// <param name="Name">Its path below the root, with <c>/</c>; what people and checkpoints see.</param>
/// <param name="FullPath">Where it really is, links resolved; what is opened.</param>
/// <param name="Size">Bytes on disk when it was listed.</param>
/// <param name="Modified">Last write, UTC ticks.</param>
internal sealed record SourceFile(string Name, string FullPath, long Size, long Modified);
