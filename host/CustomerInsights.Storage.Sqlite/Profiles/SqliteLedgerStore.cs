using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

internal sealed class SqliteLedgerStore(Database database) : ILedgerStore
{
    private const string List = "ledger";
    private const int Chunk = 100;

    private const string Select =
        """
        SELECT l.entry, t.name, l.kind, l.at, l.cause_kind, l.cause, l.principal, l.profile_id, l.other_id, l.parts, l.because
        FROM ledger l JOIN profile_types t ON t.type_no = l.type_no
        """;

    public ValueTask<Page<LedgerEntry>> ListAsync(LedgerQuery query, string? after, int limit, CancellationToken cancellationToken)
    {
        var before = Cursor.Number(List, after) ?? long.MaxValue;
        return database.SnapshotAsync(
            db =>
            {
                // A profile that came of a split names the created entry of its transaction too, if it wrote one; the parts tell.
                using var rows = query.Profile is { } profile
                    ? db.Query(
                        Select + """
                         WHERE l.entry IN (SELECT entry FROM ledger_profiles WHERE profile_id = ?4
                           UNION SELECT created_entry FROM profiles WHERE profile_id = ?4 AND created_entry IS NOT NULL)
                         AND l.entry < ?1 AND (?2 IS NULL OR l.kind = ?2) AND (?3 IS NULL OR l.cause = ?3) ORDER BY l.entry DESC
                        """,
                        before, (long?)query.Kind, query.Cause, profile)
                    : db.Query(
                        Select + (query.Cause is null ? " WHERE ?3 IS NULL" : " WHERE l.cause = ?3") + " AND l.entry < ?1 AND (?2 IS NULL OR l.kind = ?2) ORDER BY l.entry DESC",
                        before, (long?)query.Kind, query.Cause);
                var items = new List<LedgerEntry>();
                while (items.Count <= limit && rows.Step())
                {
                    var entry = Read(rows);
                    if (query.Profile is not { } asked || Tells(entry, asked))
                    {
                        items.Add(entry);
                    }
                }

                return items.Count > limit
                    ? new Page<LedgerEntry>([.. items.Take(limit)], Cursor.Of(List, items[limit - 1].Entry))
                    : new Page<LedgerEntry>(items, null);
            },
            cancellationToken);
    }

    public ValueTask<LedgerEntry?> FindAsync(long entry, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                using var rows = db.Query(Select + " WHERE l.entry = ?1", entry);
                return rows.Step() ? Read(rows) : null;
            },
            cancellationToken);

    public IAsyncEnumerable<LedgerEntry> ReplayAsync(string profileType, CancellationToken cancellationToken) =>
        database.StreamAsync(db => ProfileStreams.Rows(db, Select + " WHERE t.name = ?1 ORDER BY l.entry", Read, profileType), Chunk, cancellationToken);

    private static bool Tells(LedgerEntry entry, ProfileId id) =>
        entry.Profile == id || entry.Other == id || entry.Parts.Any(part => part.From == id || part.To == id);

    private static LedgerEntry Read(SqlStatement row) => new(
        row.Long(0),
        row.Text(1),
        (LedgerKind)row.Int(2),
        row.Time(3),
        (CauseKind)row.Int(4),
        row.Text(5),
        row.TextOrNull(6),
        row.IsNull(7) ? null : row.Id(7),
        row.IsNull(8) ? null : row.Id(8),
        LedgerParts.Read(row.Blob(9)))
    { Because = row.TextOrNull(10) is { } because ? LedgerParts.Because(because) : null };
}
