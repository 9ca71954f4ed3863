namespace CustomerInsights.Host.Features.Privacy.Reads;

/// <summary>Which routes give data of people. All that ask for access to profiles, activities or records do; these do beside them.</summary>
internal static class ReadRoutes
{
    /// <summary>Parts of the patterns of routes under other kinds of access.</summary>
    public static IReadOnlyList<string> Parts { get; } =
        ["/members", "/segments/{name}/history", "/segments/{name}/differentiators", "/unification/reviews", "/unification/explain", "/unification/previews", "/measures/{name}/values", "/streams/", "/rejected", "/events/{id}", "/privacy/requests/{id}/export"];
}
