using System.Text;

namespace CustomerInsights.Core.Rules;

/// <summary>Text by whole characters (code points), so that no result ends within one.</summary>
internal static class Texts
{
    public static long Length(string text)
    {
        long count = 0;
        for (int i = 0; i < text.Length; i += Width(text, i))
        {
            count++;
        }

        return count;
    }

    /// <summary>Characters <paramref name="start"/> to start + length - 1, counted from 1; what lies outside the text is left out.</summary>
    public static string Substring(string text, long start, long length)
    {
        Int128 end = (Int128)start + length; // the first position behind the part
        Int128 position = 1;
        int from = -1, at = 0;
        for (; at < text.Length && position < end; at += Width(text, at), position++)
        {
            if (position >= start && from < 0)
            {
                from = at;
            }
        }

        return from < 0 ? "" : text[from..at];
    }

    private static int Width(string text, int at)
    {
        Rune.DecodeFromUtf16(text.AsSpan(at), out _, out int width);
        return width;
    }
}
