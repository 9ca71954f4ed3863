using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CustomerInsights.Core.Columns;

/// <summary>What a value of a value document is (see <see cref="Model.ValueDocument"/>).</summary>
internal enum DocumentValueKind : byte
{
    /// <summary>No value.</summary>
    Missing,

    /// <summary>Text; the bytes between the quotes are the text's.</summary>
    Text,

    /// <summary>Text with escapes; the bytes are those between the quotes.</summary>
    EscapedText,

    /// <summary>A 64-bit integer.</summary>
    Integer,

    /// <summary>A double.</summary>
    Number,

    /// <summary>Yes.</summary>
    True,

    /// <summary>No.</summary>
    False,

    /// <summary>A list of text; the bytes are those between the brackets.</summary>
    List,

    /// <summary>The decimal's digits.</summary>
    Decimal,

    /// <summary>yyyy-MM-dd.</summary>
    Date,

    /// <summary>An ISO 8601 instant.</summary>
    Time,
}

/// <summary>A value where it lies in its document.</summary>
/// <param name="kind">What it is.</param>
/// <param name="utf8">Its bytes.</param>
internal readonly ref struct DocumentValue(DocumentValueKind kind, ReadOnlySpan<byte> utf8)
{
    public DocumentValueKind Kind { get; } = kind;

    public ReadOnlySpan<byte> Utf8 { get; } = utf8;

    /// <exception cref="FormatException">No 64-bit integer.</exception>
    public long AsLong() => Utf8Parser.TryParse(Utf8, out long number, out var used) && used == Utf8.Length ? number : throw Wrong("an integer");

    /// <exception cref="FormatException">No number.</exception>
    public double AsDouble() => double.TryParse(Utf8, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong("a number");

    /// <exception cref="FormatException">No decimal.</exception>
    public decimal AsDecimal() => decimal.TryParse(Utf8, NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) ? amount : throw Wrong("a decimal");

    /// <summary>The digits of a decimal as one number, and how many stand behind the point; false where they do not fit or it has another form.</summary>
    public bool TryUnits(out long units, out byte scale)
    {
        (units, scale) = (0, 0);
        var negative = Utf8 is [(byte)'-', ..];
        var digits = negative ? Utf8[1..] : Utf8;
        if (digits.Length is 0 or > 19)
        {
            return false;
        }

        var point = -1;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = (uint)digits[i] - '0';
            if (digit <= 9)
            {
                units = (units * 10) + digit;
            }
            else if (digits[i] == '.' && point < 0 && i > 0)
            {
                point = i;
            }
            else
            {
                return false;
            }
        }

        // 18 digits always fit.
        if (digits.Length - (point < 0 ? 0 : 1) > 18 || point == digits.Length - 1)
        {
            return false;
        }

        scale = (byte)(point < 0 ? 0 : digits.Length - 1 - point);
        units = negative ? -units : units;
        return true;
    }

    /// <exception cref="FormatException">No day.</exception>
    public int AsDayNumber() =>
        Utf8.Length == 10 && Digits(Utf8[..4], out var year) && Digits(Utf8.Slice(5, 2), out var month) && Digits(Utf8.Slice(8, 2), out var day)
        && Utf8[4] == '-' && Utf8[7] == '-' && year >= 1 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            ? new DateOnly(year, month, day).DayNumber
            : throw Wrong("a day");

    /// <exception cref="FormatException">No instant.</exception>
    public long AsTicks()
    {
        if (TryUtc(out var ticks))
        {
            return ticks;
        }

        return DateTimeOffset.TryParse(Encoding.UTF8.GetString(Utf8), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.UtcTicks
            : throw Wrong("an instant");
    }

    /// <summary>The text without its escapes.</summary>
    /// <exception cref="FormatException">A wrong escape.</exception>
    public byte[] Unescape()
    {
        var quoted = new byte[Utf8.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        Utf8.CopyTo(quoted.AsSpan(1));
        try
        {
            var reader = new Utf8JsonReader(quoted);
            reader.Read();
            var text = new byte[quoted.Length];
            return text[..reader.CopyString(text)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw Wrong("text");
        }
    }

    /// <summary>The items of a list.</summary>
    /// <exception cref="FormatException">No list.</exception>
    public List<byte[]> Items()
    {
        var items = new List<byte[]>();
        for (var rest = Utf8; !rest.IsEmpty;)
        {
            if (!DocumentScanner.TryText(rest, 0, out var length, out var escaped))
            {
                throw Wrong("a list of text");
            }

            var item = rest.Slice(1, length);
            items.Add(escaped ? new DocumentValue(DocumentValueKind.EscapedText, item).Unescape() : item.ToArray());
            rest = rest[(length + 2)..];
            rest = rest is [(byte)',', ..] ? rest[1..] : rest;
        }

        return items;
    }

    // yyyy-MM-ddTHH:mm:ss[.fffffff]Z, as Value.ToString writes it.
    private bool TryUtc(out long ticks)
    {
        ticks = 0;
        var text = Utf8;
        if (text.Length is < 20 or > 28 || text[^1] != 'Z' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[4] != '-' || text[7] != '-'
            || !Digits(text[..4], out var year) || !Digits(text.Slice(5, 2), out var month) || !Digits(text.Slice(8, 2), out var day)
            || !Digits(text.Slice(11, 2), out var hour) || !Digits(text.Slice(14, 2), out var minute) || !Digits(text.Slice(17, 2), out var second)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        var fraction = 0;
        if (text.Length > 20)
        {
            var digits = text[20..^1];
            if (text[19] != '.' || digits.IsEmpty || !Digits(digits, out fraction))
            {
                return false;
            }

            for (var i = digits.Length; i < 7; i++)
            {
                fraction *= 10;
            }
        }

        ticks = (new DateOnly(year, month, day).DayNumber * TimeSpan.TicksPerDay) + (((((hour * 60L) + minute) * 60) + second) * TimeSpan.TicksPerSecond) + fraction;
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        foreach (var one in text)
        {
            var digit = (uint)one - '0';
            if (digit > 9)
            {
                return false;
            }

            number = (number * 10) + (int)digit;
        }

        return true;
    }

    private static FormatException Wrong(string expected) => new($"The stored document has a value that is not {expected}.");
}
