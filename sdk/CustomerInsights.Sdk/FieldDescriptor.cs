namespace CustomerInsights.Sdk;

/// <summary>One field of a stream, an enrichment's output or an export's object.</summary>
/// <param name="Name">1 to 200 characters, unique in its set by ordinal comparison.</param>
/// <param name="Kind">The kind of its values; values of another kind are rejected with their record, except <see cref="FieldKind.Null"/>.</param>
public sealed record FieldDescriptor(string Name, FieldKind Kind)
{
    /// <summary>What the field means, where known: <c>person.first_name</c>, <c>contact.email</c>, <c>order.amount</c>… A proposal; people decide.</summary>
    public string? SemanticType { get; init; }

    /// <summary>A sentence for people. At most 400 characters.</summary>
    public string? Description { get; init; }

    /// <summary>How text was read into the kind, for messages to people: a date format such as <c>M/d/yyyy</c>.</summary>
    public string? Format { get; init; }
}
