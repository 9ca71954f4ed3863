namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>E-mail addresses, compared whatever the case.</summary>
internal static class Addresses
{
    private const int Longest = 320;

    /// <summary>Whether a text can be an address: one @ with something on both sides, no blanks.</summary>
    public static bool IsAddress(string? text) =>
        text is { Length: >= 3 and <= Longest } && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at == text.LastIndexOf('@') && at < text.Length - 1 && !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter));

    /// <summary>The form in which addresses are compared and hashed; null for what is none.</summary>
    public static string? Normal(string? text) => text?.Trim() is { } trimmed && IsAddress(trimmed) ? trimmed.ToLowerInvariant() : null;

    /// <summary>Whether an address is of one of these domains, or of one below it.</summary>
    public static bool IsOf(string address, IReadOnlyList<string> domains)
    {
        var domain = address.AsSpan(address.IndexOf('@', StringComparison.Ordinal) + 1);
        foreach (var excluded in domains)
        {
            if (domain.Equals(excluded, StringComparison.OrdinalIgnoreCase)
                || (domain.Length > excluded.Length && domain[^(excluded.Length + 1)] == '.' && domain.EndsWith(excluded, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }
}
