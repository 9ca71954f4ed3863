using System.Globalization;
using System.Text;

namespace CustomerInsights.Core.Search;

/// <summary>
/// Text as words to be found by: in lower case, accents off, letters of one script that others write with two taken apart (ß is ss, ø is o). An apostrophe joins: O'Brien is
/// obrien. Where a script has no spaces (Han, Kana) every character is a word.
/// </summary>
public static class SearchWords
{
    /// <summary>The most words of a text that count.</summary>
    public const int Most = 64;

    private const int Longest = 64;

    /// <summary>The words, in order, repetitions included.</summary>
    /// <param name="text">Any text; lone surrogates and control characters part words.</param>
    /// <returns>At most <see cref="Most"/> words of at most 64 characters; longer ones are cut.</returns>
    public static IReadOnlyList<string> Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in Decomposed(text).EnumerateRunes())
        {
            if (words.Count == Most)
            {
                return words;
            }

            if (IsMark(rune) || rune.Value is '\'' or '\u2019' or '\u02bc')
            {
                continue;
            }

            if (!Rune.IsLetterOrDigit(rune))
            {
                Take(words, word);
            }
            else if (StandsAlone(rune.Value))
            {
                Take(words, word);
                word.Append(rune.ToString());
                Take(words, word);
            }
            else
            {
                Append(word, Rune.ToLowerInvariant(rune));
            }
        }

        Take(words, word);
        return words.Count > Most ? words[..Most] : words;
    }

    // Lone surrogates cannot be normalised; they part words.
    private static string Decomposed(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var whole = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            whole.Append(rune.ToString());
        }

        return whole.ToString().Normalize(NormalizationForm.FormKD);
    }

    // Marks that belong to a letter of a script that is written with them stay off too: who types leaves them off as well.
    private static bool IsMark(Rune rune) => !rune.IsAscii && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    private static bool StandsAlone(int value) => value is (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);

    private static void Append(StringBuilder word, Rune rune)
    {
        if (word.Length >= Longest)
        {
            return;
        }

        _ = rune.Value switch
        {
            'ß' => word.Append("ss"),
            'æ' => word.Append("ae"),
            'œ' => word.Append("oe"),
            'ø' => word.Append('o'),
            'đ' or 'ð' => word.Append('d'),
            'ł' => word.Append('l'),
            'þ' => word.Append("th"),
            'ı' => word.Append('i'),
            _ => word.Append(rune.ToString()),
        };
    }

    private static void Take(List<string> words, StringBuilder word)
    {
        if (word.Length > 0 && words.Count < Most)
        {
            words.Add(word.ToString());
        }

        word.Clear();
    }
}
