namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// A rough code of how a Latin-script name sounds: letters that are often confused become one, vowels after the first place and doubled letters go.
/// Made for finding candidates: it must bring together, and what it brings together wrongly costs a comparison.
/// </summary>
internal static class Phonetic
{
    private const int Longest = 6;

    /// <summary>The code as a number, at least 1; 0 for a text without letters of a to z.</summary>
    internal static ulong Code(ReadOnlySpan<char> text)
    {
        var (code, length, before) = (0UL, 0, '\0');
        for (var i = 0; i < text.Length && length < Longest; i++)
        {
            var c = text[i];
            if (c is < 'a' or > 'z')
            {
                continue;
            }

            var sound = Sound(text, ref i);
            if (sound == before || (length > 0 && sound == 'a'))
            {
                before = sound == 'a' ? before : sound;
                continue;
            }

            code = (code << 5) | (uint)(sound - 'a' + 1);
            length++;
            before = sound;
        }

        return code;
    }

    private static char Sound(ReadOnlySpan<char> text, ref int i)
    {
        var c = text[i];
        var next = i + 1 < text.Length ? text[i + 1] : '\0';
        switch (c)
        {
            case 'a' or 'e' or 'i' or 'o' or 'u' or 'y' or 'h' or 'w':
                return 'a';
            case 'p' when next == 'h':
                i++;
                return 'f';
            case 's' when next is 'c' or 'h' or 'z':
            case 'c' when next is 'h' or 'z':
                i++;
                return 's';
            case 'c' when next is 'e' or 'i' or 'y':
            case 'z' or 's' or 'x':
                return 's';
            case 'c' or 'k' or 'q':
                return 'k';
            case 'g' or 'j':
                return 'g';
            case 'b' or 'p':
                return 'b';
            case 'd' or 't':
                return 'd';
            case 'f' or 'v':
                return 'f';
            case 'm' or 'n':
                return 'm';
            default:
                return c;
        }
    }
}
