using System.Text;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Free text with model numbers in it: AAC-370 and AAC370 are one word.</summary>
internal static class ArticleText
{
    // What is longer is a word of its own: battery-2.
    private const int LongestSeries = 4;

    internal static string Normal(string text)
    {
        if (!text.Contains('-', StringComparison.Ordinal) || !text.AsSpan().ContainsAnyInRange('0', '9'))
        {
            return FieldText.Words(text);
        }

        var joined = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '-' || i == 0 || i == text.Length - 1 || !IsInsideModel(Before(text, i), After(text, i)))
            {
                joined.Append(text[i]);
            }
        }

        return FieldText.Words(joined.ToString());
    }

    private static ReadOnlySpan<char> Before(string text, int at)
    {
        var from = at;
        while (from > 0 && char.IsLetterOrDigit(text[from - 1]))
        {
            from--;
        }

        return text.AsSpan(from, at - from);
    }

    private static ReadOnlySpan<char> After(string text, int at)
    {
        var to = at + 1;
        while (to < text.Length && char.IsLetterOrDigit(text[to]))
        {
            to++;
        }

        return text.AsSpan(at + 1, to - at - 1);
    }

    // Letters and digits on the two sides, or such a mixture on one of them; two numbers stay two.
    private static bool IsInsideModel(ReadOnlySpan<char> before, ReadOnlySpan<char> after)
    {
        if (before.Length == 0 || after.Length == 0)
        {
            return false;
        }

        var (digitBefore, digitAfter) = (before.ContainsAnyInRange('0', '9'), after.ContainsAnyInRange('0', '9'));
        var (numberBefore, numberAfter) = (before.TrimStart("0123456789").Length == 0, after.TrimStart("0123456789").Length == 0);
        return (digitBefore || digitAfter) && !(numberBefore && numberAfter) && (digitBefore || before.Length <= LongestSeries) && (digitAfter || after.Length <= LongestSeries);
    }
}
