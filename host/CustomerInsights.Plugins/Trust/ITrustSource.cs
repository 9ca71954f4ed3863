namespace CustomerInsights.Plugins.Trust;

/// <summary>Tells whom to trust at this moment.</summary>
public interface ITrustSource
{
    /// <summary>Reads it afresh.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>Whom to trust.</returns>
    /// <exception cref="Packaging.PackageException">The admin's file holds a mistake; then nobody is to be trusted.</exception>
    ValueTask<TrustSet> ReadAsync(CancellationToken cancellationToken);
}
