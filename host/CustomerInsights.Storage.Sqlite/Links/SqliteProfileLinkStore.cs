using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Links;

internal sealed class SqliteProfileLinkStore(Database database) : IProfileLinkStore
{
    private const string SourceList = "profile sources";
    private const string DescendantList = "profile descendants";
    private const int Chunk = 1000;

    public IAsyncEnumerable<StoredLink> ReadAsync(string profileType, LinkKind kind, CancellationToken cancellationToken) =>
        database.StreamAsync(db => LinkRows.Read(db, profileType, kind), Chunk, cancellationToken);

    public ValueTask ApplyAsync(LinkChanges changes, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => Write(transaction, changes), cancellationToken);

    public IAsyncEnumerable<KeyValuePair<long, long>> ReadTargetsAsync(string profileType, LinkKind kind, CancellationToken cancellationToken) =>
        database.StreamAsync(db => LinkRows.Targets(db, profileType, kind), Chunk, cancellationToken);

    public ValueTask<StoredProfile?> TargetAsync(ProfileId profile, LinkKind kind, CancellationToken cancellationToken) =>
        database.SnapshotAsync(
            db => ProfileRows.Resolve(db, profile) is { } number && LinkRows.Target(db, number, kind) is { } target ? ProfileRows.Find(db, target) : null,
            cancellationToken);

    public ValueTask<IReadOnlyDictionary<long, LinkTarget>> TargetsOfAsync(IReadOnlyCollection<long> profiles, LinkKind kind, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyDictionary<long, LinkTarget>>(
            db =>
            {
                var found = new Dictionary<long, LinkTarget>();
                foreach (var profile in profiles)
                {
                    var next = kind == LinkKind.Parent ? LinkRows.Ancestors(db, profile).Parents.Cast<long?>().FirstOrDefault() : LinkRows.Target(db, profile, kind);
                    if (next is { } target)
                    {
                        using var rows = db.Query(
                            "SELECT p.profile_id, t.name, p.display_name FROM profiles p JOIN profile_types t ON t.type_no = p.type_no WHERE p.profile_no = ?1", target);
                        if (rows.Step())
                        {
                            found[profile] = new LinkTarget(rows.Id(0), rows.Text(1), rows.Text(2));
                        }
                    }
                }

                return found;
            },
            cancellationToken);

    public ValueTask<Page<StoredProfile>> SourcesAsync(
        ProfileId profile, LinkKind kind, string? profileType, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Number(SourceList, after) ?? 0;
        return database.SnapshotAsync(
            db =>
            {
                if (ProfileRows.Resolve(db, profile) is not { } number)
                {
                    return new Page<StoredProfile>([], null);
                }

                var circle = kind == LinkKind.Parent ? LinkRows.Ancestors(db, number).Circle : [];
                var found = LinkRows.Sources(db, number, kind, behind)
                    .Where(source => !circle.Contains(source))
                    .Select(source => ProfileRows.Find(db, source)!)
                    .Where(source => profileType is null || source.Type == profileType)
                    .Take(limit + 1)
                    .ToList();
                return found.Count > limit
                    ? new Page<StoredProfile>(found[..limit], Cursor.Of(SourceList, found[limit - 1].Number))
                    : new Page<StoredProfile>(found, null);
            },
            cancellationToken);
    }

    public ValueTask<ProfileAncestry> AncestorsAsync(ProfileId profile, CancellationToken cancellationToken) =>
        database.SnapshotAsync(
            db =>
            {
                if (ProfileRows.Resolve(db, profile) is not { } number)
                {
                    return new ProfileAncestry([], []);
                }

                var (parents, circle) = LinkRows.Ancestors(db, number);
                return new ProfileAncestry(
                    [.. parents.Select(parent => ProfileRows.Find(db, parent)!)], [.. circle.Select(one => ProfileRows.Find(db, one)!.Id)]);
            },
            cancellationToken);

    public ValueTask<Page<ProfileDescendant>> DescendantsAsync(ProfileId profile, int depth, string? after, int limit, CancellationToken cancellationToken)
    {
        var parts = Cursor.Parts(DescendantList, after, 2);
        (long Depth, long Number) behind = parts is null ? (0, 0) : (Cursor.PartNumber(DescendantList, parts[0]), Cursor.PartNumber(DescendantList, parts[1]));
        return database.SnapshotAsync(
            db =>
            {
                if (ProfileRows.Resolve(db, profile) is not { } root)
                {
                    return new Page<ProfileDescendant>([], null);
                }

                // Levels are made anew for each page, as numbers only; profiles are read for the page alone.
                var found = Levels(db, root, depth)
                    .Where(one => one.Depth > behind.Depth || (one.Depth == behind.Depth && one.Number > behind.Number))
                    .Take(limit + 1)
                    .ToList();
                var page = found.Take(limit)
                    .Select(one => new ProfileDescendant(ProfileRows.Find(db, one.Number)!, one.Depth, ProfileRows.Find(db, one.Parent)!.Id))
                    .ToList();
                return new Page<ProfileDescendant>(
                    page,
                    found.Count > limit
                        ? Cursor.Of(DescendantList, Text(found[limit - 1].Depth), Text(found[limit - 1].Number))
                        : null);
            },
            cancellationToken);
    }

    private static IEnumerable<(long Number, int Depth, long Parent)> Levels(SqlConnection db, long root, int most)
    {
        // Only the first level can meet a circle: whoever is below somebody off the circle has one way up, and that does not lead round.
        var circle = LinkRows.Ancestors(db, root).Circle;
        var level = new List<long> { root };
        for (var depth = 1; depth <= most && level.Count > 0; depth++)
        {
            var next = level
                .SelectMany(parent => LinkRows.Sources(db, parent, LinkKind.Parent, 0).Where(child => !circle.Contains(child)).Select(child => (Number: child, Parent: parent)))
                .OrderBy(pair => pair.Number)
                .ToList();
            foreach (var (number, parent) in next)
            {
                yield return (number, depth, parent);
            }

            level = [.. next.Select(pair => pair.Number)];
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Write(WriteTransaction transaction, LinkChanges changes)
    {
        var db = transaction.Db;
        var type = ProfileRows.EnsureType(db, changes.ProfileType);
        var changed = new SortedSet<long>();
        foreach (var node in changes.Removed)
        {
            if (db.Run("DELETE FROM node_links WHERE kind = ?1 AND from_node = ?2 AND type_no = ?3", (long)changes.Kind, node, type) > 0)
            {
                Note(node);
            }
        }

        foreach (var link in changes.Puts)
        {
            db.Run(
                "INSERT OR REPLACE INTO node_links(kind, from_node, to_node, rank, type_no) VALUES (?1, ?2, ?3, ?4, ?5)",
                (long)changes.Kind, link.From, link.To, (long)link.Rank, type);
            Note(link.From);
        }

        foreach (var profile in changed)
        {
            transaction.Feed(ChangeKind.Profile, profile);
        }

        void Note(long node)
        {
            if (db.Number("SELECT profile_no FROM node_profile WHERE node_id = ?1", node) is { } profile)
            {
                changed.Add(profile);
            }
        }
    }
}
