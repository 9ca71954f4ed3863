using System.Text;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Cyrillic and Greek letters in Latin ones, one usual way for each letter (near ISO 9 and ELOT 743, without marks). The ways differ from office to
/// office; what one spelling has more or less, the comparison of names bears. Other scripts stay as they are.
/// </summary>
internal static class Scripts
{
    private const char FirstGreek = '\u03b1';
    private const char FirstCyrillic = '\u0430';

    private static readonly string[] s_greek = "a v g d e z i th i k l m n x o p r s s t y f ch ps o".Split(' ');
    private static readonly string[] s_cyrillic = "a b v g d e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya".Split(' ');

    /// <summary>Appends a lower-case letter, in Latin where there is a way.</summary>
    internal static void Append(StringBuilder text, char letter)
    {
        var latin = letter < FirstGreek ? null
            : letter - FirstGreek < s_greek.Length ? s_greek[letter - FirstGreek]
            : letter >= FirstCyrillic && letter - FirstCyrillic < s_cyrillic.Length ? s_cyrillic[letter - FirstCyrillic]
            : Ukrainian(letter);
        if (latin is null)
        {
            text.Append(letter);
        }
        else if (latin != "-")
        {
            text.Append(latin);
        }
    }

    private static string? Ukrainian(char letter) => letter switch
    {
        '\u0454' => "ye",
        '\u0456' => "i",
        '\u0491' => "g",
        '\u0458' => "j",
        '\u0459' => "lj",
        '\u045a' => "nj",
        '\u0452' => "dj",
        '\u045b' => "c",
        '\u045f' => "dz",
        _ => null,
    };
}
