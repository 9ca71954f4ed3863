using System.Globalization;
using System.Text.Json;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Privacy;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Privacy;

internal sealed class SqlitePrivacyStore(Database database, Database log) : IPrivacyStore, IDisposable
{
    private const string List = "privacy-requests";
    private const int Chunk = 200;
    private const int MostHolders = 10;

    // Steps of merging the search index, in pages; and how many at most, for one to which much is added meanwhile.
    private const long MergePages = 256;
    private const int MostMerges = 100_000;

    // One at a time: the table of zeros is one.
    private readonly SemaphoreSlim _scrubbing = new(1, 1);

    public ValueTask AddAsync(PrivacyRequest request, IReadOnlyList<(ProfileId? Profile, IReadOnlyList<ProfileIdentifier> Identifiers)> subjects, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                transaction.Db.Run(
                    "INSERT INTO privacy_requests(request_id, kind, law, requester, reason, created_by, created_at, job_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    request.Id, (long)request.Kind, request.Law, request.Requester, request.Reason, request.CreatedBy, request.CreatedAt, request.JobId);
                var number = PrivacyRows.Number(transaction.Db, request.Id);
                for (var i = 0; i < subjects.Count; i++)
                {
                    transaction.Db.Run(
                        "INSERT INTO privacy_subjects(request_no, subject_no, profile_id, identifiers) VALUES (?1, ?2, ?3, ?4)",
                        number, i + 1L, subjects[i].Profile is { } id ? id : default(SqlValue), JsonSerializer.Serialize(subjects[i].Identifiers));
                }

                transaction.Audit(request.CreatedBy, "privacy.request", $"privacy/{request.Id}", $"{request.Kind}, {request.Law}, {subjects.Count.ToString(CultureInfo.InvariantCulture)} people");
            },
            cancellationToken);

    public ValueTask<PrivacyRequest?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                using var rows = db.Query(PrivacyRows.Select + " WHERE r.request_id = ?1", id);
                return rows.Step() ? PrivacyRows.Read(rows) : null;
            },
            cancellationToken);

    public ValueTask<Page<PrivacyRequest>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Number(List, after) ?? long.MaxValue;
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(PrivacyRows.Select + " WHERE r.request_no < ?1 ORDER BY r.request_no DESC LIMIT ?2", behind, limit + 1L);
                return Paging.Page(rows, limit, PrivacyRows.Read, List, numberColumn: 13);
            },
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<PrivacySubject>> SubjectsAsync(string id, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<PrivacySubject>>(db => PrivacyRows.Subjects(db, PrivacyRows.Number(db, id)), cancellationToken);

    public ValueTask<IReadOnlyList<ProfileId>> HoldersAsync(ProfileIdentifier identifier, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ProfileId>>(
            db => [.. ProfileStreams.Rows(
                db,
                "SELECT p.profile_id FROM identifiers i JOIN profiles p ON p.profile_no = i.profile_no WHERE i.value = ?1 AND i.type = ?2 ORDER BY p.profile_no LIMIT ?3",
                row => row.Id(0),
                identifier.Value, identifier.Type, MostHolders)],
            cancellationToken);

    public ValueTask<IReadOnlyList<string>> ExportsOfAsync(ProfileId profile, CancellationToken cancellationToken) =>
        Texts("SELECT r.request_id FROM privacy_subjects s JOIN privacy_requests r ON r.request_no = s.request_no WHERE s.profile_id = ?1 AND r.kind = 0", profile, cancellationToken);

    public ValueTask<IReadOnlyList<string>> ExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        Texts("SELECT request_id FROM privacy_requests WHERE kind = 0 AND expires_at < ?1", now, cancellationToken);

    public IAsyncEnumerable<HeldRow> ReadHeldAsync(ProfileId profile, CancellationToken cancellationToken) =>
        database.StreamAsync(db => Held(db, profile), Chunk, cancellationToken);

    public ValueTask<IReadOnlyList<byte[]>> PrepareAsync(string request, int subject, Func<string, string, byte[]> hash, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<byte[]>>(transaction => new PersonPreparing(transaction, PrivacyRows.Number(transaction.Db, request), subject, hash).Run(), cancellationToken);

    public ValueTask<bool> EraseSomeAsync(string request, int subject, CancellationToken cancellationToken) =>
        database.WriteSecurelyAsync(
            transaction =>
            {
                var number = PrivacyRows.Number(transaction.Db, request);
                var person = PrivacyRows.Subjects(transaction.Db, number, subject)[0];
                return new PersonErasure(transaction, number, subject, person.Profile, person.Identifiers).Run(request);
            },
            cancellationToken);

    public ValueTask AnonymiseAsync(string request, int subject, ProfileId anonymous, IAnonymiser anonymiser, CancellationToken cancellationToken) =>
        database.WriteSecurelyAsync(
            transaction =>
            {
                var number = PrivacyRows.Number(transaction.Db, request);
                if (PrivacyRows.Subjects(transaction.Db, number, subject)[0] is { Done: false, Profile: { } profile } person)
                {
                    new PersonAnonymising(transaction, number, subject, profile, person.Identifiers, anonymiser).Run(request, anonymous);
                }

                return true;
            },
            cancellationToken).AsCompletion();

    public ValueTask CountAsync(string request, int subject, string kind, long count, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => PrivacyRows.AddCounts(
                transaction.Db, PrivacyRows.Number(transaction.Db, request), subject, count == 0 ? new Dictionary<string, long>() : new Dictionary<string, long> { [kind] = count }),
            cancellationToken);

    public ValueTask<IReadOnlyList<PrivacyTarget>> TargetsAsync(string request, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<PrivacyTarget>>(
            db => [.. ProfileStreams.Rows(
                db,
                """
                SELECT x.export, NOT EXISTS (SELECT 1 FROM privacy_subjects s JOIN exported e ON e.export = x.export AND e.profile_id = s.profile_id WHERE s.request_no = x.request_no)
                FROM privacy_exports x JOIN privacy_requests r ON r.request_no = x.request_no WHERE r.request_id = ?1 ORDER BY x.export
                """,
                row => new PrivacyTarget(row.Text(0), row.Flag(1)),
                request)],
            cancellationToken);

    public ValueTask<IReadOnlyList<string>> NamesAsync(string request, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<string>>(
            db =>
            {
                var number = PrivacyRows.Number(db, request);
                var names = PrivacyRows.Subjects(db, number).SelectMany(subject => subject.Identifiers).Select(identifier => identifier.Value).ToHashSet(StringComparer.OrdinalIgnoreCase);

                // Of an identity the part behind its type: 'user_id/42'.
                names.UnionWith(ProfileStreams.Rows(
                    db,
                    "SELECT SUBSTR(k.key, INSTR(k.key, '/') + 1) FROM privacy_keys k JOIN streams s ON s.stream_no = k.stream_no WHERE k.request_no = ?1 AND s.name LIKE '%.identities'",
                    row => row.Text(0),
                    number));
                names.Remove("");
                return [.. names];
            },
            cancellationToken);

    public async ValueTask<bool> ScrubAsync(CancellationToken cancellationToken)
    {
        await _scrubbing.WaitAsync(cancellationToken);
        try
        {
            return await ScrubInTurnAsync(cancellationToken);
        }
        finally
        {
            _scrubbing.Release();
        }
    }

    private async ValueTask<bool> ScrubInTurnAsync(CancellationToken cancellationToken)
    {
        // The words of a search index stay in it, marked as deleted, until its parts are merged.
        var pages = -MergePages;
        for (var step = 0; step < MostMerges && await database.WriteSecurelyAsync(transaction => Merge(transaction, pages), cancellationToken); step++)
        {
            pages = MergePages;
            cancellationToken.ThrowIfCancellationRequested();
        }

        await FreePages.OverwriteAsync(database, cancellationToken);
        await FreePages.OverwriteAsync(log, cancellationToken);
        return await database.FoldAsync(cancellationToken) & await log.FoldAsync(cancellationToken);
    }

    public ValueTask CloseAsync(PrivacyRequest request, CancellationToken cancellationToken) =>
        database.WriteSecurelyAsync(
            transaction =>
            {
                var number = PrivacyRows.Number(transaction.Db, request.Id);
                transaction.Db.Run(
                    "UPDATE privacy_requests SET done_at = ?2, receipt = ?3, signature = ?4, expires_at = ?5 WHERE request_no = ?1",
                    number, request.DoneAt, request.Receipt, request.Signature, request.ExpiresAt);
                transaction.Db.Run("UPDATE privacy_subjects SET done = 1 WHERE request_no = ?1", number);
                transaction.Db.Run("UPDATE privacy_subjects SET identifiers = '[]' WHERE request_no = ?1", number);
                if (request.Kind != PrivacyKind.Export)
                {
                    transaction.Db.Run("UPDATE privacy_requests SET requester = NULL, reason = NULL WHERE request_no = ?1", number);
                    transaction.Db.Run("DELETE FROM privacy_keys WHERE request_no = ?1", number);
                }

                transaction.Audit(request.CreatedBy, "privacy.done", $"privacy/{request.Id}", request.Kind.ToString());
                return true;
            },
            cancellationToken).AsCompletion();

    public ValueTask<IReadOnlyList<byte[]>> BlocksAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<byte[]>>(db => [.. ProfileStreams.Rows(db, "SELECT hash FROM privacy_blocks", row => row.Blob(0))], cancellationToken);

    public ValueTask<bool> LiftAsync(byte[] hash, string actor, string reason, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                if (transaction.Db.Run("DELETE FROM privacy_blocks WHERE hash = ?1", hash) == 0)
                {
                    return false;
                }

                transaction.Audit(actor, "privacy.lift", $"privacy-block/{Convert.ToHexStringLower(hash)}", reason);
                return true;
            },
            cancellationToken);

    public ValueTask CountBlockedAsync(DateOnly day, string what, long count, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Db.Run(
                "INSERT INTO privacy_blocked(day, what, count) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET count = count + excluded.count", (long)day.DayNumber, what, count),
            cancellationToken).AsCompletion();

    public ValueTask<IReadOnlyList<BlockedCount>> BlockedAsync(int days, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<BlockedCount>>(
            db => [.. ProfileStreams.Rows(
                db,
                "SELECT day, what, count FROM privacy_blocked WHERE day > (SELECT MAX(day) FROM privacy_blocked) - ?1 ORDER BY day DESC, what",
                row => new BlockedCount(DateOnly.FromDayNumber(row.Int(0)), row.Text(1), row.Long(2)),
                days)],
            cancellationToken);

    public ValueTask<byte[]> SecretAsync(string name, byte[] ciphertext, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                transaction.Db.Run("INSERT INTO privacy_secrets(name, ciphertext) VALUES (?1, ?2) ON CONFLICT DO NOTHING", name, ciphertext);
                using var rows = transaction.Db.Query("SELECT ciphertext FROM privacy_secrets WHERE name = ?1", name);
                return rows.Step() ? rows.Blob(0) : ciphertext;
            },
            cancellationToken);

    public void Dispose() => _scrubbing.Dispose();

    private static IEnumerable<HeldRow> Held(SqlConnection db, ProfileId profile)
    {
        if (ProfileRows.Resolve(db, profile) is not { } number || ProfileRows.Find(db, number) is not { } found)
        {
            yield break;
        }

        foreach (var table in PersonTable.All)
        {
            if (table.Select is not { } select || db.Number("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1", table.Table) is null)
            {
                continue;
            }

            (string Name, char Form)[] columns = [.. table.Columns.Split(' ').Select(column => (column[..^2], column[^1]))];
            SqlValue[] values = select.Contains("?3", StringComparison.Ordinal) ? [number, found.Id, found.Id.ToString()]
                : select.Contains("?2", StringComparison.Ordinal) ? [number, found.Id]
                : [number];
            using var rows = db.Query(select, values);
            while (rows.Step())
            {
                yield return PrivacyRows.Held(table.Kind, columns, rows);
            }
        }
    }

    // True when it did something; as SQLite's manual has it, fewer than two rows changed mean that there was nothing to do.
    private static bool Merge(WriteTransaction transaction, long pages)
    {
        var before = transaction.Db.TotalChanges;
        transaction.Db.Run("INSERT INTO profile_words(profile_words, rank) VALUES ('merge', ?1)", pages);
        return transaction.Db.TotalChanges - before >= 2;
    }

    private ValueTask<IReadOnlyList<string>> Texts(string sql, SqlValue value, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<string>>(db => [.. ProfileStreams.Rows(db, sql, row => row.Text(0), value)], cancellationToken);
}
