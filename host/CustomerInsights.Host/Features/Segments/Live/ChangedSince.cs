using CustomerInsights.Storage;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>
/// Who changed behind a place in the feed: a job that has read a snapshot leaves them to live membership, which evaluates them with what came since.
/// </summary>
internal sealed class ChangedSince(IChangeFeed changes, IProfileStore profiles)
{
    private const int Page = 5000;

    /// <summary>The numbers of profiles that changed, had activities, or were written measures or memberships, behind a row of the feed.</summary>
    public async Task<IReadOnlySet<long>> ProfilesAsync(long after, CancellationToken cancellationToken)
    {
        var found = new HashSet<long>();
        while (await changes.ReadAsync(after, Page, cancellationToken) is { Count: > 0 } rows)
        {
            found.UnionWith(rows.Where(row => row.Kind is ChangeKind.Profile or ChangeKind.Identifier or ChangeKind.Measures or ChangeKind.Membership).Select(row => row.Id));
            var nodes = rows.Where(row => row is { Kind: ChangeKind.Activity, Id: not 0 }).Select(row => row.Id).ToHashSet();
            if (nodes.Count > 0)
            {
                found.UnionWith((await profiles.ProfilesOfNodesAsync(nodes, cancellationToken)).Values);
            }

            after = rows[^1].Sequence;
        }

        return found;
    }
}
