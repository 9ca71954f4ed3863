using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;

namespace CustomerInsights.Plugins.Packaging;

/// <summary>
/// A <c>.ciplugin</c> that is read. Opening checks its shape; nothing is written before <see cref="ExtractAsync"/>, and that
/// never writes outside its folder or past the limits. Not safe for two threads at once.
/// </summary>
public sealed class PackageArchive : IDisposable
{
    // 2,000 files with long names; and 16 signatures.
    private const int LargestList = 1024 * 1024;
    private const int LargestSignatures = 16 * 1024;
    private const int UnixTypeMask = 0xF000;
    private const int UnixFile = 0x8000;
    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.OrdinalIgnoreCase);

    private PackageArchive(ZipArchive zip) => _zip = zip;

    /// <summary>What it says it holds.</summary>
    public PackageFiles Files { get; private set; } = new("", "", []);

    /// <summary>The exact bytes of <c>META/files.json</c>.</summary>
    public byte[] SignedBytes { get; private set; } = [];

    /// <summary>Who signed.</summary>
    public IReadOnlyList<PackageSignature> Signatures { get; private set; } = [];

    /// <summary>Opens a package and checks names, counts and sizes against its list.</summary>
    /// <param name="stream">The file; must be seekable; stays open.</param>
    /// <param name="limits">What is allowed; null for the usual.</param>
    /// <returns>The package; dispose it before the stream.</returns>
    /// <exception cref="PackageException">It is not a package that can be used.</exception>
    public static PackageArchive Open(Stream stream, PackageLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        limits ??= PackageLimits.Default;
        ZipShape.Check(stream, limits);
        PackageArchive? archive = null;
        try
        {
            archive = new(new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true));
            archive.ReadDirectory();
            archive.SignedBytes = archive.ReadSmall(PackagePath.FilesList, LargestList)
                ?? throw new PackageException("list", "The package holds no META/files.json. Pack it with 'ci-plugin pack'.");
            archive.Files = PackageFiles.Read(archive.SignedBytes, limits);
            archive.Signatures = archive.ReadSmall(PackagePath.Signatures, LargestSignatures) is { } signatures ? PackageSignature.ReadAll(signatures) : [];
            archive.CompareWithList(stream.Length, limits);
            return archive;
        }
        catch (Exception error)
        {
            archive?.Dispose();
            if (IsOfTheZip(error))
            {
                throw Damaged(error);
            }

            throw;
        }
    }

    /// <summary>Unpacks, checking each file's length and hash as it is written.</summary>
    /// <param name="folder">An empty folder, or one to be made. What is in it after a failure is to be deleted.</param>
    /// <param name="progress">Told the bytes written so far.</param>
    /// <param name="cancellationToken">Cancels the unpacking.</param>
    /// <returns>When all is on disk.</returns>
    /// <exception cref="PackageException">A file is not as the list says (code <c>modified</c>), or the archive is damaged.</exception>
    public async Task ExtractAsync(string folder, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        var done = 0L;
        foreach (var file in Files.Files)
        {
            var path = Path.GetFullPath(Path.Combine(root, file.Path));

            // The names have been judged; this is the second lock on the same door.
            if (!path.StartsWith(root, StringComparison.Ordinal))
            {
                throw new PackageException("name", $"The file '{PackagePath.Show(file.Path)}' leads out of the package.");
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 81920, FileOptions.Asynchronous);
            await CopyAsync(file, target, cancellationToken);
            target.Flush(flushToDisk: true);
            progress?.Report(done += file.Size);
        }

        Directory.CreateDirectory(Path.Combine(root, "META"));
        await File.WriteAllBytesAsync(Path.Combine(root, PackagePath.FilesList), SignedBytes, cancellationToken);
        if (Signatures.Count > 0)
        {
            await File.WriteAllBytesAsync(Path.Combine(root, PackagePath.Signatures), PackageSignature.WriteAll(Signatures), cancellationToken);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _zip.Dispose();

    private void ReadDirectory()
    {
        foreach (var entry in _zip.Entries)
        {
            var shown = PackagePath.Show(entry.FullName);
            if (PackagePath.Objection(entry.FullName) is { } objection)
            {
                throw new PackageException("name", $"The file '{shown}' {objection}.");
            }

            var type = (entry.ExternalAttributes >> 16) & UnixTypeMask;
            if (type is not (0 or UnixFile) || entry.IsEncrypted)
            {
                throw new PackageException("name", $"'{shown}' is a link, a device or encrypted; packages hold plain files only.");
            }

            if (!_entries.TryAdd(entry.FullName, entry))
            {
                throw new PackageException("name", $"The file '{shown}' is there twice; names that differ in case alone are one file on some systems.");
            }
        }
    }

    private void CompareWithList(long packed, PackageLimits limits)
    {
        foreach (var file in Files.Files)
        {
            if (!_entries.TryGetValue(file.Path, out var entry) || entry.FullName != file.Path)
            {
                throw new PackageException("modified", $"META/files.json lists '{PackagePath.Show(file.Path)}', which is not in the package.");
            }

            if (file.Size > PackageLimits.RatioFrom && file.Size > limits.Ratio * Math.Max(1, entry.CompressedLength))
            {
                throw new PackageException("limit", $"'{PackagePath.Show(file.Path)}' is more than {limits.Ratio} times larger unpacked than packed.");
            }
        }

        var listed = Files.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        if (_entries.Values.FirstOrDefault(entry => !PackagePath.IsOfTheSeal(entry.FullName) && !listed.Contains(entry.FullName)) is { } extra)
        {
            throw new PackageException("modified", $"The package holds '{PackagePath.Show(extra.FullName)}', which META/files.json does not list.");
        }

        // Entries may share bytes, so that each is small against its own share and all are not.
        var total = Files.Files.Sum(file => file.Size);
        if (total > PackageLimits.RatioFrom && total > limits.Ratio * packed)
        {
            throw new PackageException("limit", $"The files are more than {limits.Ratio} times larger than the package.");
        }
    }

    private byte[]? ReadSmall(string name, int most)
    {
        if (!_entries.TryGetValue(name, out var entry))
        {
            return null;
        }

        using var stream = entry.Open();
        using var buffer = new MemoryStream();
        var part = new byte[8192];
        for (int read; (read = stream.Read(part)) > 0;)
        {
            buffer.Write(part, 0, read);
            if (buffer.Length > most)
            {
                throw new PackageException("limit", $"{name} has more than {most:N0} bytes.");
            }
        }

        return buffer.ToArray();
    }

    private async Task CopyAsync(PackageFile file, FileStream target, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(81920);
        try
        {
            await using var source = await _entries[file.Path].OpenAsync(cancellationToken);
            var left = file.Size;
            for (int read; (read = await source.ReadAsync(buffer, cancellationToken)) > 0; left -= read)
            {
                if (read > left)
                {
                    throw Modified(file);
                }

                hash.AppendData(buffer, 0, read);
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            if (left != 0 || Convert.ToHexStringLower(hash.GetHashAndReset()) != file.Sha256)
            {
                throw Modified(file);
            }
        }
        catch (Exception error) when (IsOfTheZip(error))
        {
            throw Damaged(error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static PackageException Modified(PackageFile file) =>
        new("modified", $"'{PackagePath.Show(file.Path)}' is not as it was packed: its length or SHA-256 differs from META/files.json.");

    private static bool IsOfTheZip(Exception error) =>
        error is InvalidDataException or EndOfStreamException or NotSupportedException or ArgumentException or IndexOutOfRangeException or OverflowException;

    private static PackageException Damaged(Exception error) => new("zip", $"The package is damaged: {error.Message} Get it again from where it came.");
}
