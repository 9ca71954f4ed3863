using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Catalogs;

/// <summary>A catalog as it was fetched last.</summary>
/// <param name="From">Where it is from.</param>
/// <param name="Content">What it says; null when none was ever fetched or what is kept cannot be used.</param>
/// <param name="Problem">Why it is not newer, or cannot be used for installing; null when all is well.</param>
public sealed record KnownCatalog(TrustedCatalog From, Catalog? Content, string? Problem)
{
    /// <summary>Whether the program brought it.</summary>
    public bool IsOwn { get; init; }
}

/// <summary>
/// The catalogs that an admin trusts, each kept in the data directory as it was fetched last and verified at every reading.
/// With trust.json they say whom to trust. Safe for any thread.
/// </summary>
/// <param name="folder">Where catalogs are kept.</param>
/// <param name="admin">The admin's file.</param>
/// <param name="own">Catalogs that come with the program.</param>
/// <param name="reader">Fetches.</param>
/// <param name="clock">The clock.</param>
public sealed class CatalogStore(string folder, TrustFile admin, IReadOnlyList<TrustedCatalog> own, CatalogReader reader, TimeProvider clock) : ITrustSource, IDisposable
{
    private readonly SemaphoreSlim _oneFetch = new(1, 1);
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> _failures = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public async ValueTask<TrustSet> ReadAsync(CancellationToken cancellationToken)
    {
        var document = await admin.ReadDocumentAsync(cancellationToken);
        var catalogs = await ListAsync(document, cancellationToken);
        return new([document, .. catalogs.Where(known => known.Content is not null).Select(known => known.Content!.AsTrust(known.IsOwn))]);
    }

    /// <summary>The catalogs as they were fetched last.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>All of them, the program's first.</returns>
    /// <exception cref="PackageException">trust.json holds a mistake.</exception>
    public async Task<IReadOnlyList<KnownCatalog>> ListAsync(CancellationToken cancellationToken) =>
        await ListAsync(await admin.ReadDocumentAsync(cancellationToken), cancellationToken);

    /// <summary>Fetches all catalogs. One that cannot be fetched keeps what it said before, and its problem is shown.</summary>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>When all were tried.</returns>
    public async Task RefreshAsync(CancellationToken cancellationToken) =>
        await RefreshAsync([.. own, .. (await admin.ReadDocumentAsync(cancellationToken)).Catalogs], cancellationToken);

    /// <summary>Fetches the catalogs that come with the program; touches no network.</summary>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>When all were tried.</returns>
    public Task RefreshOwnAsync(CancellationToken cancellationToken) => RefreshAsync(own, cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _oneFetch.Dispose();

    private async Task RefreshAsync(IReadOnlyList<TrustedCatalog> catalogs, CancellationToken cancellationToken)
    {
        await _oneFetch.WaitAsync(cancellationToken);
        try
        {
            foreach (var catalog in catalogs)
            {
                try
                {
                    await FetchAsync(catalog, cancellationToken);
                    _failures.TryRemove(catalog.Name, out _);
                }
                catch (PackageException error)
                {
                    _failures[catalog.Name] = error.Message;
                }
            }
        }
        finally
        {
            _oneFetch.Release();
        }
    }

    private async Task<IReadOnlyList<KnownCatalog>> ListAsync(TrustDocument document, CancellationToken cancellationToken)
    {
        var all = new List<KnownCatalog>();
        foreach (var (catalog, isOwn) in own.Select(one => (one, true)).Concat(document.Catalogs.Select(one => (one, false))))
        {
            all.Add(await KnownAsync(catalog, cancellationToken) with { IsOwn = isOwn });
        }

        return all;
    }

    private async Task<KnownCatalog> KnownAsync(TrustedCatalog from, CancellationToken cancellationToken)
    {
        var failure = _failures.GetValueOrDefault(from.Name);
        try
        {
            if (await KeptAsync(from, cancellationToken) is not { } content)
            {
                return new(from, null, failure ?? "It has not been fetched yet.");
            }

            return new(from, content, failure ?? (content.ExpiresUtc < clock.GetUtcNow() ? Expired(content) : null));
        }
        catch (PackageException error)
        {
            return new(from, null, failure ?? error.Message);
        }
    }

    private async Task FetchAsync(TrustedCatalog from, CancellationToken cancellationToken)
    {
        var bytes = await reader.ReadAsync(from.Source, cancellationToken);
        var content = SignedCatalog.Read(bytes, from.Keys);
        if (content.ExpiresUtc < clock.GetUtcNow())
        {
            throw new PackageException("expired", Expired(content));
        }

        var before = await LastSequenceAsync(from, cancellationToken);

        // Who puts an older program in place of a newer one means its older plugins too.
        if (content.Sequence < before && !own.Contains(from))
        {
            throw new PackageException("sequence", $"It offers the issue {content.Sequence}, but {before} was seen already: somebody serves an old one.");
        }

        Directory.CreateDirectory(folder);
        await AtomicFile.WriteAsync(PathOf(from), bytes, cancellationToken);
    }

    // What is kept may be unreadable after the catalog's key was changed in trust.json; then there is nothing to go back behind.
    private async Task<long> LastSequenceAsync(TrustedCatalog from, CancellationToken cancellationToken)
    {
        try
        {
            return (await KeptAsync(from, cancellationToken))?.Sequence ?? 0;
        }
        catch (PackageException)
        {
            return 0;
        }
    }

    private async Task<Catalog?> KeptAsync(TrustedCatalog from, CancellationToken cancellationToken) =>
        File.Exists(PathOf(from)) ? SignedCatalog.Read(await File.ReadAllBytesAsync(PathOf(from), cancellationToken), from.Keys) : null;

    private string PathOf(TrustedCatalog catalog) => PackagePath.Objection(catalog.Name) is null && !catalog.Name.Contains('/', StringComparison.Ordinal)
        ? Path.Combine(folder, catalog.Name + ".json")
        : throw new PackageException("trust", $"trust.json names a catalog '{PackagePath.Show(catalog.Name)}', which cannot be a file's name; use letters, digits and '-'.");

    private static string Expired(Catalog content) => $"Its issue {content.Sequence} of {content.IssuedUtc:u} expired at {content.ExpiresUtc:u}; nothing is installed from it until a newer one comes.";
}
