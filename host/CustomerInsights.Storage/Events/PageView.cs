namespace CustomerInsights.Storage.Events;

/// <summary>A page that a visitor saw, as web analytics want it.</summary>
/// <param name="At">When.</param>
/// <param name="Origin">Where the visitor came from and with what, if the visit began with this page.</param>
public sealed record PageView(DateTimeOffset At, VisitOrigin Origin);

/// <summary>How a visit began.</summary>
/// <param name="Page">The page: its path, or its address where it has none.</param>
public sealed record VisitOrigin(string Page)
{
    /// <summary>What sent the visitor: a site's or campaign's name; <c>direct</c> where nothing did.</summary>
    public string Source { get; init; } = "direct";

    /// <summary>How: <c>none</c>, <c>organic</c> (a search engine), <c>referral</c>, <c>cpc</c>, or what the campaign says.</summary>
    public string Medium { get; init; } = "none";

    /// <summary>The campaign's name.</summary>
    public string? Campaign { get; init; }

    /// <summary>The page of another site that led here.</summary>
    public string? Referrer { get; init; }

    /// <summary><c>desktop</c>, <c>mobile</c>, <c>tablet</c> or <c>bot</c>.</summary>
    public string? Device { get; init; }

    /// <summary>The browser's name.</summary>
    public string? Browser { get; init; }

    /// <summary>The operating system's name.</summary>
    public string? System { get; init; }

    // Of two pages at the same instant either could be the first; this says which, whatever order they came in.
    internal int CompareTo(VisitOrigin other)
    {
        ReadOnlySpan<string?> mine = [Page, Source, Medium, Campaign, Referrer, Device, Browser, System];
        ReadOnlySpan<string?> theirs = [other.Page, other.Source, other.Medium, other.Campaign, other.Referrer, other.Device, other.Browser, other.System];
        for (var i = 0; i < mine.Length; i++)
        {
            if (string.CompareOrdinal(mine[i], theirs[i]) is var order and not 0)
            {
                return order;
            }
        }

        return 0;
    }
}
