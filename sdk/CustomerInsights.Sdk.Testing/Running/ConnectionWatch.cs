using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Globalization;
using System.Net;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>Sees where this process connects to while it lives: the runtime's own events for sockets and names.</summary>
internal sealed class ConnectionWatch : EventListener
{
    private readonly ConcurrentQueue<string> _hosts = new();
    private readonly ConcurrentQueue<IPEndPoint> _endPoints = new();

    /// <summary>Names that were looked up.</summary>
    internal IReadOnlyList<string> Hosts => [.. _hosts];

    /// <summary>Addresses to which a connection was begun.</summary>
    internal IReadOnlyList<IPEndPoint> EndPoints => [.. _endPoints];

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name is "System.Net.Sockets" or "System.Net.NameResolution")
        {
            EnableEvents(eventSource, EventLevel.Informational);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        var first = eventData.Payload is [string text, ..] ? text : null;
        switch (eventData.EventName)
        {
            case "ConnectStart" when first is not null && Parse(first) is { } endPoint:
                _endPoints?.Enqueue(endPoint);
                break;
            case "ResolutionStart" when first is not null:
                _hosts?.Enqueue(first);
                break;
        }
    }

    // "InterNetwork:16:{1,187,127,0,0,1,0,…}": port and address in network order.
    private static IPEndPoint? Parse(string address)
    {
        var at = address.IndexOf('{', StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var bytes = address[(at + 1)..].TrimEnd('}').Split(',').Select(part => byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : (byte)0).ToArray();
        if (bytes.Length >= 6 && address.StartsWith("InterNetwork:", StringComparison.Ordinal))
        {
            return new IPEndPoint(new IPAddress(bytes.AsSpan(2, 4)), (bytes[0] << 8) | bytes[1]);
        }

        if (bytes.Length >= 22 && address.StartsWith("InterNetworkV6:", StringComparison.Ordinal))
        {
            var six = new IPAddress(bytes.AsSpan(6, 16));
            return new IPEndPoint(six.IsIPv4MappedToIPv6 ? six.MapToIPv4() : six, (bytes[0] << 8) | bytes[1]);
        }

        return null;
    }
}
