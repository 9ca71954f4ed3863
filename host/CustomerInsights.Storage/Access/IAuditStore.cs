namespace CustomerInsights.Storage.Access;

/// <summary>Who did what, when. Append only.</summary>
public interface IAuditStore
{
    /// <summary>Adds a row.</summary>
    ValueTask AppendAsync(AuditEntry entry, CancellationToken cancellationToken);

    /// <summary>Rows, newest first.</summary>
    ValueTask<Page<AuditEntry>> ListAsync(string? after, int limit, CancellationToken cancellationToken);
}
