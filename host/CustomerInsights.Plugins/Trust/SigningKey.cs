using System.Security.Cryptography;
using System.Text;
using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.Plugins.Trust;

/// <summary>A private key of a publisher or a catalog: ECDSA on P-256. Never in the host, but in the hands of who packs.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly ECDsa _key;

    private SigningKey(string keyId, ECDsa key) => (KeyId, _key) = (keyId, key);

    /// <summary>The key's name, <c>acme-2026a</c>.</summary>
    public string KeyId { get; }

    /// <summary>The public half, as trust files and catalogs carry it.</summary>
    public TrustedKey Public => new(KeyId, Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo()));

    /// <summary>Makes a key.</summary>
    /// <param name="keyId">Its name.</param>
    /// <returns>The key; dispose it.</returns>
    public static SigningKey Create(string keyId) => new(keyId, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads what <see cref="WriteAsync"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The key; dispose it.</returns>
    /// <exception cref="PackageException">The file does not hold one.</exception>
    public static async Task<SigningKey> ReadAsync(string path, CancellationToken cancellationToken) =>
        Parse(await File.ReadAllTextAsync(path, cancellationToken), path);

    /// <summary>Reads the text of such a file, from where a build server keeps its secrets.</summary>
    /// <param name="json">The text.</param>
    /// <param name="what">Where it came from, for messages; the text itself is in none.</param>
    /// <returns>The key; dispose it.</returns>
    /// <exception cref="PackageException">It does not hold one.</exception>
    public static SigningKey Parse(string json, string what)
    {
        var text = PackageJson.Read<KeyFile>(Encoding.UTF8.GetBytes(json), what);
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(Convert.FromBase64String(text.Pkcs8), out _);
            return new(text.KeyId, key);
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            key.Dispose();
            throw new PackageException("key", $"{what} does not hold a private key that can be read. Make one with 'ci-plugin keygen'.");
        }
    }

    /// <summary>Keeps the key in a file that only its owner may read.</summary>
    /// <param name="path">The file; must not exist.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <returns>When it is written.</returns>
    public async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var stream = new FileStream(path, options);
        await stream.WriteAsync(PackageJson.Write(new KeyFile(KeyId, Convert.ToBase64String(_key.ExportPkcs8PrivateKey()))), cancellationToken);
    }

    /// <summary>Signs.</summary>
    /// <param name="data">The exact bytes.</param>
    /// <param name="role">As whom.</param>
    /// <param name="now">The time to write down.</param>
    /// <returns>The signature.</returns>
    public PackageSignature Sign(ReadOnlySpan<byte> data, SignatureRole role, DateTimeOffset now) =>
        new(KeyId, role, now, Convert.ToBase64String(_key.SignData(data, HashAlgorithmName.SHA256)));

    /// <inheritdoc />
    public void Dispose() => _key.Dispose();

    private sealed record KeyFile(string KeyId, string Pkcs8);
}
