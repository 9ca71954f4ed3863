using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>Writes a verdict, and takes it back.</summary>
internal sealed class VerdictWriting(WriteTransaction transaction, long type)
{
    private readonly SqlConnection _db = transaction.Db;

    public void Add(NewVerdict verdict, ProfileChanges changes)
    {
        if (verdict.Entry is { } merge && _db.Number("SELECT 1 FROM verdicts WHERE entry = ?1 AND undone_at IS NULL", merge) is not null)
        {
            throw new StoreConflictException($"The merge {merge} is undone already.");
        }

        _db.Run(
            """
            INSERT INTO verdicts(verdict_id, type_no, kind, left_node, right_node, note, entry, at, principal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """,
            verdict.Id, type, (long)verdict.Kind, verdict.Left, verdict.Right, verdict.Note, verdict.Entry, transaction.Now, changes.Principal);
        var number = _db.Number("SELECT last_insert_rowid()") ?? 0;
        foreach (var edge in changes.AddedEdges.Where(edge => edge.Rule == verdict.Rule))
        {
            _db.Run("INSERT INTO verdict_pairs(verdict_no, a, b) VALUES (?1, ?2, ?3)", number, edge.A, edge.B);
        }

        if (verdict.ReviewItem is { } item &&
            _db.Run("UPDATE review_items SET verdict_id = ?2 WHERE item = ?1 AND verdict_id IS NULL", item, verdict.Id) == 0)
        {
            throw new StoreConflictException($"The review item {item} is answered already, or no more.");
        }

        Grow();
    }

    public bool TakeBack(string id, string principal)
    {
        using (var rows = _db.Query("SELECT verdict_no, kind FROM verdicts WHERE verdict_id = ?1 AND undone_at IS NULL", id))
        {
            if (!rows.Step())
            {
                return false;
            }

            var kind = (VerdictKind)rows.Int(1) == VerdictKind.Same ? EdgeKind.Asserted : EdgeKind.Denied;
            _db.Run(
                """
                DELETE FROM edges WHERE (a, b, type_no, kind, rule) IN (SELECT a, b, ?2, ?3, ?4 FROM verdict_pairs WHERE verdict_no = ?1)
                """,
                rows.Long(0), type, (long)kind, NewVerdict.RuleOf(id));
        }

        _db.Run("UPDATE verdicts SET undone_at = ?2, undone_by = ?3 WHERE verdict_id = ?1", id, transaction.Now, principal);
        _db.Run("UPDATE review_items SET verdict_id = NULL WHERE verdict_id = ?1", id);
        Grow();
        return true;
    }

    private void Grow() => _db.Run("UPDATE profile_types SET verdict_revision = verdict_revision + 1 WHERE type_no = ?1", type);
}
