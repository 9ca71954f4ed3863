using System.Text;

namespace CustomerInsights.Plugins.Schema;

/// <summary>Text that holds something from outside, as a message shows it: on one line, with nothing that a terminal or a log would act on, and no longer than is of use.</summary>
internal static class OneLine
{
    internal static string Of(string text, int most)
    {
        var cut = text.Length > most;
        var length = cut ? most - 1 : text.Length;
        if (!cut && !text.AsSpan().ContainsAnyInRange('\0', '\u001F') && !text.Any(Disturbs))
        {
            return text;
        }

        var line = new StringBuilder(length + 1);
        for (var i = 0; i < length; i++)
        {
            var pair = char.IsHighSurrogate(text[i]) && i + 1 < length && char.IsLowSurrogate(text[i + 1]);
            if (pair)
            {
                line.Append(text[i]).Append(text[++i]);
            }
            else
            {
                line.Append(text[i] is '\n' or '\t' ? ' ' : Disturbs(text[i]) ? '\uFFFD' : text[i]);
            }
        }

        return cut ? line.Append('…').ToString() : line.ToString();
    }

    // Surrogates are looked at in pairs; one alone cannot be written as UTF-8. The direction marks make text read as what it is not.
    private static bool Disturbs(char c) => char.IsControl(c) || char.IsSurrogate(c) || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069';
}
