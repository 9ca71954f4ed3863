using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

internal sealed class SqliteMatchModelStore(Database database) : IMatchModelStore
{
    public ValueTask<StoredMatchModel?> FindAsync(string profileType, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db => ProfileStreams.Rows(
                db,
                "SELECT m.model, m.run, m.at FROM match_models m JOIN profile_types t ON t.type_no = m.type_no WHERE t.name = ?1",
                row => new StoredMatchModel(row.Blob(0), row.Text(1), row.Time(2)),
                profileType).FirstOrDefault(),
            cancellationToken);

    public ValueTask PutAsync(string profileType, string run, byte[] model, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                transaction.Db.Run(
                    "INSERT OR REPLACE INTO match_models(type_no, model, run, at) VALUES (?1, ?2, ?3, ?4)",
                    ProfileRows.EnsureType(transaction.Db, profileType), model, run, transaction.Now);
            },
            cancellationToken);

    public ValueTask RemoveAsync(string profileType, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                transaction.Db.Run("DELETE FROM match_models WHERE type_no = (SELECT type_no FROM profile_types WHERE name = ?1)", profileType);
            },
            cancellationToken);
}
