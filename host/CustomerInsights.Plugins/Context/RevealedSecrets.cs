using System.Collections.Immutable;
using System.Text;

namespace CustomerInsights.Plugins.Context;

/// <summary>Secrets that a loaded version has been shown; cut out of everything it says. Safe for any thread.</summary>
internal sealed class RevealedSecrets(string mask = RevealedSecrets.Mask)
{
    internal const string Mask = "***";

    // Below four characters a "secret" would eat ordinary text, and is none.
    private const int Shortest = 4;

    // Longest first, so that a secret that contains another is cut out whole.
    private ImmutableArray<string> _forms = [];

    internal void Add(string secret)
    {
        if (secret.Length < Shortest)
        {
            return;
        }

        string[] forms = [secret, Uri.EscapeDataString(secret), Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))];
        ImmutableInterlocked.Update(ref _forms, known => [.. known.Union(forms, StringComparer.Ordinal).OrderByDescending(form => form.Length)]);
    }

    internal string Redact(string text)
    {
        foreach (var form in _forms)
        {
            text = text.Replace(form, mask, StringComparison.Ordinal);
        }

        return text;
    }
}
