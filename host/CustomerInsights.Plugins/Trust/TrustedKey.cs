using System.Security.Cryptography;
using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.Plugins.Trust;

/// <summary>A public key, ES256, as trust files and catalogs carry it.</summary>
/// <param name="KeyId">Its name.</param>
/// <param name="Spki">SubjectPublicKeyInfo, base64.</param>
public sealed record TrustedKey(string KeyId, string Spki)
{
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>What was signed after this is not accepted; what was signed before stays. By the signer's own clock.</summary>
    public DateTimeOffset? NotAfterUtc { get; init; }

    /// <summary>Since when it is revoked. Nothing that it signed is accepted, early or late: a thief dates as he likes.</summary>
    public DateTimeOffset? RevokedUtc { get; init; }

    /// <summary>Why it was revoked.</summary>
    public string? RevokedReason { get; init; }

    /// <summary>Reads a public key from a file.</summary>
    /// <param name="path">The file; small.</param>
    /// <returns>The key, or null when there is no file.</returns>
    /// <exception cref="PackageException">The file does not hold one.</exception>
    public static TrustedKey? Read(string path) => File.Exists(path) ? PackageJson.Read<TrustedKey>(File.ReadAllBytes(path), path) : null;

    /// <summary>Whether the signature is this key's and over these bytes. About 0.1 ms.</summary>
    /// <param name="data">The exact bytes.</param>
    /// <param name="signature">The 64 bytes r and s.</param>
    /// <returns>True when it is; false also for a key that cannot be read.</returns>
    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(Spki), out _);
            return key.ExportParameters(false).Curve.Oid?.Value == P256 && key.VerifyData(data, signature, HashAlgorithmName.SHA256);
        }
        catch (Exception error) when (error is CryptographicException or FormatException or PlatformNotSupportedException)
        {
            // The last one: a curve that this system does not have.
            return false;
        }
    }

    internal bool Verifies(ReadOnlySpan<byte> data, PackageSignature signature) =>
        signature.Bytes is { } bytes && signature.KeyId == KeyId && Verifies(data, bytes);
}
