using CustomerInsights.Core.Consent;
using CustomerInsights.Storage.Identifiers;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>What is known of an identifier.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Value">Its value, normalised.</param>
/// <param name="Consent">Whether messages are agreed to.</param>
/// <param name="Deliverability">Whether messages arrive.</param>
/// <param name="OptedOut">Whether an opt-out (CCPA) was recorded by it; it holds for the whole person.</param>
/// <param name="Lists">Lists of which something is known.</param>
/// <param name="LastSeen">When it last named somebody.</param>
/// <param name="SeenBy">The source that saw it then.</param>
/// <param name="OptedOutAt">When the opt-out was recorded or withdrawn.</param>
/// <param name="MayBeMessaged">Of a profile: whether it is the one of its type that was seen last, the only one that is messaged.</param>
public sealed record IdentifierResponse(
    string Type,
    string Value,
    ConsentResponse Consent,
    DeliverabilityResponse Deliverability,
    bool OptedOut,
    IReadOnlyList<SubscriptionResponse> Lists,
    DateTimeOffset? LastSeen = null,
    string? SeenBy = null,
    DateTimeOffset? OptedOutAt = null,
    bool? MayBeMessaged = null)
{
    internal static IdentifierResponse Of(IdentifierState state, IReadOnlyList<Subscription> lists, ConsentPolicy policy, bool? mayBeMessaged = null) => new(
        state.Type,
        state.Value,
        new ConsentResponse(ChangeReading.Word(policy.Effective(state)), state.ConsentAt, state.ConsentSource, state.ConsentReason),
        new DeliverabilityResponse(
            state.Deliverable, ConsentPolicy.IsWellFormed(state.Type, state.Value), state.UpdateType, state.DeliverabilityReason, state.DeliverabilityAt),
        state.OptedOut,
        [.. lists.Select(SubscriptionResponse.Of)],
        state.LastSeen,
        state.SeenBy,
        state.OptedOutAt,
        mayBeMessaged);
}

/// <summary>Whether messages are agreed to.</summary>
/// <param name="Status">true, false or unknown; where nobody said anything that of the source's default.</param>
/// <param name="At">When it was said; absent when nobody did.</param>
/// <param name="Source">Where.</param>
/// <param name="Reason">Why.</param>
public sealed record ConsentResponse(string Status, DateTimeOffset? At = null, string? Source = null, string? Reason = null);

/// <summary>Whether messages arrive.</summary>
/// <param name="Reachable">True until a failure is told.</param>
/// <param name="WellFormed">Whether it can be an address of its type at all.</param>
/// <param name="UpdateType">How the failure was learnt.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When it was told; absent when nothing was.</param>
public sealed record DeliverabilityResponse(bool Reachable, bool WellFormed, string? UpdateType = null, string? Reason = null, DateTimeOffset? At = null);

/// <summary>Whether an identifier is on a list.</summary>
/// <param name="List">The list.</param>
/// <param name="Status">subscribed, unsubscribed or unknown.</param>
/// <param name="At">When that was said.</param>
/// <param name="Source">Where.</param>
public sealed record SubscriptionResponse(string List, string Status, DateTimeOffset? At = null, string? Source = null)
{
    internal static SubscriptionResponse Of(Subscription one) => new(one.List, Word(one.Status), one.At, one.Source);

    internal static string Word(ConsentStatus status) => status switch { ConsentStatus.True => "subscribed", ConsentStatus.False => "unsubscribed", _ => "unknown" };
}
