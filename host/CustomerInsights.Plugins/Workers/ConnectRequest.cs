using System.Text;
using CustomerInsights.Plugins.Http;
using CustomerInsights.Plugins.Workers.Protocol;

namespace CustomerInsights.Plugins.Workers;

/// <summary>What a sandboxed worker asks of the <see cref="EgressProxy"/>: the head of an HTTP CONNECT request and nothing more.</summary>
/// <param name="Host">As <see cref="HostPattern.Normal"/> gives it.</param>
/// <param name="Port">The port.</param>
/// <param name="Token">Which connection asks.</param>
/// <param name="IsPlain">True when it says that no TLS follows.</param>
internal sealed record ConnectRequest(string Host, int Port, string Token, bool IsPlain)
{
    internal const int MaxHead = 2048;
    internal const string PlainHeader = "Plain";
    private const string Bearer = "Bearer ";

    /// <summary>Reads a head, byte by byte so that none of what follows is taken, and no further than <see cref="MaxHead"/>.</summary>
    /// <returns>The head without the empty line; null when the stream ended before it did.</returns>
    /// <exception cref="ProtocolException">It is too long.</exception>
    internal static async Task<string?> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new byte[MaxHead];
        for (var length = 0; length < MaxHead; length++)
        {
            if (await stream.ReadAsync(head.AsMemory(length, 1), cancellationToken) == 0)
            {
                return null;
            }

            if (head[length] == '\n' && head.AsSpan(0, length + 1).EndsWith("\r\n\r\n"u8))
            {
                return Encoding.Latin1.GetString(head, 0, length - 3);
            }
        }

        throw new ProtocolException($"The head has more than {MaxHead} bytes.");
    }

    /// <summary>Reads the meaning of a head.</summary>
    /// <exception cref="ProtocolException">It is not what <see cref="ToString"/> writes.</exception>
    internal static ConnectRequest Parse(string head)
    {
        var lines = head.Split("\r\n");
        var words = lines[0].Split(' ');
        if (words is not ["CONNECT", var target, "HTTP/1.1"])
        {
            throw new ProtocolException("The first line is not CONNECT host:port HTTP/1.1.");
        }

        if (!HostPattern.TryParse(target, out var host) || host is not { IsWildcard: false, Port: { } port })
        {
            throw new ProtocolException("The target is not host:port.");
        }

        string? token = null;
        var isPlain = false;
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            var (name, value) = colon > 0 ? (line[..colon], line[(colon + 2)..]) : throw new ProtocolException("A header is not name: value.");
            switch (name)
            {
                case "Proxy-Authorization" when value.StartsWith(Bearer, StringComparison.Ordinal):
                    token = value[Bearer.Length..];
                    break;
                case PlainHeader:
                    isPlain = true;
                    break;
            }
        }

        return new(host.Host, port, token ?? throw new ProtocolException("The header Proxy-Authorization is missing."), isPlain);
    }

    /// <summary>The head, with its empty line.</summary>
    public override string ToString()
    {
        var target = new HostPattern(Host, IsWildcard: false, Port);
        return $"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nProxy-Authorization: {Bearer}{Token}\r\n{(IsPlain ? PlainHeader + ": true\r\n" : "")}\r\n";
    }
}
