using System.IO.Compression;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Packaging;

/// <summary>Signs a <c>.ciplugin</c> that is already packed.</summary>
public static class PackageSigner
{
    /// <summary>Adds a signature. Those of other keys stay; one of the same key is replaced, unless it is over the same files.</summary>
    /// <param name="package">The file; replaced as a whole.</param>
    /// <param name="key">The publisher's key.</param>
    /// <param name="now">The time to write into the signature.</param>
    /// <param name="cancellationToken">Cancels the signing; nothing is left behind.</param>
    /// <returns>What was signed.</returns>
    /// <exception cref="PackageException">The file is not a package that can be used.</exception>
    public static async Task<PackageFiles> SignAsync(string package, SigningKey key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var (files, list, signatures) = await ReadAsync(package, cancellationToken);
        if (signatures.Any(signature => key.Public.Verifies(list, signature)))
        {
            return files;
        }

        PackageSignature[] all = [.. signatures.Where(signature => signature.KeyId != key.KeyId), key.Sign(list, SignatureRole.Publisher, now)];
        var temporary = $"{package}.{Environment.ProcessId}.tmp";
        try
        {
            File.Copy(package, temporary, overwrite: true);
            await using (var zip = new ZipArchive(new FileStream(temporary, FileMode.Open, FileAccess.ReadWrite, FileShare.None), ZipArchiveMode.Update))
            {
                zip.GetEntry(PackagePath.Signatures)?.Delete();
                await PackageWriter.AddAsync(zip, PackagePath.Signatures, new MemoryStream(PackageSignature.WriteAll(all)), cancellationToken);
            }

            await ReadAsync(temporary, cancellationToken);
            File.Move(temporary, package, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }

        return files;
    }

    private static async Task<(PackageFiles, byte[], IReadOnlyList<PackageSignature>)> ReadAsync(string package, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var stream = new FileStream(package, FileMode.Open, FileAccess.Read, FileShare.Read, 4096, FileOptions.Asynchronous);
        using var archive = PackageArchive.Open(stream);
        return (archive.Files, archive.SignedBytes, archive.Signatures);
    }
}
