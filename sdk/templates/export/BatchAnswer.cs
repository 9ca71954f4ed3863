namespace PublisherName.PluginName;

/// <summary>What the API answers to a batch: <c>{ "refused": [ { "place": 2, "reason": "…" } ] }</c>.</summary>
/// <param name="Refused">Whom it does not take; nothing when everybody was taken.</param>
internal sealed record BatchAnswer(IReadOnlyList<RefusedMember>? Refused = null);

/// <summary>A member that the API does not take.</summary>
/// <param name="Place">Its place in the batch, from 0.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record RefusedMember(int Place, string Reason);
