namespace CustomerInsights.Host.Features.Metadata;

/// <summary>A fault in a definition.</summary>
/// <param name="Kind">The definition's kind.</param>
/// <param name="Name">Its name.</param>
/// <param name="Pointer">JSON pointer within its document.</param>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">What was found, what was expected, what to do.</param>
/// <param name="Warning">True when it may stand all the same.</param>
public sealed record DefinitionFault(string Kind, string Name, string Pointer, string Code, string Message, bool Warning = false);
