using CustomerInsights.Core.Search;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Profiles.Search;

/// <summary>How a profile was found.</summary>
/// <param name="By">identifier, words, beginnings, identifierPart or similar (with a typing error), the best first.</param>
/// <param name="Words">The words of its display name that the text found, folded (lower case, without accents), to be shown as found.</param>
public sealed record MatchResponse(SearchMatch By, IReadOnlyList<string> Words)
{
    internal static MatchResponse? Of(IReadOnlyDictionary<long, SearchMatch> matches, StoredProfile profile, string? text) => text is not null && matches.TryGetValue(profile.Number, out var match)
        ? new MatchResponse(match, [.. SearchWords.Of(profile.DisplayName).Where(word => SearchWords.Of(text).Any(searched => SearchQuery.IsLike(searched, word))).Distinct(StringComparer.Ordinal)])
        : null;
}
