using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Packaging;

/// <summary>Why a package may not run.</summary>
/// <param name="State">The plugin's state then.</param>
/// <param name="Code">The stable word.</param>
/// <param name="Reason">For people.</param>
public sealed record PackageObjection(PluginState State, string Code, string Reason);

/// <summary>Judges a package each time before it is loaded.</summary>
public interface IPackageGate
{
    /// <summary>Judges. Reads every file of an installed package.</summary>
    /// <param name="package">The package that is about to run.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>Why it may not run, or null.</returns>
    ValueTask<PackageObjection?> JudgeAsync(PluginPackage package, CancellationToken cancellationToken);

    /// <summary>Judges what can change while a package runs, its files aside: whether it was blocked.</summary>
    /// <param name="package">The package that runs.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>Why it must stop, or null.</returns>
    ValueTask<PackageObjection?> JudgeRunningAsync(PluginPackage package, CancellationToken cancellationToken);

    /// <summary>Tells how far a package is trusted, without looking at its files: <see cref="JudgeAsync"/> does that.</summary>
    /// <param name="package">The package.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The trust; null when nobody who is trusted signed it, or that cannot be told now.</returns>
    ValueTask<PackageTrust?> TrustAsync(PluginPackage package, CancellationToken cancellationToken);
}

/// <summary>
/// Lets through what is signed by someone trusted and is as it was signed. Packages outside the folder of installed ones come
/// with the program or from a folder that a developer named: those run unsigned.
/// </summary>
/// <param name="installed">The folder of installed packages.</param>
/// <param name="trust">Who is trusted now.</param>
/// <param name="development">The folders that a developer named; what lies in none of all these comes with the program.</param>
public sealed class PackageGate(string installed, ITrustSource trust, IReadOnlyList<string>? development = null) : IPackageGate
{
    private readonly string _installed = Within(installed);
    private readonly IReadOnlyList<string> _development = [.. (development ?? []).Select(Within)];

    /// <inheritdoc />
    public async ValueTask<PackageObjection?> JudgeAsync(PluginPackage package, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(package);
        var isInstalled = package.Folder.StartsWith(_installed, StringComparison.Ordinal);
        try
        {
            var trusted = await trust.ReadAsync(cancellationToken);
            return Block(package, trusted) ?? (isInstalled ? Objection(package, await InstalledPackage.VerifyAsync(package.Folder, trusted, cancellationToken)) : null);
        }
        catch (PackageException error)
        {
            // Without knowing whom to trust nobody is trusted, but for what comes with the program.
            return isInstalled ? new(PluginState.Untrusted, error.Code, error.Message) : null;
        }
    }

    /// <inheritdoc />
    public async ValueTask<PackageObjection?> JudgeRunningAsync(PluginPackage package, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(package);
        try
        {
            return Block(package, await trust.ReadAsync(cancellationToken));
        }
        catch (PackageException)
        {
            // A slip in trust.json does not stop what runs; the next activation tells.
            return null;
        }
    }

    /// <inheritdoc />
    public async ValueTask<PackageTrust?> TrustAsync(PluginPackage package, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(package);
        if (!package.Folder.StartsWith(_installed, StringComparison.Ordinal))
        {
            return _development.Any(folder => package.Folder.StartsWith(folder, StringComparison.Ordinal)) ? PackageTrust.Unsigned : PackageTrust.FirstParty;
        }

        try
        {
            var verdict = await InstalledPackage.JudgeAsync(package.Folder, await trust.ReadAsync(cancellationToken), cancellationToken);
            return verdict.State != PackageState.Valid ? null : verdict.Trust switch
            {
                PublisherTrust.FirstParty => PackageTrust.FirstParty,
                PublisherTrust.Verified => PackageTrust.Verified,
                _ => PackageTrust.Known,
            };
        }
        catch (PackageException)
        {
            return null;
        }
    }

    private static string Within(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;

    private static PackageObjection? Block(PluginPackage package, TrustSet trusted) => trusted.FindBlock(package.Id, package.Version) is { } block
        ? new(PluginState.Blocked, "blocked", $"{package.Version} is blocked: {block.Reason}. Take another version.")
        : null;

    private static PackageObjection? Objection(PluginPackage package, PackageVerdict verdict) => verdict.State switch
    {
        PackageState.Valid => null,
        PackageState.Modified => new(PluginState.Modified, "modified", $"{package.Version}: {verdict.Message}"),
        PackageState.Revoked => new(PluginState.Untrusted, "revoked", $"{package.Version}: {verdict.Message}"),
        PackageState.Unsigned => new(PluginState.Untrusted, "unsigned", $"{package.Version}: {verdict.Message}"),
        _ => new(PluginState.Untrusted, "unknown-publisher", $"{package.Version}: {verdict.Message}"),
    };
}
