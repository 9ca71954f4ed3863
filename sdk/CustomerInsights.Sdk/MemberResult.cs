namespace CustomerInsights.Sdk;

/// <summary>What became of a member at the target.</summary>
public enum MemberResult
{
    /// <summary>Written.</summary>
    Accepted = 0,

    /// <summary>Already there; nothing written.</summary>
    Unchanged = 1,

    /// <summary>Refused for now; the host sends it again in a later run.</summary>
    RejectedRetryable = 2,

    /// <summary>Refused for good; listed, not sent again until it changes.</summary>
    RejectedPermanent = 3,
}
