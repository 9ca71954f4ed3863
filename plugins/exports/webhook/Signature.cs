using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CustomerInsights.Exports.Webhook;

/// <summary>
/// Signs a body as Stripe does: <c>t=UNIX,v1=HEX</c>, where HEX is HMAC-SHA256 of <c>UNIX.BODY</c> with the secret's UTF-8 bytes as key. While a secret is
/// being changed there are two <c>v1</c>; a receiver takes a delivery when one of them is right and the time is near.
/// </summary>
internal static class Signature
{
    /// <summary>The header.</summary>
    public const string Header = "Webhook-Signature";

    /// <summary>The header's value.</summary>
    /// <param name="secrets">One secret or two.</param>
    /// <param name="body">The body as it is sent, byte by byte.</param>
    /// <param name="at">When it is sent.</param>
    public static string Of(IEnumerable<string> secrets, ReadOnlySpan<byte> body, DateTimeOffset at)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(time + "."), .. body];
        return $"t={time}" + string.Concat(secrets.Select(secret => $",v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}"));
    }
}
