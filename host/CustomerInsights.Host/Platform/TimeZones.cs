namespace CustomerInsights.Host.Platform;

/// <summary>Time zones as people name them.</summary>
internal static class TimeZones
{
    /// <summary>The zone of an IANA name; UTC where none is given.</summary>
    public static bool TryFind(string? id, out TimeZoneInfo zone)
    {
        zone = TimeZoneInfo.Utc;
        return id is null || TimeZoneInfo.TryFindSystemTimeZoneById(id, out zone!);
    }

    /// <summary>What to say of a name that is none.</summary>
    public static string Unknown(string? id) => $"'{id}' is not a time zone; use an IANA name such as Europe/Berlin.";
}
