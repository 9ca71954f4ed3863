namespace CustomerInsights.Sdk;

/// <summary>What an export target wants and promises.</summary>
/// <param name="Membership">Whether it receives the full membership or the difference.</param>
/// <param name="Visibility">When what is written becomes visible at the target.</param>
public sealed record ExportDescriptor(ExportMembership Membership, ExportVisibility Visibility)
{
    /// <summary>The fields that a mapping must fill. Empty: any fields, as mapped.</summary>
    public IReadOnlyList<FieldDescriptor> RequiredFields { get; init; } = [];

    /// <summary>Most members in one batch, 1 to 10,000. Default: 1,000.</summary>
    public int MaxBatch { get; init; } = 1000;

    /// <summary>Most members in one export, or null for no limit; more are refused before anything is written.</summary>
    public long? MaxMembers { get; init; }

    /// <summary>
    /// The required field by which the target knows a member, or null when it knows profiles. Of a target that receives the difference: when this value
    /// changes, the host sends the old one as removed and the new one as added; removals come first; and who holds a value that another profile
    /// has given up is sent again after them, as changed.
    /// </summary>
    public string? KeyField { get; init; }

    /// <summary>True when the same batch id written twice is there once. Default: false.</summary>
    public bool Idempotent { get; init; }
}
