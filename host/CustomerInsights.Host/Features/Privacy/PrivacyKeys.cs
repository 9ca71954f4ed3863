using System.Security.Cryptography;
using System.Text;
using CustomerInsights.Storage.Privacy;
using Microsoft.AspNetCore.DataProtection;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>
/// The keys of this slice: one for hashes of what names people, one to sign receipts. Made once, encrypted with the data directory's protection keys, kept in
/// the store.
/// </summary>
internal sealed class PrivacyKeys(IPrivacyStore store, IDataProtectionProvider protection) : IDisposable
{
    private const int HashKeyBytes = 32;

    private readonly IDataProtector _protector = protection.CreateProtector("CustomerInsights.Privacy.v1");
    private readonly SemaphoreSlim _once = new(1, 1);
    private Loaded? _loaded;

    /// <summary>The keys; read, or made, at the first call.</summary>
    public async ValueTask<Loaded> LoadAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _loaded) is { } loaded)
        {
            return loaded;
        }

        await _once.WaitAsync(cancellationToken);
        try
        {
            if (_loaded is null)
            {
                var hashing = _protector.Unprotect(await store.SecretAsync("hash", _protector.Protect(RandomNumberGenerator.GetBytes(HashKeyBytes)), cancellationToken));
                using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                var signing = _protector.Unprotect(await store.SecretAsync("sign", _protector.Protect(fresh.ExportPkcs8PrivateKey()), cancellationToken));
                Volatile.Write(ref _loaded, new Loaded(hashing, signing));
            }

            return _loaded;
        }
        finally
        {
            _once.Release();
        }
    }

    public void Dispose() => _once.Dispose();

    /// <summary>The keys, ready for use from any thread.</summary>
    internal sealed class Loaded(byte[] hashing, byte[] signing)
    {
        /// <summary>The keyed hash of a value of a kind; without the key nobody can try values out.</summary>
        public byte[] Hash(string kind, string value) => HMACSHA256.HashData(hashing, Encoding.UTF8.GetBytes($"{kind}\u001f{value}"));

        /// <summary>The same as text.</summary>
        public string HashText(string kind, string value) => Convert.ToHexStringLower(Hash(kind, value));

        /// <summary>Signs a text: ECDSA over P-256 with SHA-256, base64.</summary>
        public string Sign(string text)
        {
            using var key = Key();
            return Convert.ToBase64String(key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256));
        }

        /// <summary>Whether this host signed the text.</summary>
        public bool Verify(string text, string signature)
        {
            var bytes = new byte[signature.Length];
            if (!Convert.TryFromBase64String(signature, bytes, out var length))
            {
                return false;
            }

            using var key = Key();
            return key.VerifyData(Encoding.UTF8.GetBytes(text), bytes.AsSpan(0, length), HashAlgorithmName.SHA256);
        }

        /// <summary>The public part, PEM: a receipt can be verified without the host.</summary>
        public string PublicKey()
        {
            using var key = Key();
            return key.ExportSubjectPublicKeyInfoPem();
        }

        private ECDsa Key()
        {
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(signing, out _);
            return key;
        }
    }
}
