using System.Globalization;

namespace CustomerInsights.Storage.Sqlite.Activities;

/// <summary>An activity's number as text of fixed width, so that the order of the texts is the order of the numbers.</summary>
internal static class ActivityId
{
    public static string Text(long number) => number.ToString("x12", CultureInfo.InvariantCulture);

    public static long Number(string id) => long.Parse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
