namespace CustomerInsights.Sdk;

/// <summary>Which members an export receives.</summary>
public enum ExportMembership
{
    /// <summary>All members, every time.</summary>
    Full = 0,

    /// <summary>Members added, changed or removed since the last run that committed; all as added on the first.</summary>
    Difference = 1,
}
