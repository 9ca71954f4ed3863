using System.IO.Compression;
using System.Text;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Tests.Packaging;

/// <summary>Small packages in a folder of their own, good ones and edited ones.</summary>
internal sealed class Packages : IDisposable
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    internal string Folder { get; } = Directory.CreateTempSubdirectory("ci-packages-").FullName;

    internal SigningKey Key { get; } = SigningKey.Create("test-2026a");

    /// <summary>The healthy test plugin, packed; its bytes.</summary>
    internal async Task<byte[]> PackAsync(bool signed = true, string id = "test.healthy", SigningKey? key = null)
    {
        var file = Path.Combine(Folder, Guid.NewGuid().ToString("N") + ".ciplugin");
        await PackageWriter.PackAsync(Built(id), file, signed ? key ?? Key : null, Now, CancellationToken.None);
        return await File.ReadAllBytesAsync(file);
    }

    internal static string Built(string id) => Path.Combine(AppContext.BaseDirectory, "test-plugins", id, "1.0.0");

    internal TrustSet Trusting(Func<TrustedKey, TrustedKey>? change = null, params KeyRotation[] rotations) => new([
        new TrustDocument
        {
            Publishers = [new TrustedPublisher("test", "Test Ltd", PublisherTrust.Verified, [change?.Invoke(Key.Public) ?? Key.Public])],
            Rotations = rotations,
        },
    ]);

    /// <summary>Changes a package's entries as an attacker would; the list and the signature stay as they are.</summary>
    internal static byte[] Edit(byte[] package, Action<ZipArchive> edit)
    {
        using var stream = new MemoryStream();
        stream.Write(package);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            edit(zip);
        }

        return stream.ToArray();
    }

    internal static void Add(ZipArchive zip, string name, string text, int attributes = 0)
    {
        var entry = zip.CreateEntry(name);
        entry.ExternalAttributes = attributes;
        using var stream = entry.Open();
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Replaces the list by one over what is in the package now, unsigned: to get past the list to the other checks.</summary>
    internal static byte[] WithList(byte[] package, string list) => Edit(package, zip =>
    {
        zip.GetEntry("META/files.json")!.Delete();
        Add(zip, "META/files.json", list);
    });

    internal static PackageArchive Open(byte[] package, PackageLimits? limits = null) => PackageArchive.Open(new MemoryStream(package), limits);

    internal async Task<string> InstallAsync(byte[] package, string id = "test.healthy")
    {
        var folder = Path.Combine(Folder, Guid.NewGuid().ToString("N"), id, "1.0.0");
        using var archive = Open(package);
        await archive.ExtractAsync(folder, null, CancellationToken.None);
        return folder;
    }

    public void Dispose()
    {
        Key.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
