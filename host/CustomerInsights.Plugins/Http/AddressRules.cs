using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace CustomerInsights.Plugins.Http;

/// <summary>
/// Tells the kinds of addresses apart, after the registries of IANA (RFC 6890 and its followers). An address of IPv6 that
/// carries one of IPv4 is judged by that one: it is where the packets go.
/// </summary>
internal static class AddressRules
{
    private static readonly IPNetwork[] s_private =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fec0::/10"),
    ];

    private static readonly IPNetwork[] s_never =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("255.255.255.255/32"), IPNetwork.Parse("::/128"), IPNetwork.Parse("ff00::/8"),
    ];

    private static readonly IPNetwork[] s_special =
    [
        // Link-local, protocol assignments, documentation, relays of 6to4, benchmarks, reserved.
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("192.88.99.0/24"),
        IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("240.0.0.0/4"),

        // The parts of 2000::/3 that are not the internet: protocol assignments with Teredo, documentation.
        IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("3fff::/20"),
    ];

    private static readonly IPNetwork s_global = IPNetwork.Parse("2000::/3");

    internal static AddressKind KindOf(IPAddress address)
    {
        var effective = Effective(address);
        return Array.Exists(s_never, network => network.Contains(effective)) ? AddressKind.Never
            : Array.Exists(s_private, network => network.Contains(effective)) ? AddressKind.Private
            : Array.Exists(s_special, network => network.Contains(effective)) ? AddressKind.Special
            : effective.AddressFamily == AddressFamily.InterNetwork || s_global.Contains(effective) ? AddressKind.Public
            : AddressKind.Special;
    }

    /// <summary>The address of IPv4 within one of IPv6, where there is one (mapped, translated, NAT64, 6to4, compatible); otherwise the address without its zone.</summary>
    internal static IPAddress Effective(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var length) || length == 4)
        {
            return address;
        }

        var (high, low) = (BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        return (high, low >> 32) switch
        {
            (0, 0x0000_FFFF) => new IPAddress(bytes[12..]),
            (0, 0xFFFF_0000) => new IPAddress(bytes[12..]),
            (0, 0) when low > 1 => new IPAddress(bytes[12..]),
            (0x0064_FF9B_0000_0000, 0) => new IPAddress(bytes[12..]),
            _ when high >> 48 == 0x2002 => new IPAddress(bytes[2..6]),

            // NAT64 with a prefix of the network's own: its owner chooses which form, this is the one of 96 bits.
            _ when high >> 16 == 0x0064_FF9B_0001 => new IPAddress(bytes[12..]),
            _ => new IPAddress(bytes),
        };
    }
}
