namespace CustomerInsights.Sdk;

/// <summary>A record set that a connector can yield.</summary>
/// <param name="Name">1 to 100 characters: letters, digits, <c>_ - .</c>; unique in the catalog; stable, since stored records hang on it.</param>
/// <param name="Fields">The fields, 1 to 2,000.</param>
/// <param name="PrimaryKey">The fields that make the key, in order; at least one unless <see cref="HasSyntheticKey"/>.</param>
/// <param name="Modes">The ways in which it can be read; at least one.</param>
public sealed record StreamDescriptor(
    string Name,
    IReadOnlyList<FieldDescriptor> Fields,
    IReadOnlyList<string> PrimaryKey,
    IReadOnlyList<SyncMode> Modes)
{
    /// <summary>True when the source has no key and the connector makes one (a line number, a content hash). Default: false.</summary>
    public bool HasSyntheticKey { get; init; }

    /// <summary>The field that orders changes in <see cref="SyncMode.Incremental"/>, where there is one.</summary>
    public string? CursorField { get; init; }

    /// <summary>True when deletes are yielded in <see cref="SyncMode.Incremental"/>. Default: false.</summary>
    public bool EmitsDeletes { get; init; }

    /// <summary>Version of the state's format, 1 and up. The host refuses to hand a newer state to an older plugin.</summary>
    public int StateVersion { get; init; } = 1;
}
