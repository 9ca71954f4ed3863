namespace CustomerInsights.Host.Features.Privacy.Reads;

/// <summary>Which routes give data of people. All that ask for access to profiles, activities or records do; these do beside them.</summary>
internal static class ReadRoutes
{
    /// <summary>Parts of the patterns of routes under other kinds of access.</summary>
    public static IReadOnlyList<string> Parts { get; } =
    [
        "/members", "/segments/{name}/history", "/segments/{name}/differentiators", "/segments/preview", "/segments/events", "/what-if", "/unification/reviews", "/unification/explanations",
        "/unification/previews", "/unification/ledger", "/unification/verdicts", "/measures/{name}/values", "/events/{id}", "/event-sources/{name}/status", "/event-sources/{name}/violations", "/privacy/requests/{id}/export",
    ];

    /// <summary>Ends of the patterns of routes that ask for access to profiles, activities or records and only tell how many there are, or how they came.</summary>
    public static IReadOnlyList<string> OfNobody { get; } = ["/counts", "/columns", "/search-index", "/streams", "/runs"];

    /// <summary>Parts of the patterns of routes whose answer begins to leave while their handler runs.</summary>
    public static IReadOnlyList<string> Streamed { get; } = ["/segments/events"];
}
