using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Storage.Links;

/// <summary>What a link means.</summary>
public enum LinkKind
{
    /// <summary>A contact's account.</summary>
    BelongsTo = 0,

    /// <summary>An account's parent.</summary>
    Parent = 1,
}

/// <summary>A record that points at another.</summary>
/// <param name="From">The node that points.</param>
/// <param name="To">The node pointed at.</param>
/// <param name="Rank">Of a profile's records the one of the smallest rank decides.</param>
public readonly record struct StoredLink(long From, long To, int Rank);

/// <summary>Changes of links.</summary>
/// <param name="ProfileType">The type that points.</param>
/// <param name="Kind">What they mean.</param>
/// <param name="Puts">Links made or changed.</param>
/// <param name="Removed">Nodes that point at nothing any more.</param>
public sealed record LinkChanges(string ProfileType, LinkKind Kind, IReadOnlyList<StoredLink> Puts, IReadOnlyList<long> Removed);

/// <summary>A profile that is pointed at.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its type.</param>
/// <param name="DisplayName">What to call it.</param>
public sealed record LinkTarget(ProfileId Id, string Type, string DisplayName);

/// <summary>The way from a profile to its root.</summary>
/// <param name="Profiles">Parents, nearest first.</param>
/// <param name="Circle">The circle that the way ends at or that the profile itself is on, in the direction of the parents; empty when there is none.</param>
public sealed record ProfileAncestry(IReadOnlyList<StoredProfile> Profiles, IReadOnlyList<ProfileId> Circle);

/// <summary>A profile below another.</summary>
/// <param name="Profile">It.</param>
/// <param name="Depth">1 for a child.</param>
/// <param name="Parent">Its parent.</param>
public sealed record ProfileDescendant(StoredProfile Profile, int Depth, ProfileId Parent);
