using System.Net.Sockets;
using System.Text;
using CustomerInsights.Plugins.Workers;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Http;

/// <summary>Connects from within a sandbox: through the host's <see cref="EgressProxy"/>, which looks names up, judges, and says why not.</summary>
/// <param name="socket">Where the host listens.</param>
/// <param name="token">Which connection this is.</param>
internal sealed class ProxyDialer(string socket, string token) : IDialer
{
    private const int MaxReason = 4096;

    public async ValueTask<Stream> DialAsync(string host, int port, bool isPlain, CancellationToken cancellationToken)
    {
        var stream = await ConnectAsync(cancellationToken);
        try
        {
            await AskAsync(stream, new ConnectRequest(host, port, token, isPlain), cancellationToken);
            var head = await ConnectRequest.ReadHeadAsync(stream, cancellationToken) ?? throw new IOException("The host closed the connection.");
            if (head.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
            {
                return stream;
            }

            var reason = await ReadReasonAsync(stream, cancellationToken);
            throw head.StartsWith("HTTP/1.1 403 ", StringComparison.Ordinal)
                ? new PluginException(FailureKind.Configuration, reason)
                : new IOException(reason);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private async Task<NetworkStream> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = DirectDialer.ReadTimeout };
        try
        {
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
            return new NetworkStream(connection, ownsSocket: true);
        }
        catch (SocketException error)
        {
            connection.Dispose();
            throw new IOException($"The host's way out cannot be reached: {error.Message}", error);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static async Task AskAsync(NetworkStream stream, ConnectRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request.ToString()), cancellationToken);
        }
        catch (IOException)
        {
            // Refused before it was asked: why is there to read.
        }
    }

    private static async Task<string> ReadReasonAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var reason = new byte[MaxReason];
        var length = 0;
        try
        {
            while (length < MaxReason && await stream.ReadAsync(reason.AsMemory(length), cancellationToken) is > 0 and var more)
            {
                length += more;
            }
        }
        catch (IOException) when (length > 0)
        {
            // Who refuses before it has read the request resets the connection; the reason came before that.
        }

        return Encoding.UTF8.GetString(reason, 0, length);
    }
}
