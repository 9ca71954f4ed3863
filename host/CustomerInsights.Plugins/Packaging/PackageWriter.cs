using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Packaging;

/// <summary>Packs a folder into a <c>.ciplugin</c>. The same files give the same bytes: sorted, one time, one compression.</summary>
public static class PackageWriter
{
    // The first that zip can tell. Times of files differ between checkouts and say nothing.
    private static readonly DateTimeOffset s_time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Packs. The result is read back with the reader's rules before it is handed out.</summary>
    /// <param name="folder">A package's folder, with <c>plugin.json</c>; an old <c>META/files.json</c> or signature is left out.</param>
    /// <param name="package">The file to write; replaced as a whole.</param>
    /// <param name="key">The publisher's key, or null for a package that is not signed.</param>
    /// <param name="now">The time to write into the signature.</param>
    /// <param name="cancellationToken">Cancels the packing; nothing is left behind.</param>
    /// <returns>What is in it.</returns>
    /// <exception cref="PackageException">The folder is not a package, or breaks a rule of packages.</exception>
    /// <remarks>
    /// ECDSA draws a random number for each signature. When <paramref name="package"/> exists with the same files and a signature
    /// of the same key, that signature is kept, so that packing again changes nothing.
    /// </remarks>
    public static async Task<PackageFiles> PackAsync(string folder, string package, SigningKey? key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var names = Names(folder);
        var (manifest, problems) = PackageReader.ReadManifest(await ManifestTextAsync(folder, cancellationToken));
        if (manifest is null)
        {
            throw new PackageException("manifest", $"plugin.json cannot be used. {problems.First(problem => !problem.IsWarning)}");
        }

        var listed = new List<PackageFile>(names.Count);
        foreach (var name in names)
        {
            await using var file = File.OpenRead(Path.Combine(folder, name));
            listed.Add(new(name, file.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken))));
        }

        var contents = new PackageFiles(manifest.Id, manifest.Version, listed);
        var list = contents.Write();
        PackageFiles.Read(list);
        var signatures = key is null ? [] : await EarlierAsync(package, list, key, cancellationToken) ?? [key.Sign(list, SignatureRole.Publisher, now)];
        var temporary = $"{package}.{Environment.ProcessId}.tmp";
        try
        {
            await WriteAsync(folder, temporary, names, list, signatures, cancellationToken);
            await using (var written = File.OpenRead(temporary))
            {
                using var check = PackageArchive.Open(written);
            }

            File.Move(temporary, package, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }

        return contents;
    }

    private static List<string> Names(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(name => !PackagePath.IsOfTheSeal(name))
            .Order(StringComparer.Ordinal),
    ];

    private static async Task<string> ManifestTextAsync(string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, PackageReader.ManifestFile);
        return File.Exists(path)
            ? await File.ReadAllTextAsync(path, Encoding.UTF8, cancellationToken)
            : throw new PackageException("manifest", $"{folder} holds no plugin.json; name the folder that does.");
    }

    private static async Task<IReadOnlyList<PackageSignature>?> EarlierAsync(string package, byte[] list, SigningKey key, CancellationToken cancellationToken)
    {
        if (!File.Exists(package))
        {
            return null;
        }

        try
        {
            await using var stream = new FileStream(package, FileMode.Open, FileAccess.Read, FileShare.Read, 4096, FileOptions.Asynchronous);
            using var earlier = PackageArchive.Open(stream);
            cancellationToken.ThrowIfCancellationRequested();
            var mine = earlier.Signatures.Where(signature => key.Public.Verifies(list, signature)).ToList();
            return mine.Count > 0 ? mine : null;
        }
        catch (PackageException)
        {
            // What lies there is not a package: it is about to be replaced by one.
            return null;
        }
    }

    private static async Task WriteAsync(
        string folder, string target, List<string> names, byte[] list, IReadOnlyList<PackageSignature> signatures, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(target, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 81920, FileOptions.Asynchronous);
        await using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            await AddAsync(zip, PackagePath.FilesList, new MemoryStream(list), cancellationToken);
            if (signatures.Count > 0)
            {
                await AddAsync(zip, PackagePath.Signatures, new MemoryStream(PackageSignature.WriteAll(signatures)), cancellationToken);
            }

            foreach (var name in names)
            {
                await AddAsync(zip, name, File.OpenRead(Path.Combine(folder, name)), cancellationToken);
            }
        }

        stream.Flush(flushToDisk: true);
    }

    internal static async Task AddAsync(ZipArchive zip, string name, Stream content, CancellationToken cancellationToken)
    {
        await using (content)
        {
            var entry = zip.CreateEntry(name, CompressionLevel.Optimal);
            entry.LastWriteTime = s_time;

            // 0644, a plain file: what the system would say differs from one to the other.
            entry.ExternalAttributes = unchecked((int)0x81A40000);
            await using var into = await entry.OpenAsync(cancellationToken);
            await content.CopyToAsync(into, cancellationToken);
        }
    }
}
