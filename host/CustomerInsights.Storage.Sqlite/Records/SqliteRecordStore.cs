using System.Globalization;
using System.Runtime.CompilerServices;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Records;

internal sealed class SqliteRecordStore(Database database, RunLifecycle runs) : IRecordStore
{
    private const string RunList = "runs";
    private const string RecordList = "records";
    private const string RejectedList = "rejected";

    public ValueTask<StoredStream> EnsureStreamAsync(string name, IReadOnlyList<StreamField> fields, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var text = StreamRows.FieldsText(fields);
                transaction.Db.Run(
                    """
                    INSERT INTO streams(name, fields) VALUES (?1, ?2)
                    ON CONFLICT(name) DO UPDATE SET fields = excluded.fields WHERE fields <> excluded.fields
                    """,
                    name, text);
                return StreamRows.Find(transaction.Db, name)!;
            },
            cancellationToken);

    public ValueTask<StoredStream?> FindStreamAsync(string name, CancellationToken cancellationToken) =>
        database.ReadAsync(db => StreamRows.Find(db, name), cancellationToken);

    public ValueTask<IReadOnlyList<StoredStream>> ListStreamsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<StoredStream>>(StreamRows.All, cancellationToken);

    public ValueTask<StreamRun> BeginRunAsync(int stream, string jobId, bool full, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => runs.Begin(transaction, stream, jobId, full), cancellationToken);

    public ValueTask<RecordCounts> WriteAsync(RecordWrite write, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => Write(transaction, write), cancellationToken);

    public async ValueTask<RecordCounts> EndRunAsync(long run, StreamRunOutcome outcome, CancellationToken cancellationToken)
    {
        // In steps, so that the end of a large run stalls nobody. Should it be cut off, then what it deleted counts again, as any write does.
        var upTo = await database.WriteAsync(
            transaction => runs.Open(run).Full && outcome == StreamRunOutcome.Complete ? transaction.Last(Counter.Sequence) : 0, cancellationToken);
        long? after = upTo > 0 ? 0 : null;
        while (after is { } from)
        {
            after = await database.WriteAsync(transaction => RunLifecycle.Sweep(transaction, runs.Open(run), from, upTo), cancellationToken);
        }

        return await database.WriteAsync(transaction => runs.End(transaction, run, outcome), cancellationToken);
    }

    public ValueTask<Page<StreamRun>> ListRunsAsync(int stream, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Number(RunList, after) ?? long.MaxValue;
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    RunRows.Select + " WHERE stream_no = ?1 AND run_no < ?2 ORDER BY run_no DESC LIMIT ?3", stream, behind, limit + 1L);
                return Paging.Page(
                    rows,
                    limit,
                    row => RunRows.Read(row) is { Outcome: null } open && runs.LiveCounts(open.Id) is { } live ? open with { Counts = live } : RunRows.Read(row),
                    last => Cursor.Of(RunList, last.Id));
            },
            cancellationToken);
    }

    public ValueTask<Page<StoredRecord>> ListAsync(int stream, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Text(RecordList, after);
        return database.ReadAsync(
            db =>
            {
                using var rows = behind is null
                    ? db.Query(
                        "SELECT key, document, sequence, changed_at FROM records WHERE stream_no = ?1 AND hash IS NOT NULL ORDER BY key LIMIT ?2",
                        stream, limit + 1L)
                    : db.Query(
                        "SELECT key, document, sequence, changed_at FROM records WHERE stream_no = ?1 AND key > ?3 AND hash IS NOT NULL ORDER BY key LIMIT ?2",
                        stream, limit + 1L, behind);
                return Paging.Page(rows, limit, Read, last => Cursor.Of(RecordList, last.Key));
            },
            cancellationToken);
    }

    public ValueTask<StoredRecord?> FindAsync(int stream, string key, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    "SELECT key, document, sequence, changed_at FROM records WHERE stream_no = ?1 AND key = ?2 AND hash IS NOT NULL", stream, key);
                return rows.Step() ? Read(rows) : null;
            },
            cancellationToken);

    // Each batch is a read of its own, up to the change that was the last at the beginning: the reader (the projector) writes while it reads, and one
    // long snapshot would keep the WAL from being reused for as long as that takes. A record changed meanwhile has moved behind that end.
    public async IAsyncEnumerable<IReadOnlyList<StoredRecord>> ReadChangesAsync(
        int stream, long afterSequence, int batch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var upTo = await database.ReadAsync(db => db.Number("SELECT MAX(sequence) FROM records WHERE stream_no = ?1", stream) ?? 0, cancellationToken);
        while (afterSequence < upTo)
        {
            var from = afterSequence;
            var records = await database.ReadAsync(db => Changes(db, stream, from, upTo, batch), cancellationToken);
            if (records.Count == 0)
            {
                yield break;
            }

            afterSequence = records[^1].Sequence;
            yield return records;
        }
    }

    public ValueTask<Page<RejectedRow>> ListRejectedAsync(int stream, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Parts(RejectedList, after, 2) is [var run, var number]
            ? (Run: Cursor.PartNumber(RejectedList, run), Number: Cursor.PartNumber(RejectedList, number))
            : (Run: long.MaxValue, Number: long.MaxValue);
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    """
                    SELECT reason, key, field, location, line, excerpt, run, rejected_no FROM rejected
                    WHERE stream_no = ?1 AND (run < ?2 OR (run = ?2 AND rejected_no > ?3)) ORDER BY run DESC, rejected_no LIMIT ?4
                    """,
                    stream, behind.Run, behind.Number, limit + 1L);
                var number = 0L;
                return Paging.Page(
                    rows,
                    limit,
                    row =>
                    {
                        number = row.Long(7);
                        return new RejectedRow(row.Text(0), row.TextOrNull(1), row.TextOrNull(2), row.TextOrNull(3), row.LongOrNull(4), row.TextOrNull(5))
                        {
                            Run = row.Long(6),
                        };
                    },
                    last => Cursor.Of(RejectedList, last.Run.ToString(CultureInfo.InvariantCulture), number.ToString(CultureInfo.InvariantCulture)));
            },
            cancellationToken);
    }

    public ValueTask DeleteStreamAsync(int stream, CancellationToken cancellationToken) =>
        StreamRemoval.RemoveAsync(database, runs, stream, cancellationToken);

    /// <summary>Keeps the stream's own count and last change.</summary>
    internal static void Grow(WriteTransaction transaction, int stream, long by) =>
        transaction.Db.Run(
            "UPDATE streams SET record_count = record_count + ?2, last_sequence = ?3 WHERE stream_no = ?1", stream, by, transaction.Last(Counter.Sequence));

    private RecordCounts Write(WriteTransaction transaction, RecordWrite write)
    {
        var run = runs.Open(write.Run);
        var sequence = transaction.Last(Counter.Sequence);
        RecordCounts counts;
        long grown;
        using (var writing = new RecordWriting(transaction, run))
        {
            foreach (var record in write.Records)
            {
                writing.Write(record);
            }

            (counts, grown, run.ExpectNew) = (writing.Counts, writing.Grown, writing.ExpectNew);
        }

        foreach (var row in write.Rejected)
        {
            transaction.Db.Run(
                """
                INSERT INTO rejected(stream_no, run, epoch, reason, key, field, location, line, excerpt)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                """,
                run.Stream, run.Id, run.Epoch, row.Reason, row.Key, row.Field, row.Location, row.Line, row.Excerpt);
        }

        counts += new RecordCounts(write.Rejected.Count, 0, 0, 0, 0, write.Rejected.Count);
        if (transaction.Last(Counter.Sequence) != sequence)
        {
            Grow(transaction, run.Stream, grown);
        }

        RunLifecycle.AddCounts(transaction, run, counts);
        if (write.Checkpoint is { } checkpoint)
        {
            RunLifecycle.Checkpoint(transaction, run, checkpoint);
        }

        return counts;
    }

    private static List<StoredRecord> Changes(SqlConnection db, int stream, long after, long upTo, int batch)
    {
        using var rows = db.Query(
            """
            SELECT key, document, sequence, changed_at FROM records
            WHERE stream_no = ?1 AND sequence > ?2 AND sequence <= ?3 ORDER BY sequence LIMIT ?4
            """,
            stream, after, upTo, batch);
        var records = new List<StoredRecord>(batch);
        while (rows.Step())
        {
            records.Add(Read(rows));
        }

        return records;
    }

    private static StoredRecord Read(SqlStatement row) => new(row.Text(0), row.BlobOrNull(1), row.Long(2), row.Time(3));
}
