using System.Net;
using CustomerInsights.Plugins.Http;

namespace CustomerInsights.Plugins.Tests.Http;

public sealed class AddressRulesTests
{
    [Theory]
    [InlineData("93.184.216.34", nameof(AddressKind.Public))]
    [InlineData("2606:2800:220:1::1", nameof(AddressKind.Public))]
    [InlineData("172.15.255.255", nameof(AddressKind.Public))]
    [InlineData("172.32.0.0", nameof(AddressKind.Public))]
    [InlineData("100.63.255.255", nameof(AddressKind.Public))]
    [InlineData("100.128.0.0", nameof(AddressKind.Public))]
    [InlineData("10.0.0.1", nameof(AddressKind.Private))]
    [InlineData("172.16.0.1", nameof(AddressKind.Private))]
    [InlineData("172.31.255.255", nameof(AddressKind.Private))]
    [InlineData("192.168.1.1", nameof(AddressKind.Private))]
    [InlineData("100.64.0.1", nameof(AddressKind.Private))]
    [InlineData("127.0.0.1", nameof(AddressKind.Private))]
    [InlineData("127.255.1.2", nameof(AddressKind.Private))]
    [InlineData("::1", nameof(AddressKind.Private))]
    [InlineData("fc00::1", nameof(AddressKind.Private))]
    [InlineData("fd12:3456::1", nameof(AddressKind.Private))]
    [InlineData("fec0::1", nameof(AddressKind.Private))]
    [InlineData("169.254.169.254", nameof(AddressKind.Special))]
    [InlineData("fe80::1", nameof(AddressKind.Special))]
    [InlineData("fe80::1%1", nameof(AddressKind.Special))]
    [InlineData("192.0.0.192", nameof(AddressKind.Special))]
    [InlineData("192.0.2.1", nameof(AddressKind.Special))]
    [InlineData("198.19.0.1", nameof(AddressKind.Special))]
    [InlineData("240.0.0.1", nameof(AddressKind.Special))]
    [InlineData("2001::1", nameof(AddressKind.Special))]
    [InlineData("2001:db8::1", nameof(AddressKind.Special))]
    [InlineData("3fff::1", nameof(AddressKind.Special))]
    [InlineData("100::1", nameof(AddressKind.Special))]
    [InlineData("5f00::1", nameof(AddressKind.Special))]
    [InlineData("0.0.0.0", nameof(AddressKind.Never))]
    [InlineData("0.1.2.3", nameof(AddressKind.Never))]
    [InlineData("224.0.0.1", nameof(AddressKind.Never))]
    [InlineData("255.255.255.255", nameof(AddressKind.Never))]
    [InlineData("::", nameof(AddressKind.Never))]
    [InlineData("ff02::1", nameof(AddressKind.Never))]
    public void An_address_is_told_by_its_registry(string address, string kind) =>
        Assert.Equal(kind, AddressRules.KindOf(IPAddress.Parse(address)).ToString());

    [Theory]
    [InlineData("::ffff:{0}")]
    [InlineData("::ffff:0:{0}")]
    [InlineData("::{0}")]
    [InlineData("64:ff9b::{0}")]
    [InlineData("64:ff9b:1::{0}")]
    [InlineData("2002:{1}::1")]
    public void An_address_within_an_address_is_judged_by_where_the_packets_go(string form)
    {
        Assert.Equal(AddressKind.Special, AddressRules.KindOf(Within(form, "169.254.169.254", "a9fe:a9fe")));
        Assert.Equal(AddressKind.Private, AddressRules.KindOf(Within(form, "127.0.0.1", "7f00:1")));
        Assert.Equal(AddressKind.Private, AddressRules.KindOf(Within(form, "10.1.2.3", "a01:203")));
        Assert.Equal(AddressKind.Public, AddressRules.KindOf(Within(form, "93.184.216.34", "5db8:d822")));
    }

    private static IPAddress Within(string form, string dotted, string hex) =>
        IPAddress.Parse(form.Replace("{0}", dotted, StringComparison.Ordinal).Replace("{1}", hex, StringComparison.Ordinal));
}
