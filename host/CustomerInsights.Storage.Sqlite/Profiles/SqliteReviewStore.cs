using System.Globalization;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

internal sealed class SqliteReviewStore(Database database) : IReviewStore
{
    private const string List = "reviews";

    private const string Select =
        """
        SELECT r.item, t.name, r.kind, r.nodes, r.worth, r.bits, r.sentence, r.detail, r.run, r.at, r.verdict_id
        FROM review_items r JOIN profile_types t ON t.type_no = r.type_no
        """;

    public ValueTask ReplaceAsync(string profileType, string run, IReadOnlyList<ReviewItem> items, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var db = transaction.Db;
                var type = ProfileRows.EnsureType(db, profileType);

                // Open ones of before get no run for the time being; what has none in the end was not found again.
                db.Run("UPDATE review_items SET run = '' WHERE type_no = ?1 AND verdict_id IS NULL", type);
                foreach (var item in items)
                {
                    db.Run(
                        """
                        INSERT INTO review_items(type_no, kind, nodes, worth, bits, sentence, detail, run, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                        ON CONFLICT (type_no, kind, nodes) DO UPDATE
                        SET worth = excluded.worth, bits = excluded.bits, sentence = excluded.sentence, detail = excluded.detail, run = excluded.run, at = excluded.at
                        WHERE verdict_id IS NULL
                        """,
                        type, (long)item.Kind, Nodes(item.Nodes), item.Worth, item.Bits, item.Sentence, item.Detail, run, transaction.Now);
                }

                db.Run("DELETE FROM review_items WHERE type_no = ?1 AND verdict_id IS NULL AND run = ''", type);
            },
            cancellationToken);

    public ValueTask<Page<StoredReviewItem>> ListAsync(string profileType, string? after, int limit, CancellationToken cancellationToken)
    {
        var parts = Cursor.Parts(List, after, 2);
        var worth = double.PositiveInfinity;
        if (parts is not null && !double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out worth))
        {
            throw new BadCursorException(List);
        }

        var item = parts is null ? 0 : Cursor.PartNumber(List, parts[1]);
        return database.SnapshotAsync(
            db =>
            {
                using var rows = db.Query(
                    Select + """
                     WHERE t.name = ?1 AND r.verdict_id IS NULL AND (r.worth < ?2 OR (r.worth = ?2 AND r.item > ?3)) ORDER BY r.worth DESC, r.item LIMIT ?4
                    """,
                    profileType, worth, item, limit + 1L);
                return Paging.Page(rows, limit, Read, last => Cursor.Of(
                    List, last.Item.Worth.ToString("R", CultureInfo.InvariantCulture), last.Id.ToString(CultureInfo.InvariantCulture)));
            },
            cancellationToken);
    }

    public ValueTask<StoredReviewItem?> FindAsync(long id, CancellationToken cancellationToken) =>
        database.ReadAsync(db => ProfileStreams.Rows(db, Select + " WHERE r.item = ?1", Read, id).FirstOrDefault(), cancellationToken);

    private static string Nodes(IEnumerable<long> nodes) => string.Join(',', nodes.Order().Select(node => node.ToString(CultureInfo.InvariantCulture)));

    private static StoredReviewItem Read(SqlStatement row) => new(
        row.Long(0),
        row.Text(1),
        new ReviewItem(
            (ReviewKind)row.Int(2),
            [.. row.Text(3).Split(',').Select(node => long.Parse(node, CultureInfo.InvariantCulture))],
            row.Real(4),
            row.Real(5),
            row.Text(6),
            row.TextOrNull(7)),
        row.Text(8),
        row.Time(9),
        row.TextOrNull(10));
}
