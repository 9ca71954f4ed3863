namespace CustomerInsights.Core.Consent;

/// <summary>Whether the person behind an identifier agreed to be messaged.</summary>
public enum ConsentStatus
{
    /// <summary>Nobody knows.</summary>
    Unknown = 0,

    /// <summary>Yes.</summary>
    True = 1,

    /// <summary>No.</summary>
    False = 2,
}

/// <summary>All that is known of an identifier. It belongs to the identifier, not to the profile that holds it today.</summary>
/// <param name="Type">email, phone, push_token…</param>
/// <param name="Value">The value, normalised.</param>
public sealed record IdentifierState(string Type, string Value)
{
    /// <summary>Whether messages are agreed to.</summary>
    public ConsentStatus Consent { get; init; }

    /// <summary>When that was said; null when nobody ever did.</summary>
    public DateTimeOffset? ConsentAt { get; init; }

    /// <summary>Where it was said.</summary>
    public string? ConsentSource { get; init; }

    /// <summary>Why it changed.</summary>
    public string? ConsentReason { get; init; }

    /// <summary>Whether messages arrive; true until a failure is told.</summary>
    public bool Deliverable { get; init; } = true;

    /// <summary>How it was learnt that messages do not arrive: hard_bounce, expired…; null when they do.</summary>
    public string? UpdateType { get; init; }

    /// <summary>Why it changed.</summary>
    public string? DeliverabilityReason { get; init; }

    /// <summary>When that was told; null when nobody ever did.</summary>
    public DateTimeOffset? DeliverabilityAt { get; init; }

    /// <summary>When it last named somebody.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>The source that saw it then.</summary>
    public string? SeenBy { get; init; }

    /// <summary>Whether the person opted out of the sale of data (CCPA); it holds for the whole person.</summary>
    public bool OptedOut { get; init; }

    /// <summary>When that was said or taken back; null when nobody ever did.</summary>
    public DateTimeOffset? OptedOutAt { get; init; }
}
