using System.Security.Cryptography;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Installing;

/// <summary>Unpacks packages into <c>&lt;root&gt;/&lt;id&gt;/&lt;version&gt;/</c>: beside the place first, then with one rename.</summary>
/// <param name="root">The folder of installed packages.</param>
/// <param name="hostVersion">The host's version.</param>
public sealed class PackageInstaller(string root, string? hostVersion)
{
    private readonly string _root = Path.GetFullPath(root);

    /// <summary>Where packages are unpacked before they are put in place; what lies there at a start is rubbish.</summary>
    private string Incoming => Path.Combine(_root, ".incoming");

    /// <summary>Unpacks, judges and puts in place. A version that is there already with the same seal stays.</summary>
    /// <param name="package">The package; seekable.</param>
    /// <param name="id">The plugin that it must be.</param>
    /// <param name="version">The version that it must be.</param>
    /// <param name="trust">Whom to trust.</param>
    /// <param name="replace">Whether to replace a version that is there with another seal. Never while it may run.</param>
    /// <param name="cancellationToken">Cancels; nothing is left behind.</param>
    /// <returns>The package in its place.</returns>
    /// <exception cref="PackageException">It is refused; says why.</exception>
    public async Task<PluginPackage> InstallAsync(Stream package, string id, string version, TrustSet trust, bool replace, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trust);
        var place = FolderOf(id, version);
        using var archive = PackageArchive.Open(package);
        if (archive.Files.Id != id || archive.Files.Version != version)
        {
            throw new PackageException("identity", $"The package is {archive.Files.Id} {archive.Files.Version}; asked for was {id} {version}.");
        }

        if (trust.Judge(PluginIds.PublisherOf(id), archive.SignedBytes, archive.Signatures) is { State: not PackageState.Valid } verdict)
        {
            throw new PackageException("untrusted", $"{id} {version} is not installed. {verdict.Message}");
        }

        if (Directory.Exists(place))
        {
            var valid = (await InstalledPackage.VerifyAsync(place, trust, cancellationToken)).State == PackageState.Valid;
            var same = valid && (await File.ReadAllBytesAsync(Path.Combine(place, PackagePath.FilesList), cancellationToken)).AsSpan().SequenceEqual(archive.SignedBytes);
            if (same)
            {
                return await PackageReader.ReadAsync(place, cancellationToken);
            }

            if (valid && !replace)
            {
                throw new PackageException("exists", $"{id} {version} is installed with other files. A version never changes: ask the publisher for a new one, or uninstall this one first.");
            }
        }

        var beside = Path.Combine(Incoming, Guid.NewGuid().ToString("N"));
        try
        {
            var unpacked = Path.Combine(beside, id, version);
            await archive.ExtractAsync(unpacked, null, cancellationToken);
            Judge(await PackageReader.ReadAsync(unpacked, cancellationToken));
            InstalledPackage.Protect(unpacked);
            Replace(unpacked, place, Path.Combine(beside, "old"));
        }
        finally
        {
            InstalledPackage.Delete(beside);
        }

        return await PackageReader.ReadAsync(place, cancellationToken);
    }

    /// <summary>The versions of a plugin that are in place.</summary>
    /// <param name="id">The plugin.</param>
    /// <returns>The versions, newest first.</returns>
    public IReadOnlyList<SemanticVersion> Versions(string id) => !Directory.Exists(Path.Combine(_root, id)) ? [] :
    [
        .. Directory.EnumerateDirectories(Path.Combine(_root, id))
            .Select(folder => SemanticVersion.TryParse(Path.GetFileName(folder), out var version) ? version : (SemanticVersion?)null)
            .OfType<SemanticVersion>().OrderDescending(),
    ];

    /// <summary>Takes a version away. It must not run.</summary>
    /// <param name="id">The plugin.</param>
    /// <param name="version">The version.</param>
    public void Remove(string id, string version)
    {
        var place = FolderOf(id, version);
        if (!Directory.Exists(place))
        {
            return;
        }

        // Out of its place with one rename, so that no half of it can ever be activated.
        var away = Path.Combine(Incoming, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Incoming);
        Directory.Move(place, away);
        InstalledPackage.Delete(away);
        if (!Directory.EnumerateFileSystemEntries(Path.Combine(_root, id)).Any())
        {
            Directory.Delete(Path.Combine(_root, id));
        }
    }

    /// <summary>Deletes what an earlier life left half done. Called before plugins start.</summary>
    public void CleanUp() => InstalledPackage.Delete(Incoming);

    /// <summary>SHA-256 of a package's file.</summary>
    /// <param name="package">The file; read from its position to its end and put back.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>Lower-case hex.</returns>
    public static async Task<string> HashAsync(Stream package, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(package);
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(package, cancellationToken));
        package.Position = 0;
        return hash;
    }

    private string FolderOf(string id, string version) => PluginIds.IsId(id) && SemanticVersion.TryParse(version, out _)
        ? Path.Combine(_root, id, version)
        : throw new PackageException("identity", "That is not an id and a version of a plugin.");

    private void Judge(PluginPackage package)
    {
        if (package.Problems.FirstOrDefault(problem => !problem.IsWarning) is { } problem)
        {
            throw new PackageException("manifest", $"{package.Id} {package.Version} is not installed: {problem}");
        }

        var manifest = package.Manifest!;
        var objection = VersionRange.Parse(manifest.Sdk).Objection("SDK", SemanticVersion.Parse(SdkInfo.Version))
            ?? (manifest.Host is { } host && SemanticVersion.TryParse(hostVersion, out var here) ? VersionRange.Parse(host).Objection("host", here) : null)
            ?? LinkCheck.Objection(package.EntryAssembly);
        if (objection is not null)
        {
            throw new PackageException("incompatible", $"{package.Id} {package.Version} is not installed: it {objection}.");
        }
    }

    private static void Replace(string unpacked, string place, string old)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        if (Directory.Exists(place))
        {
            Directory.Move(place, old);
        }

        Directory.Move(unpacked, place);
    }
}
