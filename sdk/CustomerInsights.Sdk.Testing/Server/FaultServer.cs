using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CustomerInsights.Sdk.Testing.Server;

/// <summary>
/// An HTTP/1.1 server on loopback that answers by a script and fails on demand. On plain sockets, for a reset, a drip and half a body
/// cannot be had from a server that behaves. One request a connection.
/// </summary>
internal sealed class FaultServer : IAsyncDisposable
{
    private const int LargestHead = 64 * 1024;
    private const int LargestBody = 16 * 1024 * 1024;
    private const int Drops = 40;
    private static readonly TimeSpan DropEvery = TimeSpan.FromMilliseconds(15);

    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentQueue<SeenRequest> _requests = new();
    private readonly Task _accepting;
    private volatile ServerScript? _script;
    private volatile ServerFault? _fault;
    private volatile ServerAnswer? _repeated;
    private int _count;

    private FaultServer(TcpListener listener)
    {
        _listener = listener;
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{(IPEndPoint)listener.LocalEndpoint}"));
        _accepting = AcceptAsync();
    }

    internal Uri Address { get; }

    /// <summary>What has come since the last reset.</summary>
    internal IReadOnlyList<SeenRequest> Requests => [.. _requests];

    internal TargetTruth Truth { get; } = new();

    internal static FaultServer Start(IPAddress? address = null)
    {
        var listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        listener.Start();
        return new FaultServer(listener);
    }

    /// <summary>Forgets requests and faults, and answers by this script; with null by 404.</summary>
    internal void Play(ServerScript? script)
    {
        _script = script;
        Forget(null);
    }

    /// <summary>Forgets requests, and fails as told from now on.</summary>
    internal void Forget(ServerFault? fault)
    {
        _fault = fault;
        _repeated = null;
        _requests.Clear();
        Interlocked.Exchange(ref _count, 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_ending.Token);
                _ = Task.Run(() => ServeAsync(client), CancellationToken.None);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server ends.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                client.NoDelay = true;
                var stream = client.GetStream();
                if (await ReadAsync(stream, _ending.Token) is { } request)
                {
                    _requests.Enqueue(request);
                    await AnswerAsync(client, stream, request);
                }
            }
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went, or the server ends.
        }
    }

    private async Task AnswerAsync(TcpClient client, NetworkStream stream, SeenRequest request)
    {
        var fault = _fault is { } given && given.Meets(request.Number) ? given : null;
        if (Refusal(fault) is { } refusal)
        {
            await WriteAsync(stream, refusal);
            return;
        }

        var answer = _script?.Answer(request) ?? ServerAnswer.Json(404, "{}");
        if (_fault is { Kind: FaultKind.Repeat } repeat && request.Number == repeat.From - 1)
        {
            _repeated = answer;
        }

        switch (fault?.Kind)
        {
            case FaultKind.Repeat:
                await WriteAsync(stream, _repeated ?? answer);
                break;
            case FaultKind.Reset:
                await WriteHalfAsync(stream, answer);
                client.LingerState = new LingerOption(enable: true, seconds: 0);
                client.Close();
                break;
            case FaultKind.Stall:
                await WriteHalfAsync(stream, answer);

                // Ends when the client does.
                _ = await stream.ReadAsync(new byte[1], _ending.Token);
                break;
            case FaultKind.Drip:
                await DripAsync(stream, answer);
                break;
            case FaultKind.Truncated:
                await WriteAsync(stream, answer with { Body = answer.Body[..(answer.Body.Length / 2)] });
                break;
            case FaultKind.Malformed:
                await WriteAsync(stream, answer with { Body = [.. "}"u8, .. answer.Body] });
                break;
            default:
                await WriteAsync(stream, answer);
                break;
        }
    }

    private static ServerAnswer? Refusal(ServerFault? fault) => fault?.Kind switch
    {
        FaultKind.TooManySeconds => With(ServerAnswer.Json(429, "{}"), "Retry-After", fault.RetryAfter.ToString(CultureInfo.InvariantCulture)),

        // The date has whole seconds: one more, so that it is not over already.
        FaultKind.TooManyDate => With(ServerAnswer.Json(429, "{}"), "Retry-After", TimeProvider.System.GetUtcNow().AddSeconds(fault.RetryAfter + 1).ToString("R", CultureInfo.InvariantCulture)),
        FaultKind.ServerError => ServerAnswer.Json(500, """{"error":"internal"}"""),
        FaultKind.Unauthorized => ServerAnswer.Json(401, """{"error":"unauthorized"}"""),
        FaultKind.Html => new ServerAnswer(200, "<!doctype html><title>Maintenance</title><p>We are back soon."u8.ToArray(), "text/html"),
        FaultKind.Redirect => With(ServerAnswer.Json(302, ""), "Location", fault.Elsewhere!.AbsoluteUri),
        _ => null,
    };

    private static ServerAnswer With(ServerAnswer answer, string name, string value) =>
        answer with { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value } };

    private async Task WriteAsync(NetworkStream stream, ServerAnswer answer)
    {
        await stream.WriteAsync(answer.Head(), _ending.Token);
        await stream.WriteAsync(answer.Body, _ending.Token);
    }

    private async Task WriteHalfAsync(NetworkStream stream, ServerAnswer answer)
    {
        await stream.WriteAsync(answer.Head(), _ending.Token);
        await stream.WriteAsync(answer.Body.AsMemory(0, answer.Body.Length / 2), _ending.Token);
        await stream.FlushAsync(_ending.Token);
    }

    private async Task DripAsync(NetworkStream stream, ServerAnswer answer)
    {
        await stream.WriteAsync(answer.Head(), _ending.Token);
        var drop = Math.Max(1, answer.Body.Length / Drops);
        for (var at = 0; at < answer.Body.Length; at += drop)
        {
            await stream.WriteAsync(answer.Body.AsMemory(at, Math.Min(drop, answer.Body.Length - at)), _ending.Token);
            await Task.Delay(DropEvery, TimeProvider.System, _ending.Token);
        }
    }

    private async Task<SeenRequest?> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var head = new List<byte>(1024);
        var one = new byte[1];
        while (head is not [.., (byte)'\r', (byte)'\n', (byte)'\r', (byte)'\n'])
        {
            if (head.Count >= LargestHead || await stream.ReadAsync(one, cancellationToken) == 0)
            {
                return null;
            }

            head.Add(one[0]);
        }

        var at = TimeProvider.System.GetTimestamp();
        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        if (lines is not [var first, .. var rest] || first.Split(' ') is not [var method, var target, ..])
        {
            return null;
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in rest)
        {
            if (line.Split(':', 2) is [var name, var value])
            {
                headers[name.Trim()] = value.Trim();
            }
        }

        var body = await BodyAsync(stream, headers, cancellationToken);
        return new SeenRequest(Interlocked.Increment(ref _count), method, target, headers, body, at);
    }

    private static async Task<string> BodyAsync(NetworkStream stream, Dictionary<string, string> headers, CancellationToken cancellationToken)
    {
        if (headers.TryGetValue("Content-Length", out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= LargestBody)
        {
            var body = new byte[length];
            await stream.ReadExactlyAsync(body, cancellationToken);
            return Encoding.UTF8.GetString(body);
        }

        return headers.GetValueOrDefault("Transfer-Encoding") == "chunked" ? await ChunksAsync(stream, cancellationToken) : "";
    }

    private static async Task<string> ChunksAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        using var text = new StreamReader(stream, Encoding.Latin1, false, 4096, leaveOpen: true);
        while (await text.ReadLineAsync(cancellationToken) is { } size && int.TryParse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var length) && length > 0 && body.Length + length <= LargestBody)
        {
            var chunk = new char[length];
            await text.ReadBlockAsync(chunk, cancellationToken);
            body.Write(Encoding.Latin1.GetBytes(chunk));
            await text.ReadLineAsync(cancellationToken);
        }

        return Encoding.UTF8.GetString(body.ToArray());
    }
}
