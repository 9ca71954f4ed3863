using System.Net;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Http;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Http;

/// <summary>Which hosts and addresses a plugin gets to, whatever it, a server or a name server says.</summary>
public sealed class NetworkRulesTests
{
    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data", "169.254.169.254")]
    [InlineData("http://[::ffff:169.254.169.254]/", "[::ffff:169.254.169.254]")]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/", "[64:ff9b::a9fe:a9fe]")]
    [InlineData("http://0x7f.0.0.1/", "127.0.0.1")]
    [InlineData("http://2130706433/", "127.0.0.1")]
    [InlineData("http://0.0.0.0/", "0.0.0.0")]
    [InlineData("http://[::1]/", "[::1]")]
    [InlineData("http://10.0.0.1/", "10.0.0.1")]
    [InlineData("http://100.64.0.1/", "100.64.0.1")]
    [InlineData("http://[fd00::1]/", "[fd00::1]")]
    [InlineData("http://224.0.0.1/", "224.0.0.1")]
    public async Task A_declared_host_at_a_private_or_special_address_is_refused(string url, string declared)
    {
        using var rig = new HttpRig([declared], NetworkGrants.None);
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.GetAsync(url));
        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Matches("which plugins may not reach by themselves|the address of no machine", failure.Message);
    }

    [Fact]
    public async Task A_name_that_points_to_a_private_address_is_refused_with_the_grant_that_would_open_it()
    {
        using var rig = Rig("shop.example", NetworkGrants.None, "10.1.2.3");
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.GetAsync("https://shop.example/"));
        Assert.Equal(
            "shop.example is at 10.1.2.3, a private address, which plugins may not reach by themselves. An admin may grant it in plugins.json: \"settings\": { \"network\": { \"hosts\": [\"shop.example\"] } }.",
            failure.Message);
    }

    [Fact]
    public async Task Between_look_and_leap_the_name_server_is_not_asked_again()
    {
        await using var server = new ScriptedServer(Reply.Text("judged"));
        using var rig = new HttpRig([$"shop.example:{server.Port}"], new NetworkGrants([], ["127.0.0.1/32"]));

        // The first answer passes; the next one, to which a second look would leap, does not.
        rig.Names["shop.example"] = new([[IPAddress.Loopback], [IPAddress.Parse("127.0.0.2")]]);
        Assert.Equal("judged", await rig.Client.GetStringAsync($"http://shop.example:{server.Port}/"));
        Assert.Single(rig.Names["shop.example"]);
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.GetAsync($"http://shop.example:{server.Port}/"));
        Assert.StartsWith("shop.example is at 127.0.0.2, a private address", failure.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Of_several_addresses_one_that_may_be_reached_is_taken()
    {
        await using var server = new ScriptedServer(Reply.Text("ok"));
        using var rig = Rig($"shop.example:{server.Port}", new NetworkGrants([], ["127.0.0.1/32"]), "10.0.0.1", "169.254.169.254", "127.0.0.1");
        Assert.Equal("ok", await rig.Client.GetStringAsync($"http://shop.example:{server.Port}/"));
    }

    [Fact]
    public async Task Plain_http_goes_to_granted_hosts_alone()
    {
        using var rig = Rig("shop.example", NetworkGrants.None, "93.184.216.34");
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.GetAsync("http://shop.example/"));
        Assert.Equal(
            "shop.example may be contacted by https only: plain http can be read and changed on the way. Use https, or let an admin name the host in plugins.json: \"settings\": { \"network\": { \"hosts\": [\"shop.example\"] } }.",
            failure.Message);
    }

    [Theory]
    [InlineData("db.internal", "", "10.1.2.3", true)]
    [InlineData("db.internal:8080", "", "10.1.2.3", true)]
    [InlineData("db.internal:9090", "", "10.1.2.3", false)]
    [InlineData("*.internal", "", "10.1.2.3", true)]
    [InlineData("other.internal", "", "10.1.2.3", false)]
    [InlineData("", "10.1.0.0/16", "10.1.2.3", true)]
    [InlineData("", "10.1.0.0/16", "10.2.2.3", false)]
    [InlineData("", "10.1.0.0/16", "::ffff:10.1.2.3", true)]
    [InlineData("", "fd00:1::/32", "fd00:1::5", true)]
    [InlineData("db.internal", "", "127.0.0.1", true)]
    [InlineData("db.internal", "", "169.254.169.254", false)]
    [InlineData("", "169.254.169.254/32", "169.254.169.254", true)]
    [InlineData("db.internal", "0.0.0.0/0", "0.0.0.0", false)]
    [InlineData("db.internal", "0.0.0.0/0", "224.0.0.1", false)]
    public void A_grant_opens_what_it_names(string host, string range, string address, bool opened)
    {
        static string[] One(string text) => text.Length == 0 ? [] : [text];
        var rules = new NetworkRules("test.web", new AllowedHosts([], default), new NetworkGrants(One(host), One(range)));
        Assert.Equal(opened, rules.AddressObjection("db.internal", 8080, IPAddress.Parse(address), isPlain: true) is null);
    }

    [Fact]
    public async Task A_redirect_to_a_host_that_is_not_declared_is_refused()
    {
        await using var foreign = new ScriptedServer(Reply.Text("stolen"));
        await using var server = new ScriptedServer(Reply.Of(302, "", $"Location: {foreign.Url}take?token=s3cret"));
        using var rig = new HttpRig([RetryTests.Host(server)]);
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.GetAsync(server.Url));
        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.StartsWith($"{RetryTests.Host(server)} redirects to {RetryTests.Host(foreign)}, which is not followed. test.web may not contact", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.Message, StringComparison.Ordinal);
        Assert.Empty(foreign.Requests);
    }

    [Fact]
    public async Task A_redirect_to_another_declared_host_takes_no_credentials_along()
    {
        await using var other = new ScriptedServer(Reply.Text("file"));
        await using var server = new ScriptedServer(Reply.Of(302, "", $"Location: {other.Url}file"));
        using var rig = new HttpRig([RetryTests.Host(server), RetryTests.Host(other)]);
        var request = new HttpRequestMessage(HttpMethod.Get, server.Url) { Headers = { { "Authorization", "Bearer s3cret" }, { "X-Api-Key", "s3cret" }, { "Cookie", "s3cret" }, { "Accept", "text/csv" } } };
        using var response = await rig.SendAsync(request);
        Assert.Equal("file", await response.Content.ReadAsStringAsync());
        Assert.Equal(new Uri(other.Url + "file"), response.RequestMessage!.RequestUri);
        Assert.Equal("Bearer s3cret", Assert.Single(server.Requests).Headers["Authorization"]);
        var second = Assert.Single(other.Requests);
        Assert.Equal("text/csv", second.Headers["Accept"]);
        Assert.DoesNotContain(second.Headers, header => header.Value.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(301, "POST", "GET", "")]
    [InlineData(302, "POST", "GET", "")]
    [InlineData(303, "PUT", "GET", "")]
    [InlineData(307, "POST", "POST", "body")]
    [InlineData(308, "PUT", "PUT", "body")]
    public async Task A_redirect_on_the_same_host_is_followed_as_browsers_do(int status, string method, string then, string body)
    {
        await using var server = new ScriptedServer(Reply.Of(status, "", "Location: /there?a=1"), Reply.Text("here"));
        using var rig = new HttpRig([RetryTests.Host(server)]);
        var request = new HttpRequestMessage(new HttpMethod(method), server.Url) { Content = new StringContent("body"), Headers = { { "Authorization", "Bearer x" } } };
        using var response = await rig.SendAsync(request);
        Assert.Equal("here", await response.Content.ReadAsStringAsync());
        var second = server.Requests.Last();
        Assert.Equal((then, "/there?a=1", body, "Bearer x"), (second.Method, second.Target, second.Body, second.Headers["Authorization"]));
    }

    [Fact]
    public async Task A_redirect_without_end_ends()
    {
        await using var server = new ScriptedServer(Reply.Of(302, "", "Location: /again"));
        using var rig = new HttpRig([RetryTests.Host(server)]);
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.GetAsync(server.Url));
        Assert.Equal($"GET {server.Url}again was redirected more than 10 times.", failure.Message);
        Assert.Equal(11, server.Requests.Count);
    }

    [Theory]
    [InlineData("ftp://shop.example/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("urn:shop.example")]
    [InlineData("mailto:ann@shop.example")]
    public async Task Another_scheme_is_refused(string url)
    {
        using var rig = new HttpRig(["shop.example"]);
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.GetAsync(url));
        Assert.Equal($"{new Uri(url).Scheme}: is asked for; a plugin reaches https: and http: alone.", failure.Message);
    }

    [Fact]
    public async Task Another_name_in_the_header_than_in_the_address_is_refused()
    {
        await using var server = new ScriptedServer(Reply.Text("ok"));
        using var rig = new HttpRig([RetryTests.Host(server)]);
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.SendAsync(new HttpRequestMessage(HttpMethod.Get, server.Url) { Headers = { Host = "evil.example" } }));
        Assert.Equal("The header Host names another host than the address, 127.0.0.1. Leave it out.", failure.Message);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_request_that_asks_for_http_3_goes_over_the_connections_that_are_judged()
    {
        await using var server = new ScriptedServer(Reply.Text("ok"));
        using var rig = new HttpRig([RetryTests.Host(server)], NetworkGrants.None);
        var request = new HttpRequestMessage(HttpMethod.Get, $"https://127.0.0.1:{server.Port}/") { Version = HttpVersion.Version30, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.SendAsync(request));
        Assert.Contains("a private address", failure.Message, StringComparison.Ordinal);
    }

    private static HttpRig Rig(string declared, NetworkGrants grants, params string[] addresses)
    {
        var rig = new HttpRig([declared], grants);
        rig.Names[declared.Split(':')[0]] = new([[.. addresses.Select(IPAddress.Parse)]]);
        return rig;
    }
}
