using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>Tells what kind of number a text is, strictly: what could be a code stays text.</summary>
internal static class NumberText
{
    /// <summary>
    /// Integer up to 18 digits, Decimal up to 28 significant ones, Number only with an exponent; Text for anything else, among
    /// it leading zeros, a plus sign, and separators of thousands.
    /// </summary>
    public static FieldKind Classify(ReadOnlySpan<byte> text)
    {
        var at = text.Length > 0 && text[0] == '-' ? 1 : 0;
        var whole = Digits(text, ref at);
        if (whole == 0 || (whole > 1 && text[at - whole] == '0'))
        {
            return FieldKind.Text;
        }

        if (at == text.Length)
        {
            return whole <= 18 ? FieldKind.Integer : FieldKind.Text;
        }

        var fraction = 0;
        if (text[at] == '.')
        {
            at++;
            fraction = Digits(text, ref at);
            if (fraction == 0)
            {
                return FieldKind.Text;
            }
        }

        if (at == text.Length)
        {
            return whole + fraction <= 28 ? FieldKind.Decimal : FieldKind.Text;
        }

        if ((text[at] | 0x20) != 'e')
        {
            return FieldKind.Text;
        }

        at++;
        if (at < text.Length && text[at] is (byte)'+' or (byte)'-')
        {
            at++;
        }

        return Digits(text, ref at) is > 0 and <= 3 && at == text.Length ? FieldKind.Number : FieldKind.Text;
    }

    /// <summary>As <see cref="Classify"/> for what is a number for certain: integers of 19 to 28 digits are decimals, none of them lost.</summary>
    public static FieldKind ClassifyNumber(ReadOnlySpan<byte> text)
    {
        var kind = Classify(text);
        var digits = text.Length > 0 && text[0] == '-' ? text[1..] : text;
        return kind == FieldKind.Text && digits.Length is > 18 and <= 28 && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            ? FieldKind.Decimal
            : kind;
    }

    private static int Digits(ReadOnlySpan<byte> text, ref int at)
    {
        var from = at;
        while (at < text.Length && (uint)(text[at] - '0') <= 9)
        {
            at++;
        }

        return at - from;
    }
}
