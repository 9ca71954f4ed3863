using System.Text;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>Looks for planted secrets in texts: as they are, in base64, and as they stand in an address.</summary>
internal static class SecretSearch
{
    /// <summary>The name of a secret that is in the text; null when none is.</summary>
    internal static string? Find(string text, IReadOnlyDictionary<string, string> secrets) =>
        text.Contains(Bench.Mask, StringComparison.Ordinal)
            ? "cut out by the host"
            : secrets.FirstOrDefault(secret => Forms(secret.Value).Any(form => text.Contains(form, StringComparison.Ordinal))).Key;

    private static IEnumerable<string> Forms(string secret)
    {
        yield return secret;
        yield return Uri.EscapeDataString(secret);

        // Base64 of a longer text holds the secret at one of three offsets; its middle is the same wherever it begins.
        for (var offset = 0; offset < 3; offset++)
        {
            var bytes = Encoding.UTF8.GetBytes(new string('x', offset) + secret);
            yield return Convert.ToBase64String(bytes[..(bytes.Length - (bytes.Length % 3))])[(offset == 0 ? 0 : 4)..];
        }
    }
}
