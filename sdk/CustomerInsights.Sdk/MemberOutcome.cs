namespace CustomerInsights.Sdk;

/// <summary>What became of a member at the target.</summary>
/// <param name="Result">The result.</param>
/// <param name="Reason">Why it was not accepted; for people. At most 400 characters.</param>
public sealed record MemberOutcome(MemberResult Result, string? Reason = null)
{
    /// <summary>The plain success, to be shared.</summary>
    public static MemberOutcome Accepted { get; } = new(MemberResult.Accepted);

    /// <summary>The target's id for it, where there is one.</summary>
    public string? RemoteId { get; init; }
}
