using CustomerInsights.Storage.Measures;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Measures;

internal sealed class SqliteMeasureStore(Database database) : IMeasureStore
{
    public ValueTask PutProfileValuesAsync(IReadOnlyList<KeyValuePair<long, byte[]?>> documents, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => Put(transaction, documents), cancellationToken);

    /// <summary>Writes value documents within another write.</summary>
    internal static void Put(WriteTransaction transaction, IReadOnlyList<KeyValuePair<long, byte[]?>> documents)
    {
        foreach (var (profile, document) in documents)
        {
            // A profile may have been merged away since the values were computed; its values go with it.
            var changed = document is null
                ? transaction.Db.Run("DELETE FROM profile_measures WHERE profile_no = ?1", profile)
                : transaction.Db.Run(
                    """
                    INSERT OR REPLACE INTO profile_measures(profile_no, document)
                    SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM profiles WHERE profile_no = ?1)
                    """,
                    profile, document);
            if (changed > 0)
            {
                transaction.Feed(ChangeKind.Measures, profile);
            }
        }
    }

    public ValueTask<bool> PutBusinessAsync(string measure, string rowsJson, DateTimeOffset asOf, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Db.Run(
                """
                INSERT INTO business_measures(measure, rows_json, as_of) VALUES (?1, ?2, ?3)
                ON CONFLICT(measure) DO UPDATE SET rows_json = excluded.rows_json, as_of = excluded.as_of WHERE rows_json <> excluded.rows_json
                """,
                measure, rowsJson, asOf) > 0,
            cancellationToken);

    public ValueTask<BusinessMeasureRows?> FindBusinessAsync(string measure, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                using var rows = db.Query("SELECT rows_json, as_of FROM business_measures WHERE measure = ?1", measure);
                return rows.Step() ? new BusinessMeasureRows(rows.Text(0), rows.Time(1)) : null;
            },
            cancellationToken);
}
