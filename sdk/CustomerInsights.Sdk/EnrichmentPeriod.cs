namespace CustomerInsights.Sdk;

/// <summary>The period that a row of an <see cref="EnrichmentTable"/> stands for; periods begin in UTC.</summary>
public enum EnrichmentPeriod
{
    /// <summary>A calendar day.</summary>
    Day = 0,

    /// <summary>A week that begins on Monday.</summary>
    Week = 1,

    /// <summary>A calendar month.</summary>
    Month = 2,

    /// <summary>A calendar year.</summary>
    Year = 3,
}
