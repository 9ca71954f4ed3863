namespace CustomerInsights.Storage.Profiles;

/// <summary>Every change of who is who, written with the change by <see cref="IProfileStore.ApplyAsync"/>. Append only.</summary>
public interface ILedgerStore
{
    /// <summary>Entries, newest first.</summary>
    ValueTask<Page<LedgerEntry>> ListAsync(LedgerQuery query, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>One entry, or null.</summary>
    ValueTask<LedgerEntry?> FindAsync(long entry, CancellationToken cancellationToken);

    /// <summary>All entries of a type, oldest first. Their parts, applied to an empty table in this order, give each node's profile.</summary>
    IAsyncEnumerable<LedgerEntry> ReplayAsync(string profileType, CancellationToken cancellationToken);
}
