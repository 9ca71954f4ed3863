namespace CustomerInsights.Storage.Records;

/// <summary>Source records as they were read, by stream and key; runs of connectors; rejected records.</summary>
public interface IRecordStore
{
    /// <summary>The stream of that full name (<c>crm.contacts</c>), made if absent; its fields are replaced when they differ.</summary>
    ValueTask<StoredStream> EnsureStreamAsync(string name, IReadOnlyList<StreamField> fields, CancellationToken cancellationToken);

    /// <summary>A stream by full name, or null.</summary>
    ValueTask<StoredStream?> FindStreamAsync(string name, CancellationToken cancellationToken);

    /// <summary>All streams by name, with their counts.</summary>
    ValueTask<IReadOnlyList<StoredStream>> ListStreamsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Begins a run, or goes on with the stream's interrupted one of the same job: rejected records after its last checkpoint are removed and
    /// its counts stand as at that checkpoint. A run of another job that nobody ended is incomplete from now on.
    /// </summary>
    ValueTask<StreamRun> BeginRunAsync(int stream, string jobId, bool full, CancellationToken cancellationToken);

    /// <summary>
    /// Writes records, rejected ones and (where given) the checkpoint in one transaction. A record equal to the stored one costs no write. After a
    /// crash, records written behind the last checkpoint count again as what they were (new or changed), not as unchanged.
    /// </summary>
    /// <exception cref="StoreConflictException">The run has ended, or the store was opened anew: begin a run for the job again.</exception>
    ValueTask<RecordCounts> WriteAsync(RecordWrite write, CancellationToken cancellationToken);

    /// <summary>
    /// Ends a run. A full run that is complete deletes the records that it did not see. The state becomes the stream's own, from which the next run starts.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="outcome">How it ended: an unchanged or incomplete one deletes nothing.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The run's counts, deletes included.</returns>
    ValueTask<RecordCounts> EndRunAsync(long run, StreamRunOutcome outcome, CancellationToken cancellationToken);

    /// <summary>The newest runs of a stream, newest first.</summary>
    ValueTask<Page<StreamRun>> ListRunsAsync(int stream, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Records by key (ordinal), deleted ones left out.</summary>
    ValueTask<Page<StoredRecord>> ListAsync(int stream, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>A record by key, or null.</summary>
    ValueTask<StoredRecord?> FindAsync(int stream, string key, CancellationToken cancellationToken);

    /// <summary>
    /// Records of a stream changed after a sequence number, in order of change, deletes included, in batches of at most <paramref name="batch"/>. Ends
    /// where the stream stood at the beginning; a record that changes meanwhile is left to the next call.
    /// </summary>
    IAsyncEnumerable<IReadOnlyList<StoredRecord>> ReadChangesAsync(int stream, long afterSequence, int batch, CancellationToken cancellationToken);

    /// <summary>The rejected records of a stream, newest run first, in the order in which they came.</summary>
    ValueTask<Page<RejectedRow>> ListRejectedAsync(int stream, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Removes a stream with all its records, runs, nodes and activities.</summary>
    ValueTask DeleteStreamAsync(int stream, CancellationToken cancellationToken);
}
