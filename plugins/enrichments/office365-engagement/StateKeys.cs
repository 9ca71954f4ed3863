using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>A keyed hash of an id or address: the first 128 bits of HMAC-SHA-256.</summary>
internal readonly record struct KeyedHash(ulong High, ulong Low)
{
    /// <summary>As the name of a stored value.</summary>
    public override string ToString() => $"{High:x16}{Low:x16}";
}

/// <summary>
/// The keys of what is remembered between runs: one hashes, one encrypts (AES-GCM, bound to the name of the value). Both come from the client secret by
/// HKDF (RFC 5869), so that nobody has to keep a further secret, and whoever revokes the secret makes the state unreadable; then everything is read anew.
/// </summary>
internal sealed class StateKeys(string secret, string purpose) : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _hash = Derive(secret, purpose, "hash");
    private readonly AesGcm _seal = new(Derive(secret, purpose, "seal"), TagBytes);

    /// <summary>Hashes.</summary>
    /// <param name="kind">What it is, so that equal texts of two kinds differ.</param>
    /// <param name="text">The text.</param>
    public KeyedHash Of(string kind, string text)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(_hash, Encoding.UTF8.GetBytes($"{kind}\0{text}"), hash);
        return new KeyedHash(BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]));
    }

    /// <summary>Encrypts what is stored under a name.</summary>
    public byte[] Seal(string name, ReadOnlySpan<byte> plain)
    {
        var sealedBytes = new byte[NonceBytes + plain.Length + TagBytes];
        RandomNumberGenerator.Fill(sealedBytes.AsSpan(0, NonceBytes));
        lock (_seal)
        {
            _seal.Encrypt(sealedBytes.AsSpan(0, NonceBytes), plain, sealedBytes.AsSpan(NonceBytes, plain.Length), sealedBytes.AsSpan(NonceBytes + plain.Length), Encoding.UTF8.GetBytes(name));
        }

        return sealedBytes;
    }

    /// <summary>Decrypts; null for what is of another key or was changed, which is as good as nothing.</summary>
    public byte[]? Open(string name, ReadOnlySpan<byte> sealedBytes)
    {
        if (sealedBytes.Length < NonceBytes + TagBytes)
        {
            return null;
        }

        var plain = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        try
        {
            lock (_seal)
            {
                _seal.Decrypt(sealedBytes[..NonceBytes], sealedBytes[NonceBytes..^TagBytes], sealedBytes[^TagBytes..], plain, Encoding.UTF8.GetBytes(name));
            }

            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _seal.Dispose();
        CryptographicOperations.ZeroMemory(_hash);
    }

    private static byte[] Derive(string secret, string purpose, string use) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, Encoding.UTF8.GetBytes(purpose), Encoding.UTF8.GetBytes($"office365-engagement {use} 1"));
}
