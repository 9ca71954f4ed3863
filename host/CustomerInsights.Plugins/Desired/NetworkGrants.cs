using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Http;

namespace CustomerInsights.Plugins.Desired;

/// <summary>
/// What of the network on the premises a plugin may reach, from <c>settings.network</c>. Only for hosts that its manifest declares:
/// a grant opens an address and never adds a host.
/// </summary>
/// <param name="Hosts">
/// Names, <c>*.</c> wildcards or addresses, perhaps with a port: they may be at a private address or on this machine, and may be spoken to in plain HTTP.
/// </param>
/// <param name="Ranges">Networks such as <c>10.1.0.0/16</c>: addresses in them may be connected to, also in plain HTTP.</param>
public sealed record NetworkGrants(IReadOnlyList<string> Hosts, IReadOnlyList<string> Ranges)
{
    /// <summary>Nothing is granted.</summary>
    public static NetworkGrants None { get; } = new([], []);

    internal static NetworkGrants Of(JsonObject? settings) =>
        settings?["network"] is JsonObject network ? new(Texts(network["hosts"]), Texts(network["ranges"])) : None;

    internal static bool IsHost(string text) => HostPattern.TryParse(text, out _);

    internal static bool IsRange(string text) => text.Contains('/', StringComparison.Ordinal) && IPNetwork.TryParse(text, out _);

    private static string[] Texts(JsonNode? node) => node is JsonArray array ? [.. array.Select(item => item!.GetValue<string>())] : [];
}
