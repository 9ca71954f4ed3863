using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CustomerInsights.Host.Features.Access;

/// <summary>An API key as people carry it: <c>ci_&lt;id&gt;_&lt;secret&gt;</c>. The id finds the row, the secret (256 random bits) proves it.</summary>
internal static class ApiKeyText
{
    private const int IdLength = 12;
    private const int SecretLength = 43; // 32 bytes as base64url

    public static (string Id, string Text, byte[] Hash) Make()
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdLength / 2));
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (id, $"ci_{id}_{secret}", Hash(secret));
    }

    public static bool TryParse(ReadOnlySpan<char> text, out string id, out string secret)
    {
        (id, secret) = ("", "");
        if (text.Length != 3 + IdLength + 1 + SecretLength || !text.StartsWith("ci_", StringComparison.Ordinal) || text[3 + IdLength] != '_')
        {
            return false;
        }

        id = text.Slice(3, IdLength).ToString();
        secret = text[(3 + IdLength + 1)..].ToString();
        return true;
    }

    // A fast hash is enough: the secret has 256 random bits, so there is nothing to guess.
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.ASCII.GetBytes(secret));
}
