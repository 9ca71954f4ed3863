namespace CustomerInsights.Sdk;

/// <summary>One run of an export: batches, then commit or abort, then dispose. One call at a time.</summary>
public interface IExportSession : IAsyncDisposable
{
    /// <summary>Writes a batch. After a crash or a transient failure the host sends the same batch with the same id again.</summary>
    /// <param name="batchId">Stable over retries of this batch; a target that declares <see cref="ExportDescriptor.Idempotent"/> must not write it twice.</param>
    /// <param name="members">1 to <see cref="ExportDescriptor.MaxBatch"/> members.</param>
    /// <param name="cancellationToken">Cancelled on stop; return within 5 s.</param>
    /// <returns>One outcome per member, in the same order.</returns>
    /// <exception cref="PluginException">The whole batch failed; Transient and RateLimited are retried.</exception>
    ValueTask<IReadOnlyList<MemberOutcome>> WriteAsync(string batchId, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken);

    /// <summary>Ends the run. What was written is durable at the target when this returns; a transactional target makes it visible now and not before.</summary>
    /// <param name="cancellationToken">Cancelled on stop.</param>
    /// <returns>What the target says of the run.</returns>
    /// <exception cref="PluginException">The commit failed; the host counts the run as failed and keeps its place.</exception>
    ValueTask<ExportReceipt> CommitAsync(CancellationToken cancellationToken);

    /// <summary>Gives the run up. A transactional target leaves nothing behind; one that works in steps leaves what it has done.</summary>
    /// <param name="cancellationToken">Cancelled after 5 s.</param>
    /// <returns>When it is done.</returns>
    ValueTask AbortAsync(CancellationToken cancellationToken);
}
