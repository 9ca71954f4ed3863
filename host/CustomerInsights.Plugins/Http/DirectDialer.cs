using System.Net;
using System.Net.Sockets;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Http;

/// <summary>
/// Connects from this process. The name is looked up once, the addresses are judged, and one that passed is connected to as it is: an
/// answer of the name server that changes between look and leap cannot win.
/// </summary>
internal sealed class DirectDialer(NetworkRules rules, Func<string, CancellationToken, Task<IPAddress[]>> resolve) : IDialer
{
    /// <summary>For reads without a token, in milliseconds.</summary>
    internal const int ReadTimeout = 30_000;

    private const int MostAddresses = 8;

    public async ValueTask<Stream> DialAsync(string host, int port, bool isPlain, CancellationToken cancellationToken) =>
        await ConnectAsync(host, port, isPlain, cancellationToken);

    internal async Task<NetworkStream> ConnectAsync(string host, int port, bool isPlain, CancellationToken cancellationToken)
    {
        PluginException? refused = null;
        SocketException? failed = null;
        foreach (var address in (await AddressesAsync(host, cancellationToken)).Take(MostAddresses))
        {
            if (rules.AddressObjection(host, port, address, isPlain) is { } objection)
            {
                refused ??= objection;
                continue;
            }

            try
            {
                return await ConnectAsync(new IPEndPoint(address, port), cancellationToken);
            }
            catch (SocketException error)
            {
                failed = error;
            }
        }

        throw failed is not null ? new IOException(failed.Message, failed)
            : refused ?? (Exception)new IOException("The name server knows no address of it.");
    }

    private async Task<IPAddress[]> AddressesAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return [address];
        }

        try
        {
            return await resolve(host, cancellationToken);
        }
        catch (SocketException error)
        {
            throw new IOException($"The name server gives no address: {error.Message}", error);
        }
    }

    private static async Task<NetworkStream> ConnectAsync(IPEndPoint to, CancellationToken cancellationToken)
    {
        // The time-out is for reads on the caller's thread alone; all others have tokens.
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = ReadTimeout };
        try
        {
            await socket.ConnectAsync(to, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
