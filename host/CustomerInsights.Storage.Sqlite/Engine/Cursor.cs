using System.Buffers.Text;
using System.Globalization;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>
/// Opaque text made of the last item's key. It carries the list's name, so that a cursor of one list is not taken for a place in another.
/// </summary>
internal static class Cursor
{
    private const char Separator = '\u001f';

    public static string Of(string list, params ReadOnlySpan<string> parts) =>
        Base64Url.EncodeToString(WideUtf8.Encode(list + Separator + string.Join(Separator, parts!)));

    public static string Of(string list, long number) => Of(list, number.ToString(CultureInfo.InvariantCulture));

    /// <summary>The parts; the last may contain anything. Null without a cursor.</summary>
    /// <exception cref="BadCursorException">It is no cursor of that list.</exception>
    public static string[]? Parts(string list, string? cursor, int count)
    {
        if (cursor is null)
        {
            return null;
        }

        if (!Base64Url.IsValid(cursor))
        {
            throw new BadCursorException(list);
        }

        var parts = WideUtf8.Decode(Base64Url.DecodeFromChars(cursor)).Split(Separator, count + 1);
        return parts.Length == count + 1 && parts[0] == list ? parts[1..] : throw new BadCursorException(list);
    }

    public static string? Text(string list, string? cursor) => Parts(list, cursor, 1)?[0];

    public static long? Number(string list, string? cursor) => Text(list, cursor) is { } text ? Number(list, text, cursor) : null;

    /// <summary>A part that must be a number.</summary>
    public static long PartNumber(string list, string part) => Number(list, part, part);

    private static long Number(string list, string text, string? cursor) =>
        cursor is not null && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new BadCursorException(list);
}
