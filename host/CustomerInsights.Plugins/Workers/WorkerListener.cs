using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Workers;

/// <summary>Waits for one worker in a folder of its own that only this user can enter, and makes sure that it is the one that was started.</summary>
internal sealed class WorkerListener : IDisposable
{
    // SOL_SOCKET and SO_PEERCRED of Linux; the answer begins with the peer's process id.
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    internal WorkerListener()
    {
        // A short path: an address of a Unix socket has room for about a hundred bytes.
        Folder = Directory.CreateTempSubdirectory("ci-w-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Address = Path.Combine(Folder, "s");
        Token = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        _socket.Bind(new UnixDomainSocketEndPoint(Address));
        _socket.Listen(1);
    }

    internal string Folder { get; }

    internal string Address { get; }

    internal string Token { get; }

    /// <summary>Takes the worker's connection; after that nobody can connect any more.</summary>
    internal async Task<Socket> AcceptAsync(int processId, CancellationToken cancellationToken)
    {
        var socket = await _socket.AcceptAsync(cancellationToken);
        Close();
        if (OperatingSystem.IsLinux())
        {
            Span<byte> credentials = stackalloc byte[12];
            socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
            var peer = BinaryPrimitives.ReadInt32LittleEndian(credentials);
            if (peer != processId)
            {
                socket.Dispose();
                throw new ProtocolException($"The process {peer} connected where the worker {processId} was expected.");
            }
        }

        return socket;
    }

    /// <summary>Reads and answers the worker's first words.</summary>
    internal async Task GreetAsync(Peer peer, string pluginId, string version, CancellationToken cancellationToken)
    {
        using var frame = await peer.ReadAsync(cancellationToken) ?? throw new ProtocolException("The worker closed the connection without a word.");
        if (frame.Kind != FrameKind.Hello)
        {
            throw new ProtocolException($"The worker's first frame is a {frame.Kind}.");
        }

        var hello = WireJson.Read(frame.Body.Span, WireJson.Default.WorkerHello);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(hello.Token ?? ""), Encoding.UTF8.GetBytes(Token)))
        {
            throw new ProtocolException("The worker does not know the token.");
        }

        if (hello.ProtocolMin > WorkerStart.Protocol || hello.ProtocolMax < WorkerStart.Protocol || hello.Sdk != SdkInfo.Version)
        {
            throw new ProtocolException(
                $"The worker program speaks protocol {hello.ProtocolMin} to {hello.ProtocolMax} with SDK {hello.Sdk}; this host speaks {WorkerStart.Protocol} with SDK {SdkInfo.Version}. Install host and worker of one release.");
        }

        if (hello.PluginId != pluginId || hello.Version != version)
        {
            throw new ProtocolException($"The worker has {hello.PluginId} {hello.Version}; {pluginId} {version} was asked for.");
        }

        await peer.SendAsync(WireJson.Write(new WorkerWelcome(WorkerStart.Protocol), WireJson.Default.WorkerWelcome), FrameKind.Welcome, 0);
    }

    public void Dispose()
    {
        Close();
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It holds nothing but what the plugin put there, below the system's temporary folder.
        }
    }

    private void Close()
    {
        _socket.Dispose();
        File.Delete(Address);
    }
}
