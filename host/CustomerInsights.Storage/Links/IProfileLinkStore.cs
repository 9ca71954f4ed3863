using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Storage.Links;

/// <summary>
/// What profiles point at: a contact's account, an account's parent. Stored between records and read between profiles: where a profile was
/// merged or split, the answer follows by itself. Of several records of a profile the one of the smallest rank decides, then the older.
/// </summary>
public interface IProfileLinkStore
{
    /// <summary>The links that a profile type's last run found, by the node that points.</summary>
    IAsyncEnumerable<StoredLink> ReadAsync(string profileType, LinkKind kind, CancellationToken cancellationToken);

    /// <summary>Makes all changes or none, with feed rows for the profiles that point.</summary>
    ValueTask ApplyAsync(LinkChanges changes, CancellationToken cancellationToken);

    /// <summary>For every profile of a type that points at another: both numbers, by the one that points.</summary>
    IAsyncEnumerable<KeyValuePair<long, long>> ReadTargetsAsync(string profileType, LinkKind kind, CancellationToken cancellationToken);

    /// <summary>The profile that a profile points at, or null. Circles are not looked for.</summary>
    ValueTask<StoredProfile?> TargetAsync(ProfileId profile, LinkKind kind, CancellationToken cancellationToken);

    /// <summary>The profiles that several profiles point at, by the number of the one that points; those that point at nobody are absent, and those on a circle of parents.</summary>
    ValueTask<IReadOnlyDictionary<long, LinkTarget>> TargetsOfAsync(IReadOnlyCollection<long> profiles, LinkKind kind, CancellationToken cancellationToken);

    /// <summary>The profiles that point at a profile, oldest first; of one type, or of all when it is null.</summary>
    ValueTask<Page<StoredProfile>> SourcesAsync(ProfileId profile, LinkKind kind, string? profileType, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>The parents of a profile, nearest first, to the root. A circle is not followed: nobody on it has a parent.</summary>
    ValueTask<ProfileAncestry> AncestorsAsync(ProfileId profile, CancellationToken cancellationToken);

    /// <summary>Children, their children and so on, by depth and then by age. Depth 1 gives the children.</summary>
    /// <param name="profile">The profile; one that was merged away stands for what it became.</param>
    /// <param name="depth">How deep, 1 to 100.</param>
    /// <param name="after">Where to go on.</param>
    /// <param name="limit">Items on the page.</param>
    /// <param name="cancellationToken">Cancels.</param>
    ValueTask<Page<ProfileDescendant>> DescendantsAsync(ProfileId profile, int depth, string? after, int limit, CancellationToken cancellationToken);
}
