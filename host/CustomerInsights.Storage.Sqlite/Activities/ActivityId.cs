using System.Globalization;

namespace CustomerInsights.Storage.Sqlite.Activities;

/// <summary>An activity's number as text of fixed width, so that the order of the texts is the order of the numbers.</summary>
internal static class ActivityId
{
    public static string Text(long number) => number.ToString("x12", CultureInfo.InvariantCulture);

    /// <summary>The number of a text that came from outside.</summary>
    public static bool TryNumber(string id, out long number)
    {
        number = 0;
        return id.Length == 12 && long.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }

    public static long Number(string id) => long.Parse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
