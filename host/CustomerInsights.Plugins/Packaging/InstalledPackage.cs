using System.Security.Cryptography;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Packaging;

/// <summary>A package that was unpacked into <c>&lt;id&gt;/&lt;version&gt;/</c> and keeps its seal in <c>META/</c>.</summary>
public static class InstalledPackage
{
    private const int LargestSeal = 1024 * 1024;

    /// <summary>Hashes every file and judges who signed. About 400 MB a second.</summary>
    /// <param name="folder">The package's folder.</param>
    /// <param name="trust">Who is trusted.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>What was found; never throws for what is in the folder.</returns>
    public static Task<PackageVerdict> VerifyAsync(string folder, TrustSet trust, CancellationToken cancellationToken) =>
        JudgeAsync(folder, trust, withFiles: true, cancellationToken);

    /// <summary>Judges who signed; does not look at the files, so that a valid one may yet be modified.</summary>
    internal static Task<PackageVerdict> JudgeAsync(string folder, TrustSet trust, CancellationToken cancellationToken) =>
        JudgeAsync(folder, trust, withFiles: false, cancellationToken);

    /// <summary>Makes the files read-only: a slip of the hand should not need an installation to be repeated.</summary>
    internal static void Protect(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            File.SetAttributes(file, File.GetAttributes(file) | FileAttributes.ReadOnly);
        }
    }

    /// <summary>Deletes a folder of read-only files.</summary>
    internal static void Delete(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            File.SetAttributes(file, FileAttributes.Normal);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<PackageVerdict> JudgeAsync(string folder, TrustSet trust, bool withFiles, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trust);
        folder = Path.GetFullPath(folder);
        var id = Path.GetFileName(Path.GetDirectoryName(folder)) ?? "";
        try
        {
            if (await ReadSealAsync(folder, PackagePath.FilesList, cancellationToken) is not { } list)
            {
                return new(PackageState.Unsigned, "It is not signed: the folder has no META/files.json. Pack and sign it with 'ci-plugin', or use it from a folder given with --dev.");
            }

            var files = PackageFiles.Read(list);
            if (files.Id != id || files.Version != Path.GetFileName(folder))
            {
                return new(PackageState.Modified, $"The list is that of {files.Id} {files.Version}, the folder that of {id} {Path.GetFileName(folder)}. Install it again.") { ModifiedFiles = [PackagePath.FilesList] };
            }

            var signatures = await ReadSealAsync(folder, PackagePath.Signatures, cancellationToken) is { } text ? PackageSignature.ReadAll(text) : [];
            var verdict = trust.Judge(PluginIds.PublisherOf(id), list, signatures);
            return withFiles && verdict.State == PackageState.Valid && await DifferencesAsync(folder, files, cancellationToken) is { Count: > 0 } differences
                ? PackageVerdict.OfModified(differences) with { KeyId = verdict.KeyId }
                : verdict;
        }
        catch (PackageException error)
        {
            return new(PackageState.Modified, $"{error.Message} Install it again.") { ModifiedFiles = [PackagePath.FilesList] };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new(PackageState.Modified, $"It cannot be read: {error.Message}");
        }
    }

    private static async Task<List<string>> DifferencesAsync(string folder, PackageFiles files, CancellationToken cancellationToken)
    {
        var differences = new List<string>();
        foreach (var file in files.Files)
        {
            var info = new FileInfo(Path.Combine(folder, file.Path));
            if (!info.Exists)
            {
                differences.Add(file.Path + " (missing)");
            }
            else if (info.LinkTarget is not null || info.Length != file.Size || await HashAsync(info, cancellationToken) != file.Sha256)
            {
                differences.Add(file.Path);
            }
        }

        var listed = files.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        differences.AddRange(new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(info => (Name: Path.GetRelativePath(folder, info.FullName).Replace(Path.DirectorySeparatorChar, '/'), Info: info))
            .Where(found => found.Info is FileInfo ? !listed.Contains(found.Name) && !PackagePath.IsOfTheSeal(found.Name) : found.Info.LinkTarget is not null)
            .Select(found => PackagePath.Show(found.Name) + " (added)"));
        return differences;
    }

    private static async Task<string> HashAsync(FileInfo file, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, 81920, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
    }

    private static async Task<byte[]?> ReadSealAsync(string folder, string name, CancellationToken cancellationToken)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        return !file.Exists ? null
            : file.LinkTarget is null && file.Length <= LargestSeal ? await File.ReadAllBytesAsync(file.FullName, cancellationToken)
            : throw new PackageException("limit", $"{name} is a link or has more than {LargestSeal:N0} bytes.");
    }
}
