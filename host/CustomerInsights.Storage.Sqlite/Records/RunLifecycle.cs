using System.Collections.Concurrent;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Records;

/// <summary>Begins, resumes, checkpoints and ends runs. All but the look at the counts happens on the writer's thread.</summary>
internal sealed class RunLifecycle
{
    // How many records the end of a full run looks at in one transaction: about 10 ms.
    private const int SweepRows = 4000;

    private readonly ConcurrentDictionary<long, RunState> _open = new();

    /// <summary>Counts of a run under way, those behind its last checkpoint included.</summary>
    public RecordCounts? LiveCounts(long run) => _open.TryGetValue(run, out var state) ? state.Counts : null;

    public RunState Open(long run) => _open.TryGetValue(run, out var state)
        ? state
        : throw new StoreConflictException(FormattableString.Invariant($"Run {run} is not open: it has ended, or the store was opened anew. Begin a run for its job again."));

    public StreamRun Begin(WriteTransaction transaction, int stream, string jobId, bool full)
    {
        var db = transaction.Db;
        if (db.Number("SELECT 1 FROM streams WHERE stream_no = ?1 AND name IS NOT NULL", stream) is null)
        {
            throw new StoreConflictException(FormattableString.Invariant($"There is no stream {stream}."));
        }

        // Another job's run that nobody ended is over: whoever reads the stream now starts from the last complete state.
        using (var others = db.Query("SELECT run_no FROM runs WHERE stream_no = ?1 AND outcome IS NULL AND job_id <> ?2", stream, jobId))
        {
            while (others.Step())
            {
                Close(transaction, others.Long(0), StreamRunOutcome.Incomplete);
            }
        }

        long interrupted;
        using (var own = db.Query("SELECT MAX(run_no) FROM runs WHERE stream_no = ?1 AND outcome IS NULL AND job_id = ?2", stream, jobId))
        {
            interrupted = own.Step() ? own.Long(0) : 0;
        }

        if (interrupted == 0)
        {
            db.Run("INSERT INTO runs(stream_no, job_id, is_full, epoch, started_at) VALUES (?1, ?2, ?3, 1, ?4)", stream, jobId, full, transaction.Now);
            interrupted = db.Number("SELECT last_insert_rowid()") ?? 0;
        }
        else
        {
            db.Run("DELETE FROM rejected WHERE run = ?1 AND stream_no = ?2 AND epoch = (SELECT epoch FROM runs WHERE run_no = ?1)", interrupted, stream);
        }

        return Load(transaction, interrupted);
    }

    /// <summary>Notes that everything up to here is covered by a bookmark.</summary>
    public static void Checkpoint(WriteTransaction transaction, RunState run, ConnectorState state)
    {
        var (db, epoch) = (transaction.Db, run.Epoch);
        transaction.OnRollback(() => run.Epoch = epoch);
        run.Epoch++;
        RunRows.StoreCounts(db, run);
        db.Run("UPDATE runs SET state_version = ?2, state_json = ?3 WHERE run_no = ?1", run.Id, state.Version, state.Json);
        var chunks = run.Seen.TakeUnstored();
        transaction.OnRollback(() => run.Seen.MarkUnstored(chunks));
        foreach (var chunk in chunks)
        {
            db.Run("INSERT OR REPLACE INTO run_seen(run, chunk, bits) VALUES (?1, ?2, ?3)", run.Id, chunk, run.Seen.Chunk(chunk));
        }
    }

    /// <summary>
    /// Deletes unseen records among the next of the stream; gives where to go on, or null at the end. Anonymous ones (run -1) stay: no source has them any more.
    /// </summary>
    public static long? Sweep(WriteTransaction transaction, RunState run, long after, long upTo)
    {
        var unseen = new List<RecordWriting.Stored>();
        var looked = 0;
        var last = after;
        using (var rows = transaction.Db.Query(
                   """
                   SELECT record_no, run, epoch, hash, base_hash, sequence FROM records
                   WHERE stream_no = ?1 AND sequence > ?2 AND sequence <= ?3 AND run <> -1 ORDER BY sequence LIMIT ?4
                   """,
                   run.Stream, after, upTo, SweepRows))
        {
            while (rows.Step())
            {
                looked++;
                last = rows.Long(5);
                if (!run.Seen.Contains(rows.Long(0)) && RecordWriting.Stored.Read(rows, run) is var stored && (stored.Hash is not null || stored.Orphan))
                {
                    unseen.Add(stored);
                }
            }
        }

        if (unseen.Count > 0)
        {
            using var writing = new RecordWriting(transaction, run);
            foreach (var stored in unseen)
            {
                writing.DeleteUnseen(stored);
            }

            AddCounts(transaction, run, writing.Counts);
            SqliteRecordStore.Grow(transaction, run.Stream, writing.Grown);
        }

        return looked == SweepRows ? last : null;
    }

    public static void AddCounts(WriteTransaction transaction, RunState run, RecordCounts counts)
    {
        var before = run.Counts;
        transaction.OnRollback(() => run.Counts = before);
        run.Counts += counts;
    }

    public RecordCounts End(WriteTransaction transaction, long id, StreamRunOutcome outcome)
    {
        var run = Open(id);
        RunRows.StoreCounts(transaction.Db, run);
        if (outcome != StreamRunOutcome.Incomplete)
        {
            transaction.Db.Run(
                """
                UPDATE streams SET (state_version, state_json) = (SELECT state_version, state_json FROM runs WHERE run_no = ?1)
                WHERE stream_no = ?2 AND (SELECT state_version FROM runs WHERE run_no = ?1) IS NOT NULL
                """,
                id, run.Stream);
        }

        Close(transaction, id, outcome);
        return run.Counts;
    }

    /// <summary>Ends the runs of a stream that nobody ended: what they hold is not to be gone on from.</summary>
    public void EndAll(WriteTransaction transaction, int stream)
    {
        var open = new List<long>();
        using (var rows = transaction.Db.Query("SELECT run_no FROM runs WHERE stream_no = ?1 AND outcome IS NULL", stream))
        {
            while (rows.Step())
            {
                open.Add(rows.Long(0));
            }
        }

        open.ForEach(run => Close(transaction, run, StreamRunOutcome.Incomplete));
    }

    /// <summary>Forgets the runs of a stream that is removed.</summary>
    public void Drop(WriteTransaction transaction, int stream)
    {
        foreach (var run in _open.Values.Where(run => run.Stream == stream).ToList())
        {
            Remove(transaction, run.Id);
        }
    }

    private void Close(WriteTransaction transaction, long run, StreamRunOutcome outcome)
    {
        transaction.Db.Run("UPDATE runs SET outcome = ?2, ended_at = ?3 WHERE run_no = ?1", run, (long)outcome, transaction.Now);
        transaction.Db.Run("DELETE FROM run_seen WHERE run = ?1", run);
        Remove(transaction, run);
    }

    private void Remove(WriteTransaction transaction, long run)
    {
        if (_open.TryRemove(run, out var removed))
        {
            transaction.OnRollback(() => _open[run] = removed);
        }
    }

    private StreamRun Load(WriteTransaction transaction, long id)
    {
        var db = transaction.Db;
        Remove(transaction, id);
        using var rows = db.Query(RunRows.Select + " WHERE run_no = ?1", id);
        rows.Step();
        var row = RunRows.Read(rows);
        var empty = db.Number("SELECT 1 FROM records WHERE stream_no = ?1 LIMIT 1", row.Stream) is null;
        var orphans = RunRows.Orphans(rows);
        orphans.Add(RunRows.Epoch(rows));
        var run = new RunState(id, row.Stream, row.Full) { Epoch = RunRows.Epoch(rows) + 1, Orphans = orphans, Counts = row.Counts, ExpectNew = empty };
        db.Run("UPDATE runs SET epoch = ?2, orphans = ?3 WHERE run_no = ?1", id, run.Epoch, RunRows.OrphanText(orphans));
        using (var chunks = db.Query("SELECT chunk, bits FROM run_seen WHERE run = ?1", id))
        {
            while (chunks.Step())
            {
                run.Seen.LoadChunk(chunks.Long(0), chunks.Blob(1));
            }
        }

        _open[id] = run;
        transaction.OnRollback(() => _open.TryRemove(id, out _));
        return row.State is null ? row with { State = StreamState(db, row.Stream) } : row with { Resuming = true };
    }

    private static ConnectorState? StreamState(SqlConnection db, int stream)
    {
        using var rows = db.Query("SELECT state_version, state_json FROM streams WHERE stream_no = ?1", stream);
        return rows.Step() ? RunRows.State(rows, 0) : null;
    }
}
