using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace CustomerInsights.Bench.Events;

/// <summary>What came of a load.</summary>
/// <param name="Events">Events that were answered with 200.</param>
/// <param name="Seconds">In this time.</param>
/// <param name="Later">Requests that were answered with 429 or 503.</param>
/// <param name="Milliseconds">Of each request with 200, in ascending order; with a rate, from when it was due.</param>
internal sealed record EventLoad(long Events, double Seconds, long Later, IReadOnlyList<double> Milliseconds)
{
    /// <summary>What the whole process took of CPU for each event; 0 where it was not measured.</summary>
    public double CpuMicroseconds { get; init; }

    public double PerSecond => Events / Seconds;

    public double At(double part) => Milliseconds.Count == 0 ? double.NaN : Milliseconds[Math.Min(Milliseconds.Count - 1, (int)(Milliseconds.Count * part))];
}

/// <summary>Posts events over loopback on kept connections, one request at a time on each; requests are made once, and only the message ids change.</summary>
/// <param name="target">The host.</param>
/// <param name="key">The write key.</param>
/// <param name="batch">Events in a request; 1: single ones.</param>
/// <param name="connections">How many.</param>
/// <param name="people">How many people the events are of; null: each is of a person of its own.</param>
/// <param name="first">The number of the first event of each connection.</param>
internal sealed class EventGenerator(Uri target, string key, int batch, int connections, int? people = null, long first = 0)
{
    private const string IdMark = "################";

    /// <summary>An event as the generator posts it.</summary>
    public static string Item(bool typed) => $$$"""
        {{{{(typed ? "\"type\":\"track\"," : "")}}}"event":"Product Viewed","messageId":"{{{IdMark}}}","userId":"user-{{{IdMark}}}","timestamp":"2026-11-27T12:00:00.000Z","properties":{"product_id":"507f1f77bcf86cd799439011","sku":"G-32","category":"Games","name":"Monopoly: 3rd Edition","brand":"Hasbro","price":18.99,"quantity":1,"currency":"EUR","position":3},"context":{"library":{"name":"bench","version":"1"},"locale":"de-DE","page":{"path":"/shop/monopoly","url":"https://shop.example/shop/monopoly","title":"Monopoly"},"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"}}
        """;

    /// <summary>Posts for a while unmeasured, then measured.</summary>
    /// <param name="eventsPerSecond">How many are asked for; null: as many as are answered.</param>
    /// <param name="warm">Unmeasured.</param>
    /// <param name="measured">Measured.</param>
    public async Task<EventLoad> RunAsync(double? eventsPerSecond, TimeSpan warm, TimeSpan measured)
    {
        var began = Stopwatch.GetTimestamp();
        var from = began + Ticks(warm);
        var until = from + Ticks(measured);
        var interval = eventsPerSecond is { } rate ? Stopwatch.Frequency * (double)batch * connections / rate : 0;
        var loads = await Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(() => LoopAsync(i, began + (long)(interval * i / connections), interval, from, until))));
        var times = loads.SelectMany(load => load.Times).Order().ToList();
        return new EventLoad((long)times.Count * batch, measured.TotalSeconds, loads.Sum(load => load.Later), times);
    }

    private async Task<(List<double> Times, long Later)> LoopAsync(int connection, long began, double interval, long from, long until)
    {
        var request = Request();
        var marks = Marks(request);
        var answer = new byte[4096];
        var times = new List<double>();
        var (later, number) = (0L, ((long)connection << 40) + first);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(target.Host, target.Port);
        for (var sent = 0; ; sent++)
        {
            var due = interval > 0 ? began + (long)(interval * sent) : Stopwatch.GetTimestamp();
            if (due >= until || Stopwatch.GetTimestamp() >= until)
            {
                return (times, later);
            }

            var wait = (due - Stopwatch.GetTimestamp()) * 1000 / Stopwatch.Frequency;
            if (wait > 0)
            {
                await Task.Delay((int)wait);
            }

            for (var i = 0; i < marks.Count; i++)
            {
                // An event's two marks get one number: its id, and whose it is.
                number += i % 2 == 0 ? 1 : 0;
                var shown = i % 2 == 0 || people is not { } most ? number : (number + connection) % most;
                shown.TryFormat(request.AsSpan(marks[i], IdMark.Length), out _, "x16", CultureInfo.InvariantCulture);
            }

            await socket.SendAsync(request);
            var status = await StatusAsync(socket, answer);
            var now = Stopwatch.GetTimestamp();
            if (status == 200)
            {
                if (due >= from && now <= until)
                {
                    times.Add((now - due) * 1000.0 / Stopwatch.Frequency);
                }
            }
            else if (status is 429 or 503)
            {
                later++;
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
            else
            {
                throw new InvalidOperationException($"The answer was {status}.");
            }
        }
    }

    private static async Task<int> StatusAsync(Socket socket, byte[] buffer)
    {
        var length = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length));
            length += read == 0 ? throw new InvalidOperationException("The connection ended.") : read;
            var head = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (head >= 0 && (IsChunked(buffer.AsSpan(0, head)) ? buffer.AsSpan(0, length).EndsWith("\r\n0\r\n\r\n"u8) : length >= head + 4 + ContentLength(buffer.AsSpan(0, head))))
            {
                return int.Parse(buffer.AsSpan(9, 3), CultureInfo.InvariantCulture);
            }
        }
    }

    // Refusals come in one chunk and its end.
    private static bool IsChunked(ReadOnlySpan<byte> head) => head.IndexOf("Transfer-Encoding: chunked"u8) >= 0;

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("Content-Length: "u8);
        if (at < 0)
        {
            throw new InvalidOperationException("The answer has no Content-Length, which this generator needs.");
        }

        var rest = head[(at + 16)..];
        var end = rest.IndexOf((byte)'\r');
        return int.Parse(end < 0 ? rest : rest[..end], CultureInfo.InvariantCulture);
    }

    private byte[] Request()
    {
        var body = batch == 1 ? Item(false) : $$"""{"batch":[{{string.Join(',', Enumerable.Repeat(Item(true), batch))}}],"sentAt":"2026-11-27T12:00:00.100Z"}""";
        var credentials = Convert.ToBase64String(Encoding.ASCII.GetBytes(key + ":"));
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST /v1/{(batch == 1 ? "track" : "batch")} HTTP/1.1\r\nHost: {target.Authority}\r\nAuthorization: Basic {credentials}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
    }

    private static List<int> Marks(byte[] request)
    {
        var mark = Encoding.ASCII.GetBytes(IdMark);
        var marks = new List<int>();
        for (var at = request.AsSpan().IndexOf(mark); at >= 0;)
        {
            marks.Add(at);
            var next = request.AsSpan(at + mark.Length).IndexOf(mark);
            at = next < 0 ? -1 : at + mark.Length + next;
        }

        return marks;
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
