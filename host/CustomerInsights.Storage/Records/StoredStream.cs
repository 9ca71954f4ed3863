using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Records;

/// <summary>A record set as it is stored.</summary>
/// <param name="Number">Names it within the store.</param>
/// <param name="Name">The full name, source and stream: <c>crm.contacts</c>.</param>
/// <param name="Fields">The fields as last discovered or found.</param>
/// <param name="RecordCount">Records, deleted ones left out.</param>
/// <param name="LastSequence">The number of the last change of a record; 0 when there was none.</param>
public sealed record StoredStream(int Number, string Name, IReadOnlyList<StreamField> Fields, long RecordCount, long LastSequence);

/// <summary>A field of a stream.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type; JSON from a plugin is kept as text.</param>
/// <param name="SemanticType">What the connector believes it to be.</param>
public sealed record StreamField(string Name, DataType Type, string? SemanticType = null);
