using System.Text;
using CustomerInsights.Plugins.Http;

namespace CustomerInsights.Plugins.Tests.Http;

public sealed class AllowedHostsTests
{
    [Theory]
    [InlineData("https://api.acme.example/v1", true)]
    [InlineData("https://API.Acme.Example./v1", true)]
    [InlineData("http://api.acme.example/", true)]
    [InlineData("https://api.acme.example:8443/", false)]
    [InlineData("https://acme.example/", false)]
    [InlineData("https://api.acme.example.evil.example/", false)]
    [InlineData("https://evil-api.acme.example/", false)]
    [InlineData("https://api.acme.example@evil.example/", false)]
    [InlineData("https://a.shop.example/", true)]
    [InlineData("https://a.b.shop.example/", true)]
    [InlineData("https://shop.example/", false)]
    [InlineData("https://ashop.example/", false)]
    [InlineData("https://db.example:9200/", true)]
    [InlineData("https://db.example/", false)]
    [InlineData("https://xn--mnchen-3ya.example/", true)]
    [InlineData("https://münchen.example/", true)]
    [InlineData("https://[::1]:8080/", true)]
    [InlineData("https://[0:0:0:0:0:0:0:1]:8080/", true)]
    [InlineData("https://10.0.0.1/", true)]
    [InlineData("https://0x0a.1/", true)]
    public void A_host_is_allowed_when_the_manifest_names_it(string url, bool allowed)
    {
        var hosts = new AllowedHosts(["api.acme.example", "*.shop.example", "db.example:9200", "münchen.example", "[::1]:8080", "10.0.0.1"], default);
        Assert.Equal(allowed, Contains(hosts, url));
    }

    [Theory]
    [InlineData("""{"url":"https://shop.example:8443/base?key=1"}""", "https://shop.example:8443/x", true)]
    [InlineData("""{"url":"https://shop.example:8443/base"}""", "https://shop.example/x", false)]
    [InlineData("""{"url":"shop.example"}""", "https://shop.example/x", true)]
    [InlineData("""{"url":"shop.example:81"}""", "https://shop.example:81/x", true)]
    [InlineData("""{"servers":[{"url":"https://a.example"},{"url":"https://b.example"}]}""", "https://b.example/", true)]
    [InlineData("""{"url":"*.example"}""", "https://a.example/", false)]
    [InlineData("""{"url":"ftp://a.example"}""", "https://a.example/", false)]
    [InlineData("""{"url":{"$secret":"a.example"}}""", "https://a.example/", false)]
    [InlineData("""{"url":17}""", "https://a.example/", false)]
    [InlineData("""{}""", "https://a.example/", false)]
    public void A_host_may_come_from_the_configuration(string configuration, string url, bool allowed)
    {
        var hosts = new AllowedHosts(["${config.url}", "${config.servers.url}"], Encoding.UTF8.GetBytes(configuration));
        Assert.Equal(allowed, Contains(hosts, url));
    }

    [Fact]
    public void Nothing_declared_is_nothing_allowed()
    {
        var hosts = new AllowedHosts([], "{}"u8.ToArray());
        Assert.True(hosts.IsEmpty);
        Assert.False(Contains(hosts, "https://api.acme.example/"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("*.")]
    [InlineData("a b")]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    [InlineData("a:-1")]
    [InlineData("a:80:80")]
    [InlineData("[::1")]
    [InlineData("[::1]80")]
    [InlineData("*.10.0.0.1")]
    [InlineData("https://a.example")]
    public void What_is_no_host_is_none(string text) => Assert.False(HostPattern.TryParse(text, out _));

    private static bool Contains(AllowedHosts hosts, string url)
    {
        var uri = new Uri(url);
        return HostPattern.Normal(uri.IdnHost) is { } host && hosts.Find(host, uri.Port) is not null;
    }
}
