using CustomerInsights.Core.Model;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>A merge that is undone.</summary>
/// <param name="Kept">The profile that stayed.</param>
/// <param name="Merged">The one whose id comes back.</param>
/// <param name="Rest">What is left of the nodes of the one that stayed.</param>
/// <param name="Came">What is left of the nodes that came.</param>
internal sealed record UndoneMerge(ProfileId Kept, ProfileId Merged, IReadOnlyList<long> Rest, IReadOnlyList<long> Came);
