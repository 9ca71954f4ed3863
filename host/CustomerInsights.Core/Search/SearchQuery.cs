namespace CustomerInsights.Core.Search;

/// <summary>How a profile was found, the best first.</summary>
public enum SearchMatch
{
    /// <summary>The text is an identifier of it.</summary>
    Identifier = 0,

    /// <summary>Every word of the text is one of its words.</summary>
    Words = 1,

    /// <summary>Every word of the text begins one of its words.</summary>
    Beginnings = 2,

    /// <summary>The text begins an identifier of it, or a phone number ends as it does.</summary>
    IdentifierPart = 3,

    /// <summary>Every word of the text begins one of its words, or is one but for a typing error or two.</summary>
    Similar = 4,
}

/// <summary>A place among the found: those of one kind stand in the order of their numbers.</summary>
/// <param name="Match">How it was found.</param>
/// <param name="Number">The profile's number.</param>
public readonly record struct SearchHit(SearchMatch Match, long Number) : IComparable<SearchHit>
{
    /// <inheritdoc />
    public int CompareTo(SearchHit other) => Match != other.Match ? Match.CompareTo(other.Match) : Number.CompareTo(other.Number);

    /// <summary>Whether one is before the other.</summary>
    public static bool operator <(SearchHit left, SearchHit right) => left.CompareTo(right) < 0;

    /// <summary>Whether one is behind the other.</summary>
    public static bool operator >(SearchHit left, SearchHit right) => left.CompareTo(right) > 0;

    /// <summary>Whether one is not behind the other.</summary>
    public static bool operator <=(SearchHit left, SearchHit right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one is not before the other.</summary>
    public static bool operator >=(SearchHit left, SearchHit right) => left.CompareTo(right) >= 0;
}

/// <summary>What is searched.</summary>
public sealed class SearchQuery
{
    private static readonly string[] s_byText = ["email", "id"];

    private const int MostWords = 16;
    private const int ShortestPart = 3;
    private const int FewestWithoutCountry = 6;

    /// <summary>Takes a text apart.</summary>
    /// <param name="text">What a person typed.</param>
    /// <param name="names">Whether words of names count.</param>
    /// <param name="identifierType">The type of identifiers that count: <c>email</c>, <c>phone</c>, <c>id</c> for the others, <c>*</c> for all, null for none.</param>
    public SearchQuery(string text, bool names = true, string? identifierType = "*")
    {
        ArgumentNullException.ThrowIfNull(text);
        Words = names ? [.. SearchWords.Of(text).Take(MostWords)] : [];
        Distinct = [.. Words.Distinct(StringComparer.Ordinal)];
        var trimmed = text.Trim();
        if (identifierType is null || trimmed.Length == 0)
        {
            return;
        }

        foreach (var type in s_byText.Where(type => identifierType == "*" || identifierType == type))
        {
            Exact.Add(SearchEntry.Identifier(type, trimmed));
            if (trimmed.Length >= ShortestPart)
            {
                Parts.Add(SearchEntry.Identifier(type, trimmed));
            }
        }

        if (identifierType is "phone" or "*" && SearchEntry.PhoneDigits(trimmed) is { } digits)
        {
            Exact.Add(SearchEntry.Identifier("phone", digits));
            Parts.Add(SearchEntry.Identifier("phone", digits));

            // The number may be stored without its country, whose code has one to three digits.
            for (var country = 1; country <= 3 && digits.Length - country >= FewestWithoutCountry; country++)
            {
                Shorter.Add(SearchEntry.Identifier("phone", digits[country..]));
            }
        }
    }

    /// <summary>The words of the text, at most 16.</summary>
    public IReadOnlyList<string> Words { get; }

    internal IReadOnlyList<string> Distinct { get; }

    /// <summary>Terms of identifiers that the text is.</summary>
    internal List<string> Exact { get; } = [];

    /// <summary>Terms of identifiers that the text begins.</summary>
    internal List<string> Parts { get; } = [];

    /// <summary>Terms of identifiers that the text ends in.</summary>
    internal List<string> Shorter { get; } = [];

    /// <summary>How an entry is found by it; null when it is not.</summary>
    public SearchMatch? Match(SearchEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (Exact.Exists(term => entry.Identifiers.Contains(term)))
        {
            return SearchMatch.Identifier;
        }

        if (Distinct.Count > 0)
        {
            if (Distinct.All(word => entry.Words.Contains(word)))
            {
                return SearchMatch.Words;
            }

            if (Distinct.All(word => entry.Words.Any(other => other.StartsWith(word, StringComparison.Ordinal))))
            {
                return SearchMatch.Beginnings;
            }
        }

        if (Parts.Exists(part => entry.Identifiers.Any(term => term.StartsWith(part, StringComparison.Ordinal))) || Shorter.Exists(term => entry.Identifiers.Contains(term)))
        {
            return SearchMatch.IdentifierPart;
        }

        return Distinct.Count > 0 && Distinct.All(word => entry.Words.Any(other => IsLike(word, other))) ? SearchMatch.Similar : null;
    }

    /// <summary>Whether a word of an entry is begun by a word of the text, or is it but for typing errors.</summary>
    public static bool IsLike(string word, string other)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(other);
        var errors = SimilarTerms.Errors(word.Length);
        return other.StartsWith(word, StringComparison.Ordinal) || (errors > 0 && SimilarTerms.Distance(word, other, errors) <= errors);
    }
}
