using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CustomerInsights.Plugins.Tests.Kit;

/// <summary>A web server on loopback that answers what the test says, byte by byte where it must be. One request a connection.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly Func<Asked, Reply> _answer;
    private readonly Task _accepting;

    internal ScriptedServer(Func<Asked, Reply> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Gives the answers in order, the last one for ever.</summary>
    internal ScriptedServer(params Reply[] answers)
        : this(asked => answers[Math.Min(asked.Number, answers.Length - 1)])
    {
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}/");

    internal ConcurrentQueue<Asked> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_ending.Token);
                open.Add(Task.Run(() => ServeAsync(client)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                if (await ReadAsync(stream) is { } asked)
                {
                    await _answer(asked).WriteAsync(client, stream, _ending.Token);
                }
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The client has gone, or the test is over.
        }
    }

    private async Task<Asked?> ReadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _ending.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, _ending.Token);
        var words = lines[0].Split(' ');
        lock (Requests)
        {
            var asked = new Asked(Requests.Count, words[0], words[1], headers, Encoding.UTF8.GetString(body));
            Requests.Enqueue(asked);
            return asked;
        }
    }
}

/// <summary>A request as it came.</summary>
/// <param name="Number">0 for the first.</param>
internal sealed record Asked(int Number, string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>What the server does about it.</summary>
internal sealed class Reply(Func<TcpClient, NetworkStream, CancellationToken, Task> write)
{
    /// <summary>The connection is lost instead of an answer.</summary>
    internal static Reply Reset { get; } = new((client, _, _) =>
    {
        client.LingerState = new LingerOption(enable: true, seconds: 0);
        return Task.CompletedTask;
    });

    /// <summary>Nothing comes until the test is over.</summary>
    internal static Reply Silence { get; } = new((_, _, cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken));

    internal static Reply Text(string body) => Of(200, body);

    internal static Reply Of(int status, string body = "", params string[] headers) => Of(status, Encoding.UTF8.GetBytes(body), headers);

    internal static Reply Of(int status, byte[] body, params string[] headers) => new(async (_, stream, cancellationToken) =>
    {
        string[] length = headers.Any(header => header.StartsWith("Content-Length:", StringComparison.Ordinal)) ? [] : [string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}")];
        await stream.WriteAsync(Head(status, [.. length, .. headers]), cancellationToken);
        await stream.WriteAsync(body, cancellationToken);
    });

    /// <summary>A body of unknown length, piece by piece; the end of the connection is its end.</summary>
    internal static Reply Pieces(IAsyncEnumerable<byte[]> pieces, params string[] headers) => new(async (_, stream, cancellationToken) =>
    {
        await stream.WriteAsync(Head(200, headers), cancellationToken);
        await foreach (var piece in pieces.WithCancellation(cancellationToken))
        {
            await stream.WriteAsync(piece, cancellationToken);
        }
    });

    internal Task WriteAsync(TcpClient client, NetworkStream stream, CancellationToken cancellationToken) => write(client, stream, cancellationToken);

    private static byte[] Head(int status, string[] headers) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Said\r\nConnection: close\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n"));
}
