using System.Globalization;
using System.Text;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>Turns the text of a cell into a value of its column's type.</summary>
internal static class CellReader
{
    /// <summary>Reads a cell that is not null.</summary>
    /// <param name="text">UTF-8, valid, without blanks around it unless the column is text.</param>
    /// <param name="type">The column's type.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when the text is not of the type.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, ColumnType type, out FieldValue value)
    {
        switch (type.Kind)
        {
            case FieldKind.Integer:
                if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
                {
                    value = integer;
                    return true;
                }

                break;
            case FieldKind.Decimal:
                if (text.Length <= 30 && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var exact))
                {
                    value = exact;
                    return true;
                }

                break;
            case FieldKind.Number:
                if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
                {
                    value = number;
                    return true;
                }

                break;
            case FieldKind.Boolean:
                if (TryReadBoolean(text, out var flag))
                {
                    value = flag;
                    return true;
                }

                break;
            case FieldKind.Date:
                if (TryReadDate(text, type, out var date))
                {
                    value = date;
                    return true;
                }

                break;
            case FieldKind.Time:
                if (TryReadTime(text, type, out var instant))
                {
                    value = instant;
                    return true;
                }

                break;
            default:
                value = Encoding.UTF8.GetString(text);
                return true;
        }

        value = default;
        return false;
    }

    // A column that was inferred holds true and false alone; the other words count where the settings say "boolean".
    private static bool TryReadBoolean(ReadOnlySpan<byte> text, out bool flag)
    {
        flag = Ascii.EqualsIgnoreCase(text, "true"u8) || Ascii.EqualsIgnoreCase(text, "yes"u8) || Ascii.EqualsIgnoreCase(text, "y"u8)
            || Ascii.EqualsIgnoreCase(text, "t"u8) || text.SequenceEqual("1"u8);
        return flag
            || Ascii.EqualsIgnoreCase(text, "false"u8) || Ascii.EqualsIgnoreCase(text, "no"u8) || Ascii.EqualsIgnoreCase(text, "n"u8)
            || Ascii.EqualsIgnoreCase(text, "f"u8) || text.SequenceEqual("0"u8);
    }

    private static bool TryReadDate(ReadOnlySpan<byte> text, ColumnType type, out DateOnly date)
    {
        if (type.Shape == DateShape.None)
        {
            return DateOnly.TryParseExact(Encoding.UTF8.GetString(text), type.Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
        }

        var length = DateShapes.Read(text, type.Shape, out date);
        // A day written as an instant at midnight is a day: exports of databases do so.
        return length == text.Length || (length > 0 && TimeText.TryRead(text, type.Shape, out var instant) && instant.TimeOfDay == TimeSpan.Zero && DateOnly.FromDateTime(instant.UtcDateTime) == date);
    }

    private static bool TryReadTime(ReadOnlySpan<byte> text, ColumnType type, out DateTimeOffset instant)
    {
        if (type.Shape != DateShape.None)
        {
            return TimeText.TryRead(text, type.Shape, out instant);
        }

        return type.Format switch
        {
            "unix" => TimeText.TryReadUnix(text, milliseconds: false, out instant),
            "unixMs" => TimeText.TryReadUnix(text, milliseconds: true, out instant),
            _ => DateTimeOffset.TryParseExact(
                Encoding.UTF8.GetString(text), type.Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant),
        };
    }
}
