using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Http;
using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Workers;

/// <summary>
/// The only way out of a sandboxed worker: a socket in its folder on which the host answers CONNECT. Which hosts a connection
/// may reach is what the host knows of it, by a token that it made; what the worker says of itself counts for nothing. What flows through
/// is not looked at: TLS is between the plugin and its server.
/// </summary>
internal sealed class EgressProxy : IDisposable
{
    /// <summary>Tunnels of a worker at once.</summary>
    internal const int MostTunnels = 128;

    private static readonly TimeSpan HeadTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DialTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentDictionary<string, Door> _doors = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _over = new();
    private readonly TimeProvider _clock;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private int _open;

    internal EgressProxy(string folder, TimeProvider clock, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        (_clock, _resolve) = (clock, resolve);
        Address = Path.Combine(folder, "n");
        _socket.Bind(new UnixDomainSocketEndPoint(Address));
        _socket.Listen(MostTunnels);
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens.</summary>
    internal string Address { get; }

    /// <summary>Tunnels that are open.</summary>
    internal int Tunnels => Volatile.Read(ref _open);

    /// <summary>Lets one connection of the plugin out.</summary>
    /// <param name="rules">Whom it may contact.</param>
    /// <param name="log">Hears of what was refused.</param>
    /// <returns>The token by which the worker names it.</returns>
    internal string Open(NetworkRules rules, ILogger log)
    {
        var token = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        _doors[token] = new Door(rules, log);
        return token;
    }

    /// <summary>Closes what one connection has open, and lets it out no more.</summary>
    internal void Close(string token)
    {
        if (_doors.TryRemove(token, out var door))
        {
            _ = PluginBoundary.Cancel(door.Closed);
        }
    }

    public void Dispose()
    {
        _ = PluginBoundary.Cancel(_over);
        _socket.Dispose();
        foreach (var token in _doors.Keys)
        {
            Close(token);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                if (await AcceptOneAsync() is { } client)
                {
                    _ = Task.Run(() => ServeAsync(client), CancellationToken.None);
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // The worker is over, and its way out with it.
        }
    }

    private async Task<Socket?> AcceptOneAsync()
    {
        try
        {
            return await _socket.AcceptAsync(_over.Token);
        }
        catch (SocketException)
        {
            // The host may be out of descriptors for a moment, or the other side was gone again.
            await Task.Delay(Pause, _clock, _over.Token);
            return null;
        }
    }

    private async Task ServeAsync(Socket client)
    {
        await using var stream = new NetworkStream(client, ownsSocket: true);
        try
        {
            if (Interlocked.Increment(ref _open) > MostTunnels)
            {
                await RefuseAsync(stream, 503, $"{MostTunnels} connections of this plugin are open already; dispose responses that were read.");
                return;
            }

            await AnswerAsync(stream);
        }
        catch (ProtocolException error)
        {
            await RefuseAsync(stream, 400, error.Message);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // One side has gone, or nothing came for too long: the end of the connection tells the other.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task AnswerAsync(NetworkStream worker)
    {
        string? head;
        using (var late = new CancellationTokenSource(HeadTime, _clock))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _over.Token))
        {
            head = await ConnectRequest.ReadHeadAsync(worker, either.Token);
        }

        if (head is null)
        {
            return;
        }

        var request = ConnectRequest.Parse(head);
        if (!_doors.TryGetValue(request.Token, out var door))
        {
            await RefuseAsync(worker, 407, "The component is disposed; its network is no longer there.");
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(door.Closed.Token, _over.Token);
        try
        {
            await using var server = await DialAsync(door.Rules, request, ending.Token);
            await worker.WriteAsync("HTTP/1.1 200 Connected\r\n\r\n"u8.ToArray(), ending.Token);
            await EgressTunnel.RunAsync(worker, server, _clock, ending.Token);
        }
        catch (PluginException refused)
        {
            HttpLog.SandboxRefused(door.Log, request.Host, request.Port, refused.Message);
            await RefuseAsync(worker, 403, refused.Message);
        }
        catch (Unreachable unreachable)
        {
            await RefuseAsync(worker, 502, unreachable.Message);
        }
    }

    private async Task<NetworkStream> DialAsync(NetworkRules rules, ConnectRequest request, CancellationToken cancellationToken)
    {
        if (rules.HostObjection(request.Host, request.Port) is { } objection)
        {
            throw objection;
        }

        using var late = new CancellationTokenSource(DialTime, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await new DirectDialer(rules, _resolve).ConnectAsync(request.Host, request.Port, request.IsPlain, either.Token);
        }
        catch (IOException error)
        {
            throw new Unreachable(error.Message);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw new Unreachable("No connection came about in time.");
        }
    }

    private async Task RefuseAsync(NetworkStream worker, int status, string reason)
    {
        try
        {
            using var late = new CancellationTokenSource(HeadTime, _clock);
            await worker.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 {status} Refused\r\n\r\n{reason}"), late.Token);
            worker.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody hears the refusal; it stands all the same.
        }
    }

    private sealed class Door(NetworkRules rules, ILogger log)
    {
        internal NetworkRules Rules => rules;

        internal ILogger Log => log;

        internal CancellationTokenSource Closed { get; } = new();
    }

    private sealed class Unreachable(string message) : Exception(message);
}
