using System.Globalization;
using System.Text;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>What a person types, made into an identifier's form or into a query of the full-text index that cannot be a syntax error.</summary>
internal static class SearchText
{
    private const int MostWords = 16;

    /// <summary>The text to index. A NUL would end it for the tokenizer.</summary>
    public static string Words(string displayName, string searchText) => $"{displayName} {searchText}".Replace('\0', ' ');

    /// <summary>All words required, once as whole words and once as prefixes, each quoted; null when there is no word in the text.</summary>
    public static (string Whole, string Prefixes)? Query(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsPartOfWord(rune))
            {
                word.Append(rune.ToString());
            }
            else
            {
                Take(words, word);
            }
        }

        Take(words, word);
        return words.Count == 0
            ? null
            : (string.Join(' ', words.Take(MostWords).Select(whole => $"\"{whole}\"")),
                string.Join(' ', words.Take(MostWords).Select(prefix => $"\"{prefix}\"*")));
    }

    public static string Email(string text) => text.Trim().ToLowerInvariant();

    public static string Phone(string text) => string.Concat(text.Where(char.IsAsciiDigit));

    // U+FFFD stands for a lone surrogate here; it is no letter.
    private static bool IsPartOfWord(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static void Take(List<string> words, StringBuilder word)
    {
        if (word.Length > 0)
        {
            words.Add(word.ToString());
            word.Clear();
        }
    }
}
