using System.Security.Cryptography;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Records;

/// <summary>
/// Writes one batch of a run. Per record: one look-up by key, and a write only where the content differs. Where the last record was new the next is
/// inserted first and looked up only if that meets the unique key, which spares a first load half its work.
/// </summary>
internal sealed class RecordWriting : IDisposable
{
    private const int HashBytes = 16;

    private readonly WriteTransaction _transaction;
    private readonly RunState _run;
    private readonly SqlStatement _find;
    private readonly SqlStatement _insert;
    private readonly SqlStatement _update;
    private readonly List<long> _seen = [];
    private long _read;
    private long _new;
    private long _changed;
    private long _unchanged;
    private long _deleted;
    private long _grown;
    private bool _expectNew;

    public RecordWriting(WriteTransaction transaction, RunState run)
    {
        (_transaction, _run, _expectNew) = (transaction, run, run.ExpectNew);
        transaction.OnRollback(() => _seen.ForEach(run.Seen.Remove));
        var now = transaction.Now;
        _find = transaction.Db.Query(
            "SELECT record_no, run, epoch, hash, base_hash FROM records WHERE stream_no = ?1 AND key = ?2", run.Stream, default);
        _insert = transaction.Db.Query(
            """
            INSERT INTO records(record_no, stream_no, sequence, changed_at, run, epoch, hash, base_hash, key, document)
            VALUES (?5, ?1, ?6, ?2, ?3, ?4, ?7, NULL, ?8, ?9) ON CONFLICT DO NOTHING
            """,
            run.Stream, now, run.Id, run.Epoch);
        _update = transaction.Db.Query(
            "UPDATE records SET changed_at = ?1, run = ?2, epoch = ?3, sequence = ?4, hash = ?5, base_hash = ?6, document = ?7 WHERE record_no = ?8",
            now, run.Id, run.Epoch);
    }

    public RecordCounts Counts => new(_read, _new, _changed, _unchanged, _deleted, 0);

    /// <summary>By how many the stream's records became more.</summary>
    public long Grown => _grown;

    public bool ExpectNew => _expectNew;

    public void Write(in IncomingRecord record)
    {
        _read++;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (record.Document is { } document)
        {
            SHA256.HashData(document, hash);
            hash = hash[..HashBytes];
            if (_expectNew && Insert(record.Key, document, hash))
            {
                return;
            }
        }
        else
        {
            hash = default;
        }

        if (Find(record.Key) is { } stored)
        {
            _expectNew = false;
            Replace(stored, record.Document, hash);
        }
        else if (record.Document is not null)
        {
            _expectNew = Insert(record.Key, record.Document, hash);
        }
    }

    /// <summary>Marks a record as deleted because a full run did not see it.</summary>
    public void DeleteUnseen(in Stored stored) => Replace(stored, document: null, hash: default, seen: false);

    public void Dispose()
    {
        _find.Dispose();
        _insert.Dispose();
        _update.Dispose();
    }

    private Stored? Find(string key)
    {
        _find.Bind(2, key);
        try
        {
            return _find.Step() ? Stored.Read(_find, _run) : null;
        }
        finally
        {
            _find.Reset();
        }
    }

    private bool Insert(string key, byte[] document, ReadOnlySpan<byte> hash)
    {
        // The numbers are taken only when the insert was made: a key that exists must leave no trace.
        var number = _transaction.Last(Counter.Record) + 1;
        _insert.Bind(5, number);
        _insert.Bind(6, _transaction.Last(Counter.Sequence) + 1);
        _insert.Bind(7, hash);
        _insert.Bind(8, key);
        _insert.Bind(9, document.AsSpan());
        if (_insert.Run() == 0)
        {
            return false;
        }

        _transaction.Next(Counter.Record);
        _transaction.Next(Counter.Sequence);
        _new++;
        _grown++;
        See(number);
        return true;
    }

    private void Replace(in Stored stored, byte[]? document, ReadOnlySpan<byte> hash, bool seen = true)
    {
        // A deleted record that comes again as deleted was not "seen": it has nothing to be kept alive for.
        if (seen)
        {
            See(stored.Number);
        }

        // What a crash cut off from its checkpoint is counted against what stood before it.
        var before = stored.Orphan ? stored.Base : stored.Hash;
        Count(before, document, hash);
        var differs = !hash.SequenceEqual(stored.Hash);
        if (!differs && !stored.Orphan)
        {
            return;
        }

        var keepsBase = stored.Orphan || (stored.Run == _run.Id && stored.Epoch == _run.Epoch);
        _grown += (document is null ? 0 : 1) - (stored.Hash is null ? 0 : 1);
        if (!differs)
        {
            // The content stands; only the stretch that it belongs to is another now. No new sequence: nothing has to be projected again.
            _transaction.Db.Run("UPDATE records SET epoch = ?2 WHERE record_no = ?1", stored.Number, _run.Epoch);
            return;
        }

        _update.Bind(4, _transaction.Next(Counter.Sequence));
        if (document is null)
        {
            _update.BindNull(5);
            _update.BindNull(7);
        }
        else
        {
            _update.Bind(5, hash);
            _update.Bind(7, document.AsSpan());
        }

        if ((keepsBase ? stored.Base : stored.Hash) is { } baseHash)
        {
            _update.Bind(6, baseHash.AsSpan());
        }
        else
        {
            _update.BindNull(6);
        }

        _update.Bind(8, stored.Number);
        _update.Run();
    }

    private void Count(byte[]? before, byte[]? document, ReadOnlySpan<byte> hash)
    {
        if (document is null)
        {
            _deleted += before is null ? 0 : 1;
        }
        else if (before is null)
        {
            _new++;
        }
        else if (hash.SequenceEqual(before))
        {
            _unchanged++;
        }
        else
        {
            _changed++;
        }
    }

    private void See(long number)
    {
        if (_run.Full && _run.Seen.Add(number))
        {
            _seen.Add(number);
        }
    }

    /// <summary>What is known of a stored record without its document.</summary>
    internal readonly record struct Stored(long Number, long Run, long Epoch, byte[]? Hash, byte[]? Base, bool Orphan)
    {
        public static Stored Read(SqlStatement row, RunState run)
        {
            var (writer, epoch) = (row.Long(1), row.Long(2));
            return new Stored(row.Long(0), writer, epoch, row.BlobOrNull(3), row.BlobOrNull(4), run.IsOrphan(writer, epoch));
        }
    }
}
