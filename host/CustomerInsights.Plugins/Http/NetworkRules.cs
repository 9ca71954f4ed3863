using System.Globalization;
using System.Net;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Http;

/// <summary>Whom one connection of a plugin may contact. Both questions are asked for every connection: which host, and at which address.</summary>
internal sealed class NetworkRules
{
    private readonly string _pluginId;
    private readonly AllowedHosts _allowed;
    private readonly HostPattern[] _grantedHosts;
    private readonly IPNetwork[] _grantedRanges;

    internal NetworkRules(string pluginId, AllowedHosts allowed, NetworkGrants grants)
    {
        (_pluginId, _allowed) = (pluginId, allowed);
        _grantedHosts = [.. grants.Hosts.Select(text => HostPattern.TryParse(text, out var pattern) ? pattern : null).OfType<HostPattern>()];
        _grantedRanges = [.. grants.Ranges.Where(NetworkGrants.IsRange).Select(text => IPNetwork.Parse(text))];
    }

    /// <summary>Why a host may not be contacted; null when it may, as far as its name tells.</summary>
    internal PluginException? HostObjection(string host, int port)
    {
        var normal = HostPattern.Normal(host);
        if (normal is not null && _allowed.Find(normal, port) is not null)
        {
            return null;
        }

        var target = new HostPattern(normal ?? FailureText.Cut(host, 100), IsWildcard: false, port is 443 or 80 ? null : port);
        var declared = _allowed.IsEmpty ? "It declares no host." : $"Declared are {_allowed}.";
        return Refusal($"{_pluginId} may not contact {target}: its manifest does not declare it. {declared} If the host comes from a setting, correct it there; otherwise the author adds it to capabilities.network.hosts in plugin.json.");
    }

    /// <summary>The entry that allows a host, as text; for telemetry, which must not have a name for every host below a wildcard.</summary>
    internal string Label(string host, int port) => HostPattern.Normal(host) is { } normal ? _allowed.Find(normal, port)?.ToString() ?? "" : "";

    /// <summary>Why an address of a host may not be connected to; null when it may.</summary>
    /// <param name="host">As <see cref="HostPattern.Normal"/> gives it.</param>
    /// <param name="port">The port.</param>
    /// <param name="address">The very address that will be connected to.</param>
    /// <param name="isPlain">True when what is sent can be read on the way.</param>
    internal PluginException? AddressObjection(string host, int port, IPAddress address, bool isPlain)
    {
        var kind = AddressRules.KindOf(address);
        var inRange = Array.Exists(_grantedRanges, range => range.Contains(address) || range.Contains(AddressRules.Effective(address)));
        var byName = Array.Exists(_grantedHosts, pattern => pattern.MatchesName(host) && (pattern.Port is not { } own || own == port));
        var granted = kind switch
        {
            AddressKind.Public => true,
            AddressKind.Private => inRange || byName,
            AddressKind.Special => inRange,
            _ => false,
        };
        if (!granted)
        {
            var place = host == address.ToString() ? $"{host} is" : $"{host} is at {address},";
            return Refusal($"{place} {Meaning(kind)}. {Remedy(kind, host, address)}");
        }

        return isPlain && !inRange && !byName
            ? Refusal($"{host} may be contacted by https only: plain http can be read and changed on the way. Use https, or let an admin name the host in plugins.json: {Setting("hosts", host)}.")
            : null;
    }

    private static string Meaning(AddressKind kind) => kind switch
    {
        AddressKind.Private => "a private address, which plugins may not reach by themselves",
        AddressKind.Special => "a link-local or reserved address, which plugins may not reach by themselves",
        _ => "the address of no machine",
    };

    private static string Remedy(AddressKind kind, string host, IPAddress address) => kind switch
    {
        AddressKind.Private => $"An admin may grant it in plugins.json: {Setting("hosts", host)}.",
        AddressKind.Special => $"An admin may grant it in plugins.json: {Setting("ranges", Range(address))}.",
        _ => "Correct the host's entry in the name server, or the setting that names it.",
    };

    private static string Setting(string name, string value) => $"\"settings\": {{ \"network\": {{ \"{name}\": [\"{value}\"] }} }}";

    private static string Range(IPAddress address) =>
        string.Create(CultureInfo.InvariantCulture, $"{address}/{address.GetAddressBytes().Length * 8}");

    private static PluginException Refusal(string message) => new(FailureKind.Configuration, message);
}
