using System.Globalization;

namespace CustomerInsights.Plugins.Schema;

/// <summary>The formats that are looked at. Others are hints for forms and pass. A complaint is a warning, never a refusal.</summary>
internal static class SchemaFormat
{
    internal static string? Complaint(string format, string text) => format switch
    {
        "uri" when !Uri.TryCreate(text, UriKind.Absolute, out _) => $"{JsonText.Quote(text)} does not look like an absolute URL such as https://example.com/.",
        "email" when !LooksLikeEmail(text) => $"{JsonText.Quote(text)} does not look like an e-mail address.",
        "date" when !DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) =>
            $"{JsonText.Quote(text)} does not look like a date such as 2026-11-22.",
        "date-time" when !(text.Contains('T', StringComparison.OrdinalIgnoreCase)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)) =>
            $"{JsonText.Quote(text)} does not look like a time such as 2026-11-22T09:00:00Z.",
        "uuid" when !Guid.TryParseExact(text, "D", out _) => $"{JsonText.Quote(text)} does not look like a UUID.",
        _ => null,
    };

    private static bool LooksLikeEmail(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at < text.Length - 1 && text.IndexOf('@', at + 1) < 0 && !text.Contains(' ', StringComparison.Ordinal);
    }
}
