using System.Security.Cryptography;
using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.Plugins.Catalogs;

/// <summary>Fetches a catalog and its packages from a folder or a static file server.</summary>
/// <param name="http">For addresses; its time-out is the longest that one request takes.</param>
public sealed class CatalogReader(HttpClient http)
{
    private const string FileName = "catalog.json";

    /// <summary>Fetches the catalog's file.</summary>
    /// <param name="source">A folder, or the address of <c>catalog.json</c>.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="PackageException">It cannot be reached or is too large.</exception>
    public async Task<byte[]> ReadAsync(string source, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await using (var stream = await OpenAsync(Resolve(source, FileName, isCatalog: true), cancellationToken))
        {
            await CopyAsync(stream, buffer, SignedCatalog.MaxBytes, "The catalog", null, cancellationToken);
        }

        return buffer.ToArray();
    }

    /// <summary>Fetches a package and compares it with what the catalog says of it.</summary>
    /// <param name="source">The catalog's source.</param>
    /// <param name="version">The catalog's entry.</param>
    /// <param name="target">An empty file that can be written.</param>
    /// <param name="progress">Told the bytes so far.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>When it is there and as it should be.</returns>
    /// <exception cref="PackageException">It cannot be reached, or is not what the catalog says.</exception>
    public async Task DownloadAsync(string source, CatalogVersion version, Stream target, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(target);
        var url = version.Url ?? throw new PackageException("gone", $"The catalog does not offer the package of {version.Version} any more.");
        await using (var stream = await OpenAsync(Resolve(source, url, isCatalog: false), cancellationToken))
        {
            await CopyAsync(stream, target, Math.Min(version.Size, PackageLimits.Default.Bytes), $"The package of {version.Version}", progress, cancellationToken);
        }

        target.Position = 0;
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(target, cancellationToken));
        if (hash != version.Sha256)
        {
            throw new PackageException("modified", $"The package of {version.Version} has the SHA-256 {hash}, the catalog says {version.Sha256}. It was damaged or exchanged on the way.");
        }

        target.Position = 0;
    }

    private static Uri Resolve(string source, string relative, bool isCatalog)
    {
        if (Uri.TryCreate(source, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            return isCatalog ? address
                : Uri.TryCreate(address, relative, out var found) && (found.Scheme is "http" or "https") ? found
                : throw new PackageException("name", $"'{PackagePath.Show(relative)}' is not an address of a web server.");
        }

        if (!Path.IsPathFullyQualified(source))
        {
            throw new PackageException("trust", $"The catalog's source '{PackagePath.Show(source)}' is neither an absolute folder nor an http(s) address.");
        }

        return PackagePath.Objection(relative) is { } objection
            ? throw new PackageException("name", $"The catalog's file '{PackagePath.Show(relative)}' {objection}.")
            : new Uri(Path.Combine(Path.GetFullPath(source), relative));
    }

    private async Task<Stream> OpenAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            return address.IsFile
                ? new FileStream(address.LocalPath, FileMode.Open, FileAccess.Read, FileShare.Read, 81920, FileOptions.Asynchronous | FileOptions.SequentialScan)
                : await http.GetStreamAsync(address, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or HttpRequestException)
        {
            throw new PackageException("unreachable", $"{address} cannot be read: {error.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PackageException("unreachable", $"{address} did not answer within {http.Timeout.TotalSeconds:F0} s.");
        }
    }

    private static async Task CopyAsync(Stream source, Stream target, long most, string what, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var buffer = new byte[81920];
        var done = 0L;
        try
        {
            for (int read; (read = await source.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                done += read;
                if (done > most)
                {
                    throw new PackageException("limit", $"{what} has more than {most:N0} bytes, which is more than it may have.");
                }

                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                progress?.Report(done);
            }
        }
        catch (Exception error) when (error is HttpIOException or HttpRequestException)
        {
            throw new PackageException("unreachable", $"{what} broke off after {done:N0} bytes: {error.Message}");
        }
    }
}
