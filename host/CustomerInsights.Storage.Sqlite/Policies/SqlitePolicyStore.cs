using CustomerInsights.Storage.Policies;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Policies;

internal sealed class SqlitePolicyStore(Database database) : IPolicyStore
{
    private const string List = "previews";
    private const string Active = "SELECT profile_type, document, preview_id, at, principal FROM active_policies WHERE profile_type = ?1";
    private const string Preview = "SELECT preview_id, profile_type, hash, document, result, at, principal, preview_no FROM policy_previews ";

    public ValueTask<ActivePolicy?> FindActiveAsync(string profileType, CancellationToken cancellationToken) =>
        database.ReadAsync(db => FindActive(db, profileType), cancellationToken);

    public ValueTask<ActivePolicy> ActivateAsync(ActivePolicy policy, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                if (FindActive(transaction.Db, policy.ProfileType) is { } standing && standing.Document == policy.Document)
                {
                    return standing;
                }

                transaction.Db.Run(
                    "INSERT OR REPLACE INTO active_policies(profile_type, document, preview_id, at, principal) VALUES (?1, ?2, ?3, ?4, ?5)",
                    policy.ProfileType, policy.Document, policy.Preview, transaction.Now, policy.By);
                transaction.Audit(policy.By, "policy.activate", $"unification/{policy.ProfileType}", policy.Preview is null ? null : $"preview {policy.Preview}");
                return FindActive(transaction.Db, policy.ProfileType)!;
            },
            cancellationToken);

    public ValueTask ForgetAsync(string profileType, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                transaction.Db.Run("DELETE FROM active_policies WHERE profile_type = ?1", profileType);
                transaction.Db.Run("DELETE FROM preview_labels WHERE preview_no IN (SELECT preview_no FROM policy_previews WHERE profile_type = ?1)", profileType);
                transaction.Db.Run("DELETE FROM policy_previews WHERE profile_type = ?1", profileType);
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<string>> TypesAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<string>>(
            db => [.. ProfileStreams.Rows(db, "SELECT profile_type FROM active_policies UNION SELECT profile_type FROM policy_previews ORDER BY 1", row => row.Text(0))],
            cancellationToken);

    public ValueTask AddPreviewAsync(PolicyPreview preview, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var db = transaction.Db;
                Remove(db, "preview_id = ?1", preview.Id);
                db.Run(
                    "INSERT INTO policy_previews(preview_id, profile_type, hash, document, result, at, principal) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    preview.Id, preview.ProfileType, preview.Hash, preview.Document, preview.Result, preview.At, preview.By);
                Remove(
                    db,
                    "profile_type = ?1 AND preview_no <= (SELECT preview_no FROM policy_previews WHERE profile_type = ?1 ORDER BY preview_no DESC LIMIT 1 OFFSET ?2)",
                    preview.ProfileType, (long)IPolicyStore.MostPreviews);
            },
            cancellationToken);

    public ValueTask<Page<PolicyPreview>> ListPreviewsAsync(string profileType, string? after, int limit, CancellationToken cancellationToken)
    {
        var before = Cursor.Number(List, after) ?? long.MaxValue;
        return database.SnapshotAsync(
            db =>
            {
                using var rows = db.Query(Preview + "WHERE profile_type = ?1 AND preview_no < ?2 ORDER BY preview_no DESC LIMIT ?3", profileType, before, limit + 1L);
                return Paging.Page(rows, limit, ReadPreview, List, 7);
            },
            cancellationToken);
    }

    public ValueTask<PolicyPreview?> FindPreviewAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(db => ProfileStreams.Rows(db, Preview + "WHERE preview_id = ?1", ReadPreview, id).FirstOrDefault(), cancellationToken);

    public ValueTask<PolicyPreview?> FindPreviewOfAsync(string profileType, string hash, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db => ProfileStreams.Rows(db, Preview + "WHERE profile_type = ?1 AND hash = ?2 ORDER BY preview_no DESC LIMIT 1", ReadPreview, profileType, hash).FirstOrDefault(),
            cancellationToken);

    public ValueTask<bool> LabelAsync(string preview, IReadOnlyList<PreviewLabel> labels, string principal, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                if (transaction.Db.Number("SELECT preview_no FROM policy_previews WHERE preview_id = ?1", preview) is not { } number)
                {
                    return false;
                }

                foreach (var label in labels)
                {
                    transaction.Db.Run(
                        "INSERT OR REPLACE INTO preview_labels(preview_no, left_node, right_node, same, at, principal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                        number, label.Left, label.Right, label.IsSame, transaction.Now, principal);
                }

                return true;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<PreviewLabel>> LabelsAsync(string preview, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<PreviewLabel>>(
            db =>
            [
                .. ProfileStreams.Rows(
                    db,
                    "SELECT l.left_node, l.right_node, l.same, l.at, l.principal FROM preview_labels l JOIN policy_previews p ON p.preview_no = l.preview_no WHERE p.preview_id = ?1 ORDER BY 1, 2",
                    row => new PreviewLabel(row.Long(0), row.Long(1), row.Long(2) != 0, row.Time(3), row.Text(4)),
                    preview),
            ],
            cancellationToken);

    private static void Remove(SqlConnection db, string where, params SqlValue[] values)
    {
        db.Run($"DELETE FROM preview_labels WHERE preview_no IN (SELECT preview_no FROM policy_previews WHERE {where})", values);
        db.Run($"DELETE FROM policy_previews WHERE {where}", values);
    }

    private static ActivePolicy? FindActive(SqlConnection db, string profileType) =>
        ProfileStreams.Rows(db, Active, row => new ActivePolicy(row.Text(0), row.Text(1), row.TextOrNull(2), row.Time(3), row.Text(4)), profileType).FirstOrDefault();

    private static PolicyPreview ReadPreview(SqlStatement row) =>
        new(row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Text(4), row.Time(5), row.Text(6));
}
