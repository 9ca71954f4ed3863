using System.Globalization;
using System.Text;
using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.Plugins.Trust;

/// <summary>A statement, signed with the old key, that a new key speaks for the same publisher.</summary>
/// <param name="Publisher">The publisher's id.</param>
/// <param name="OldKeyId">The key that signs.</param>
/// <param name="NewKeyId">The key that follows.</param>
/// <param name="Spki">The public half of the new key.</param>
/// <param name="IssuedUtc">When, to the second.</param>
/// <param name="Value">ES256 of the old key over <see cref="Statement"/>, base64.</param>
public sealed record KeyRotation(string Publisher, string OldKeyId, string NewKeyId, string Spki, DateTimeOffset IssuedUtc, string Value)
{
    /// <summary>Makes the statement.</summary>
    /// <param name="publisher">The publisher's id.</param>
    /// <param name="old">The key that signs.</param>
    /// <param name="next">The key that follows.</param>
    /// <param name="now">The time to write down.</param>
    /// <returns>The statement.</returns>
    public static KeyRotation Issue(string publisher, SigningKey old, TrustedKey next, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(next);
        var second = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        var blank = new KeyRotation(publisher, old.KeyId, next.KeyId, next.Spki, second, "");
        return blank with { Value = old.Sign(blank.Statement(), SignatureRole.Publisher, second).Value };
    }

    internal bool IsSignedBy(TrustedKey old) =>
        old.KeyId == OldKeyId && new PackageSignature(OldKeyId, SignatureRole.Publisher, IssuedUtc, Value).Bytes is { } bytes && old.Verifies(Statement(), bytes);

    // One line a member, and a first line that no other signed text of ours has: a signature here means nothing elsewhere.
    private byte[] Statement() => Encoding.UTF8.GetBytes(string.Join(
        '\n', "customer-insights key rotation 1", Publisher, OldKeyId, NewKeyId, Spki, IssuedUtc.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)));
}
