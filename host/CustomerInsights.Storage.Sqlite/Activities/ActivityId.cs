using System.Globalization;

namespace CustomerInsights.Storage.Sqlite.Activities;

/// <summary>An activity's number as text of fixed width, so that the order of the texts is the order of the numbers.</summary>
internal static class ActivityId
{
    /// <summary>Characters of an id.</summary>
    public const int Length = 12;

    public static string Text(long number) => number.ToString("x12", CultureInfo.InvariantCulture);

    /// <summary>The number of a text that came from outside.</summary>
    public static bool TryNumber(string id, out long number)
    {
        number = 0;
        return id.Length == 12 && long.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }

    public static long Number(string id) => long.Parse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>As <see cref="Text"/>, as ASCII.</summary>
    public static void Write(long number, Span<byte> id)
    {
        for (var i = Length - 1; i >= 0; i--)
        {
            id[i] = "0123456789abcdef"u8[(int)number & 15];
            number >>= 4;
        }
    }
}
