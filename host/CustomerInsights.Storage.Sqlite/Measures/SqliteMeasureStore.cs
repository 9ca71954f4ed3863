using CustomerInsights.Storage.Measures;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Measures;

internal sealed class SqliteMeasureStore(Database database) : IMeasureStore
{
    private const string HistoryList = "measure-history";

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
            transaction =>
            {
                var changed = transaction.Db.Run(
                    """
                    INSERT INTO business_measures(measure, rows_json, as_of) VALUES (?1, ?2, ?3)
                    ON CONFLICT(measure) DO UPDATE SET rows_json = excluded.rows_json, as_of = excluded.as_of WHERE rows_json <> excluded.rows_json
                    """,
                    measure, rowsJson, asOf) > 0;
                if (changed && rowsJson.Length <= MeasureRecord.LongestKept)
                {
                    Keep(transaction, measure, true, rowsJson, asOf);
                }

                return changed;
            },
            cancellationToken);

    public ValueTask<BusinessMeasureRows?> FindBusinessAsync(string measure, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                using var rows = db.Query("SELECT rows_json, as_of FROM business_measures WHERE measure = ?1", measure);
                return rows.Step() ? new BusinessMeasureRows(rows.Text(0), rows.Time(1)) : null;
            },
            cancellationToken);

    public ValueTask<bool> PutDistributionAsync(string measure, string json, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                using (var last = transaction.Db.Query("SELECT json FROM measure_history WHERE measure = ?1 AND business = 0 ORDER BY at DESC LIMIT 1", measure))
                {
                    if (json.Length > MeasureRecord.LongestKept || (last.Step() && last.Text(0) == json))
                    {
                        return false;
                    }
                }

                Keep(transaction, measure, false, json, at);
                return true;
            },
            cancellationToken);

    public ValueTask<Page<MeasureRecord>> HistoryAsync(string measure, bool business, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Number(HistoryList, after) ?? long.MaxValue;
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    "SELECT at, json FROM measure_history WHERE measure = ?1 AND business = ?2 AND at < ?3 ORDER BY at DESC LIMIT ?4",
                    measure, business ? 1L : 0L, behind, limit + 1L);
                return Paging.Page(rows, limit, row => new MeasureRecord(row.Time(0), row.Text(1)), HistoryList, numberColumn: 0);
            },
            cancellationToken);
    }

    public ValueTask ThinHistoryAsync(DateTimeOffset daily, DateTimeOffset oldest, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                transaction.Db.Run(
                    """
                    DELETE FROM measure_history WHERE at < ?1 AND EXISTS (
                      SELECT 1 FROM measure_history later
                      WHERE later.measure = measure_history.measure AND later.business = measure_history.business
                        AND later.at > measure_history.at AND later.at < (measure_history.at / ?2 + 1) * ?2)
                    """,
                    daily, TimeSpan.TicksPerDay);
                transaction.Db.Run(
                    """
                    DELETE FROM measure_history WHERE at < ?1 AND EXISTS (
                      SELECT 1 FROM measure_history later
                      WHERE later.measure = measure_history.measure AND later.business = measure_history.business
                        AND later.at > measure_history.at AND later.at < ?1)
                    """,
                    oldest);
            },
            cancellationToken);

    public ValueTask PutRanksAsync(string measure, string json, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                transaction.Db.Run("INSERT OR REPLACE INTO engagement_ranks(measure, json, at) VALUES (?1, ?2, ?3)", measure, json, at);
            },
            cancellationToken);

    public ValueTask<MeasureRecord?> FindRanksAsync(string measure, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                using var rows = db.Query("SELECT at, json FROM engagement_ranks WHERE measure = ?1", measure);
                return rows.Step() ? new MeasureRecord(rows.Time(0), rows.Text(1)) : null;
            },
            cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, string>> FingerprintsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyDictionary<string, string>>(
            db => ProfileStreams.Rows(db, "SELECT measure, fingerprint FROM measure_states", row => (Name: row.Text(0), Fingerprint: row.Text(1)))
                .ToDictionary(pair => pair.Name, pair => pair.Fingerprint, StringComparer.Ordinal),
            cancellationToken);

    public ValueTask PutFingerprintsAsync(IReadOnlyList<KeyValuePair<string, string?>> fingerprints, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                foreach (var (measure, fingerprint) in fingerprints)
                {
                    _ = fingerprint is null
                        ? transaction.Db.Run("DELETE FROM measure_states WHERE measure = ?1", measure)
                        : transaction.Db.Run("INSERT OR REPLACE INTO measure_states(measure, fingerprint) VALUES (?1, ?2)", measure, fingerprint);
                }
            },
            cancellationToken);

    public ValueTask DeleteAsync(string measure, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                transaction.Db.Run("DELETE FROM business_measures WHERE measure = ?1", measure);
                transaction.Db.Run("DELETE FROM measure_history WHERE measure = ?1", measure);
                transaction.Db.Run("DELETE FROM engagement_ranks WHERE measure = ?1", measure);
            },
            cancellationToken);

    private static void Keep(WriteTransaction transaction, string measure, bool business, string json, DateTimeOffset at) => transaction.Db.Run(
        "INSERT OR REPLACE INTO measure_history(measure, business, at, json) VALUES (?1, ?2, ?3, ?4)", measure, business ? 1L : 0L, at, json);
}
