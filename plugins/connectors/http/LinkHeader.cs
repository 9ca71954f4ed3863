using System.Text.RegularExpressions;

namespace CustomerInsights.Connectors.Http;

/// <summary>The Link header, RFC 8288.</summary>
internal static partial class LinkHeader
{
    private const int Longest = 16 * 1024;

    /// <summary>The address with the relation <c>next</c>; null when there is none.</summary>
    public static string? Next(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("Link", out var values))
        {
            return null;
        }

        var text = string.Join(", ", values.AsEnumerable());
        return text.Length > Longest ? null : Link().Matches(text).Where(match => IsNext(match.Groups["rel"].Value)).Select(match => match.Groups["url"].Value).FirstOrDefault();
    }

    private static bool IsNext(string relations) => relations.Split(' ').Contains("next", StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex("""<(?<url>[^<>]*)>(?:\s*;\s*(?:rel\s*=\s*(?:"(?<rel>[^"]*)"|(?<rel>[^\s;,"]+))|[A-Za-z*-]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]*))?))*""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
