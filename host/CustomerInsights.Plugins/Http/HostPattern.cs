using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace CustomerInsights.Plugins.Http;

/// <summary>A host that may be contacted: a name, an address, or <c>*.</c> and a name; with a port, or with the usual ones.</summary>
/// <param name="Host">As <see cref="Normal"/> gives it; without the <c>*.</c>.</param>
/// <param name="IsWildcard">True for every name below <paramref name="Host"/>, at any depth, and not for itself.</param>
/// <param name="Port">The port; null for 443 and 80.</param>
internal sealed record HostPattern(string Host, bool IsWildcard, int? Port)
{
    private const string Any = "*.";
    private static readonly IdnMapping s_idn = new();

    /// <summary>Reads <c>api.example.com</c>, <c>*.example.com</c>, <c>10.1.2.3:8080</c> or <c>[::1]:8080</c>.</summary>
    internal static bool TryParse(string text, [NotNullWhen(true)] out HostPattern? pattern)
    {
        pattern = null;
        var isWildcard = text.StartsWith(Any, StringComparison.Ordinal);
        if (!TrySplit(isWildcard ? text[Any.Length..] : text, out var host, out var port) || Normal(host) is not { } normal || (isWildcard && IPAddress.TryParse(normal, out _)))
        {
            return false;
        }

        pattern = new(normal, isWildcard, port);
        return true;
    }

    /// <summary>The host of a URL of the schemes http and https, with its port; null when it is none.</summary>
    internal static HostPattern? OfUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) && Normal(uri.IdnHost) is { } host
            ? new(host, IsWildcard: false, uri.IsDefaultPort ? null : uri.Port)
            : null;

    /// <param name="host">As <see cref="Normal"/> gives it.</param>
    /// <param name="port">The port.</param>
    internal bool Matches(string host, int port) => MatchesName(host) && (Port is { } own ? own == port : port is 443 or 80);

    internal bool MatchesName(string host) => IsWildcard
        ? host.Length > Host.Length + 1 && host.EndsWith(Host, StringComparison.Ordinal) && host[^(Host.Length + 1)] == '.'
        : host == Host;

    /// <summary>One form for what is the same host: lower case, punycode, no dot at the end, addresses as they are written usually. Null for what is no host.</summary>
    internal static string? Normal(string host)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return new IPAddress(address.GetAddressBytes()).ToString();
        }

        try
        {
            var ascii = s_idn.GetAscii(host.TrimEnd('.')).ToLowerInvariant();
            return ascii.Length is > 0 and <= 253 && ascii.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_') ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    public override string ToString()
    {
        var host = (IsWildcard ? Any : "") + (Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host);
        return Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"{host}:{port}") : host;
    }

    private static bool TrySplit(string text, out string host, out int? port)
    {
        (host, port) = (text, null);
        var end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : text.IndexOf(':', StringComparison.Ordinal);
        if (text.StartsWith('[') ? end == 0 : end < 0 || text.IndexOf(':', end + 1) >= 0)
        {
            // No port; more than one colon is an address of IPv6 without its brackets.
            return !text.StartsWith('[');
        }

        host = text[..end].Trim('[', ']');
        if (end == text.Length)
        {
            return true;
        }

        if (text[end] != ':' || !ushort.TryParse(text.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
        {
            return false;
        }

        port = number;
        return true;
    }
}
