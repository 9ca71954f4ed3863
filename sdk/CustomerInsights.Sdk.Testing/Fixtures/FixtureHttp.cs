namespace CustomerInsights.Sdk.Testing.Fixtures;

/// <summary>The routes of a fixture at a later moment.</summary>
internal static class FixtureHttp
{
    internal static HttpFixture? Merge(HttpFixture? first, HttpFixture? later) => (first, later) switch
    {
        (null, _) => later,
        (_, null) => first,
        _ => new HttpFixture([.. later.Routes, .. first.Routes.Where(route => !later.Routes.Any(other => other.IsSameAs(route)))])
        {
            Require = later.Require.Count > 0 ? later.Require : first.Require,
        },
    };
}
