using System.Text.Json.Serialization;

namespace CustomerInsights.Plugins.Packaging;

/// <summary>Who signs.</summary>
public enum SignatureRole
{
    /// <summary>Who made the plugin.</summary>
    Publisher = 0,

    /// <summary>Who offers it in a catalog.</summary>
    Catalog = 1,
}

/// <summary>One entry of <c>META/signature.json</c>: ES256 over the exact bytes of <c>META/files.json</c>.</summary>
/// <param name="KeyId">The key's name.</param>
/// <param name="Role">Who signs.</param>
/// <param name="SignedUtc">When, by the signer's own word.</param>
/// <param name="Value">The 64 bytes r and s, in base64.</param>
public sealed record PackageSignature(string KeyId, SignatureRole Role, DateTimeOffset SignedUtc, string Value)
{
    // A publisher, a catalog, and both again while a key is changed; more is somebody playing.
    private const int Most = 16;

    /// <summary>The 64 bytes, or null when the text is not that.</summary>
    [JsonIgnore]
    internal byte[]? Bytes
    {
        get
        {
            var bytes = new byte[64];
            return Value.Length == 88 && Convert.TryFromBase64String(Value, bytes, out var written) && written == 64 ? bytes : null;
        }
    }

    internal static IReadOnlyList<PackageSignature> ReadAll(ReadOnlySpan<byte> utf8)
    {
        var all = PackageJson.Read<List<PackageSignature>>(utf8, PackagePath.Signatures);
        return all.Count <= Most && all.TrueForAll(one => one is { KeyId: not null, Value: not null })
            ? all
            : throw new PackageException("json", $"META/signature.json holds {all.Count} signatures or an empty one; at most {Most} are read.");
    }

    internal static byte[] WriteAll(IEnumerable<PackageSignature> all) => PackageJson.Write(all.ToList());
}
