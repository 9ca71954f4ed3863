using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.Plugins.Trust;

/// <summary>The admin's <c>trust.json</c>. A missing file trusts nobody. Safe for any thread.</summary>
/// <param name="path">The file.</param>
public sealed class TrustFile(string path) : ITrustSource
{
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Reads the file.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="PackageException">It holds a mistake.</exception>
    public async Task<TrustDocument> ReadDocumentAsync(CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return new TrustDocument();
        }

        if (file.Length > MaxBytes)
        {
            throw new PackageException("trust", $"{path} has {file.Length:N0} bytes; at most {MaxBytes:N0} are read.");
        }

        return PackageJson.Read<TrustDocument>(await File.ReadAllBytesAsync(path, cancellationToken), path);
    }

    /// <inheritdoc />
    public async ValueTask<TrustSet> ReadAsync(CancellationToken cancellationToken) => new([await ReadDocumentAsync(cancellationToken)]);
}
