using System.Text;

namespace CustomerInsights.Connectors.Files;

/// <summary>Reads instants: a date of a known shape, then a time of day, then an offset. Without an offset it is UTC.</summary>
internal static class TimeText
{
    /// <summary>Reads the whole text as an instant; a date alone is its midnight in UTC.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, DateShape shape, out DateTimeOffset instant)
    {
        instant = default;
        var length = DateShapes.Read(text, shape, out var date);
        return length > 0 && TryReadRest(text[length..], date, out instant);
    }

    /// <summary>True when the text behind a date is a time of day (or nothing).</summary>
    /// <param name="rest">What follows the date.</param>
    /// <param name="hasTime">True when there is a time of day.</param>
    public static bool FitsRest(ReadOnlySpan<byte> rest, out bool hasTime)
    {
        hasTime = rest.Length > 0;
        // A day in the middle of the calendar: no offset can push it out.
        return TryReadRest(rest, new DateOnly(2000, 1, 2), out _);
    }

    /// <summary>Seconds or milliseconds since 1970.</summary>
    public static bool TryReadUnix(ReadOnlySpan<byte> text, bool milliseconds, out DateTimeOffset instant)
    {
        instant = default;
        if (!long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var count)
            || (milliseconds ? count is < -62135596800000 or > 253402300799999 : count is < -62135596800 or > 253402300799))
        {
            return false;
        }

        instant = milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(count) : DateTimeOffset.FromUnixTimeSeconds(count);
        return true;
    }

    private static bool TryReadRest(ReadOnlySpan<byte> rest, DateOnly date, out DateTimeOffset instant)
    {
        instant = default;
        var ticks = 0L;
        var offset = 0;
        if (rest.Length > 0)
        {
            if (rest[0] is not ((byte)'T' or (byte)'t' or (byte)' ') || !TryReadClock(rest[1..], out ticks, out var used))
            {
                return false;
            }

            if (!TryReadOffset(rest[(1 + used)..], out offset))
            {
                return false;
            }
        }

        var utc = (date.DayNumber * TimeSpan.TicksPerDay) + ticks - (offset * TimeSpan.TicksPerMinute);
        if (utc < 0 || utc > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        instant = new DateTimeOffset(utc, TimeSpan.Zero);
        return true;
    }

    /// <summary>H:mm, H:mm:ss, a fraction of up to nine digits, AM or PM.</summary>
    private static bool TryReadClock(ReadOnlySpan<byte> text, out long ticks, out int used)
    {
        ticks = 0;
        used = 0;
        if (!Number(text, ref used, 1, 2, out var hour) || !Skip(text, ref used, (byte)':') || !Number(text, ref used, 2, 2, out var minute))
        {
            return false;
        }

        var second = 0;
        var fraction = 0L;
        if (Skip(text, ref used, (byte)':') && !Number(text, ref used, 2, 2, out second))
        {
            return false;
        }

        if (used < text.Length && text[used] is (byte)'.' or (byte)',')
        {
            used++;
            var scale = TimeSpan.TicksPerSecond;
            var digits = 0;
            for (; used < text.Length && (uint)(text[used] - '0') <= 9; used++, digits++)
            {
                scale /= 10;
                fraction += (text[used] - '0') * scale;
            }

            if (digits is 0 or > 9)
            {
                return false;
            }
        }

        if (!ReadHalf(text, ref used, ref hour) || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        ticks = (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute) + (second * TimeSpan.TicksPerSecond) + fraction;
        return true;
    }

    private static bool ReadHalf(ReadOnlySpan<byte> text, ref int used, ref int hour)
    {
        var at = used;
        Skip(text, ref at, (byte)' ');
        var half = text[at..];
        if (half.Length < 2 || (half[1] | 0x20) != 'm' || (half[0] | 0x20) is not ('a' or 'p'))
        {
            return true;
        }

        if (hour is < 1 or > 12)
        {
            return false;
        }

        hour = (hour % 12) + ((half[0] | 0x20) == 'p' ? 12 : 0);
        used = at + 2;
        return true;
    }

    private static bool TryReadOffset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        var at = 0;
        Skip(text, ref at, (byte)' ');
        text = text[at..];
        if (text.Length == 0)
        {
            return at == 0;
        }

        if (text is [(byte)'Z' or (byte)'z'] || Ascii.EqualsIgnoreCase(text, "UTC"u8))
        {
            return true;
        }

        at = 1;
        if (text[0] is not ((byte)'+' or (byte)'-') || !Number(text, ref at, 2, 2, out var hours))
        {
            return false;
        }

        Skip(text, ref at, (byte)':');
        var rest = 0;
        if ((at < text.Length && !Number(text, ref at, 2, 2, out rest)) || at != text.Length || hours > 14 || rest > 59)
        {
            return false;
        }

        minutes = ((hours * 60) + rest) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool Number(ReadOnlySpan<byte> text, ref int at, int least, int most, out int value)
    {
        value = 0;
        var from = at;
        while (at < text.Length && at - from < most && (uint)(text[at] - '0') <= 9)
        {
            value = (value * 10) + (text[at++] - '0');
        }

        return at - from >= least;
    }

    private static bool Skip(ReadOnlySpan<byte> text, ref int at, byte expected)
    {
        if (at < text.Length && text[at] == expected)
        {
            at++;
            return true;
        }

        return false;
    }
}
