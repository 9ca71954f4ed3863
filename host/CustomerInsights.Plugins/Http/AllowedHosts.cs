using System.Text.Json;

namespace CustomerInsights.Plugins.Http;

/// <summary>The hosts that one connection may contact: those that the manifest names, and those that it takes from the configuration.</summary>
internal sealed class AllowedHosts
{
    private const string ConfigStart = "${config.";
    private const int Most = 1000;

    private readonly List<HostPattern> _hosts = [];

    /// <param name="declared"><c>capabilities.network.hosts</c> of the manifest.</param>
    /// <param name="configuration">The connection's, UTF-8 JSON.</param>
    internal AllowedHosts(IReadOnlyList<string> declared, ReadOnlyMemory<byte> configuration)
    {
        using var document = declared.Any(IsFromConfig) ? JsonDocument.Parse(configuration) : null;
        foreach (var text in declared)
        {
            if (IsFromConfig(text))
            {
                Add(document!.RootElement, text[ConfigStart.Length..^1].Split('.'));
            }
            else if (HostPattern.TryParse(text, out var pattern))
            {
                _hosts.Add(pattern);
            }
        }
    }

    internal bool IsEmpty => _hosts.Count == 0;

    /// <summary>The entry that allows the host; null when none does.</summary>
    internal HostPattern? Find(string host, int port) => _hosts.Find(pattern => pattern.Matches(host, port));

    /// <summary>Whether a text of the manifest names a host, or the place of one in the configuration.</summary>
    internal static bool IsDeclaration(string text) => IsFromConfig(text) || HostPattern.TryParse(text, out _);

    /// <summary>For messages.</summary>
    public override string ToString() => string.Join(", ", _hosts.Take(20)) + (_hosts.Count > 20 ? " …" : "");

    private static bool IsFromConfig(string text) => text.StartsWith(ConfigStart, StringComparison.Ordinal);

    // A list stands for all its entries. A wildcard in a setting is none: only the manifest, which was accepted, may be that wide.
    private void Add(JsonElement value, ReadOnlySpan<string> path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Add(item, path);
                }

                break;
            case JsonValueKind.Object when path.Length > 0 && value.TryGetProperty(path[0], out var child):
                Add(child, path[1..]);
                break;
            case JsonValueKind.String when path.Length == 0 && _hosts.Count < Most && value.GetString() is { } text:
                if ((HostPattern.OfUrl(text) ?? (HostPattern.TryParse(text, out var host) && !host.IsWildcard ? host : null)) is { } pattern)
                {
                    _hosts.Add(pattern);
                }

                break;
        }
    }
}
