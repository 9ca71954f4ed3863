using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Plugins.Tests.Manifests;

public sealed class VersionTests
{
    [Fact]
    public void Versions_are_ordered_as_semver_says()
    {
        string[] ordered = ["0.9.0", "0.10.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1"];
        var shuffled = ordered.OrderBy(text => text.GetHashCode(StringComparison.Ordinal)).Select(SemanticVersion.Parse).ToList();
        shuffled.Sort();
        Assert.Equal(ordered, shuffled.Select(version => version.ToString()));
    }

    [Theory]
    [InlineData("1.2")]
    [InlineData("1.2.3.4")]
    [InlineData("01.2.3")]
    [InlineData("1.2.3-")]
    [InlineData("1.2.x")]
    [InlineData("")]
    public void What_is_not_a_version_is_refused(string text) => Assert.False(SemanticVersion.TryParse(text, out _));

    [Theory]
    [InlineData("0.9.0", null)]
    [InlineData("0.9.7", null)]
    [InlineData("0.8.9", "needs SDK 0.9.0 or newer; this host has 0.8.9")]
    [InlineData("1.0.0", "was made for SDK before 1.0.0; this host has 1.0.0. Look for a newer version of the plugin")]
    public void A_range_takes_its_lower_bound_and_not_its_upper(string host, string? objection)
    {
        var range = VersionRange.Parse("[0.9.0,1.0.0)");
        Assert.Equal(objection, range.Objection("SDK", SemanticVersion.Parse(host)));
        Assert.Equal(objection is null, range.Contains(SemanticVersion.Parse(host)));
    }
}
