using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.Plugins.Installing;

/// <summary>Who pinned a version, and why.</summary>
/// <param name="By">Who.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record LockedPin(string By, DateTimeOffset At, string? Reason = null);

/// <summary>An installed plugin.</summary>
/// <param name="Id">The plugin.</param>
/// <param name="Version">The version that is wanted.</param>
/// <param name="Sha256">Of the package that it was installed from.</param>
/// <param name="Isolation">Where it was asked to run; null leaves it to the trust in its publisher.</param>
public sealed record LockedPlugin(string Id, string Version, string Sha256, IsolationMode? Isolation = null)
{
    /// <summary>The catalog that it came from.</summary>
    public string? Catalog { get; init; }

    /// <summary>The hash of the capabilities that were accepted.</summary>
    public string? AcceptedCapabilities { get; init; }

    /// <summary>Set while only a person may move the version.</summary>
    public LockedPin? Pin { get; init; }

    /// <summary>Versions that were wanted before, newest first, with the hash of their packages; kept on disk for a rollback.</summary>
    public IReadOnlyList<LockedVersion> Previous { get; init; } = [];
}

/// <summary>A version that can be gone back to.</summary>
/// <param name="Version">The version.</param>
/// <param name="Sha256">Of its package.</param>
public sealed record LockedVersion(string Version, string Sha256);

/// <summary><c>plugins.lock.json</c>: what was installed from catalogs, to the byte. Another installation is made equal by it.</summary>
/// <param name="LockVersion">The form; 1.</param>
/// <param name="Installation">This installation's id; decides when it is its turn in a rollout.</param>
/// <param name="Plugins">The plugins by id.</param>
public sealed record PluginLock(int LockVersion, string Installation, IReadOnlyList<LockedPlugin> Plugins)
{
    /// <summary>The entry of a plugin.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>The entry, or null.</returns>
    public LockedPlugin? Find(string id) => Plugins.FirstOrDefault(plugin => plugin.Id == id);

    /// <summary>With an entry replaced, added, or removed.</summary>
    /// <param name="id">The plugin.</param>
    /// <param name="plugin">The entry; null removes it.</param>
    /// <returns>The changed lock.</returns>
    public PluginLock With(string id, LockedPlugin? plugin) => this with
    {
        Plugins = [.. Plugins.Where(known => known.Id != id).Concat(plugin is null ? [] : [plugin]).OrderBy(known => known.Id, StringComparer.Ordinal)],
    };
}

/// <summary>The lock's file. Safe for any thread.</summary>
/// <param name="path">The file; made at the first reading.</param>
public sealed class PluginLockFile(string path) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Reads it.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The lock.</returns>
    /// <exception cref="PackageException">Somebody has broken it.</exception>
    public Task<PluginLock> ReadAsync(CancellationToken cancellationToken) => UpdateAsync(current => current, cancellationToken);

    /// <summary>Changes it: read, change, replace as a whole.</summary>
    /// <param name="change">Gives the new lock from the current one.</param>
    /// <param name="cancellationToken">Cancels before it is replaced.</param>
    /// <returns>The lock as it stands now.</returns>
    /// <exception cref="PackageException">Somebody has broken it.</exception>
    public async Task<PluginLock> UpdateAsync(Func<PluginLock, PluginLock> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        await _one.WaitAsync(cancellationToken);
        try
        {
            var current = File.Exists(path) ? Read(await File.ReadAllBytesAsync(path, cancellationToken), path) : null;
            var next = change(current ?? new PluginLock(1, Guid.NewGuid().ToString("N"), []));
            if (!ReferenceEquals(next, current))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
                await AtomicFile.WriteAsync(path, PackageJson.Write(next), cancellationToken);
            }

            return next;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Reads a lock that somebody brings.</summary>
    /// <param name="utf8">Its bytes.</param>
    /// <param name="what">What to call it in a message.</param>
    /// <returns>The lock.</returns>
    /// <exception cref="PackageException">It is none.</exception>
    public static PluginLock Read(ReadOnlySpan<byte> utf8, string what)
    {
        var read = PackageJson.Read<PluginLock>(utf8, what);
        return read.LockVersion == 1 && read.Plugins.All(plugin => PluginIds.IsId(plugin?.Id) && SemanticVersion.TryParse(plugin!.Version, out _))
            ? read
            : throw new PackageException("lock", $"{what} has another form than 1, or names a plugin or version that cannot be one.");
    }

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();
}
