using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Policies;

namespace CustomerInsights.Host.Features.Unification.Previewing;

/// <summary>How the policy that was saved last stands to the one that runs go by.</summary>
public enum ActivationState
{
    /// <summary>Runs go by the policy that was saved last.</summary>
    Active = 0,

    /// <summary>It is previewed and can be made active.</summary>
    Previewed = 1,

    /// <summary>Its preview has to be computed first.</summary>
    WaitingForPreview = 2,

    /// <summary>It is the first of its type: its first run computes the preview and makes it active.</summary>
    First = 3,
}

/// <summary>Which policy runs go by.</summary>
/// <param name="State">How the saved policy stands to it.</param>
/// <param name="Saved">The hash of the policy that was saved last.</param>
/// <param name="Preview">The newest preview of that; absent when there is none.</param>
/// <param name="Active">The policy that runs go by; absent before the first run.</param>
public sealed record ActivationResponse(ActivationState State, string Saved, string? Preview, ActivePolicyResponse? Active);

/// <summary>The active policy.</summary>
/// <param name="Hash">Names it.</param>
/// <param name="Policy">It itself.</param>
/// <param name="Preview">The preview that was computed before; absent when it was active before there were previews.</param>
/// <param name="At">Since when.</param>
/// <param name="By">Who made it active.</param>
public sealed record ActivePolicyResponse(string Hash, UnificationPolicy Policy, string? Preview, DateTimeOffset At, string By)
{
    internal static ActivePolicyResponse Of(ActivePolicy active)
    {
        var policy = Json.Read<UnificationPolicy>(active.Document);
        return new(ActivePolicies.Hash(policy), policy, active.Preview, active.At, active.By);
    }
}
