namespace CustomerInsights.Storage.Profiles;

/// <summary>What stewards said. A verdict is written with the change that it makes, by <see cref="IProfileStore.ApplyAsync"/>.</summary>
public interface IVerdictStore
{
    /// <summary>Verdicts, newest first; those taken back too.</summary>
    ValueTask<Page<Verdict>> ListAsync(VerdictQuery query, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>One verdict, or null.</summary>
    ValueTask<Verdict?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>The verdict in force that undoes a merge, or null.</summary>
    ValueTask<Verdict?> FindUndoAsync(long entry, CancellationToken cancellationToken);

    /// <summary>Takes a verdict back: its edges go, it stays in the list, an item of the queue that it answered may come again.</summary>
    /// <returns>False when there is none in force.</returns>
    ValueTask<bool> TakeBackAsync(string id, string principal, CancellationToken cancellationToken);
}
