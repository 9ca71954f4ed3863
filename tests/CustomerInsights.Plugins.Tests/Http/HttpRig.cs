using System.Collections.Concurrent;
using System.Net;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Http;
using CustomerInsights.Plugins.Tests.Kit;

namespace CustomerInsights.Plugins.Tests.Http;

/// <summary>One connection's HTTP with a clock that stands, a name server of its own, and jitter that is none.</summary>
internal sealed class HttpRig : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PluginHttp _http;

    internal HttpRig(string[] declared, NetworkGrants? grants = null, PluginHttpLimits? limits = null, int? perMinute = null, int concurrency = 8)
    {
        Signs = new SignsOfLife(Clock, Waits.Enqueue);
        var rules = new NetworkRules("test.web", new AllowedHosts(declared, "{}"u8.ToArray()), grants ?? new([], ["127.0.0.0/8"]));
        _http = new PluginHttp(new PluginHttpParts("test.web", "c1", rules, new DirectDialer(rules, ResolveAsync), Signs, Clock, Loggers.CreateLogger("http"))
        {
            Limits = limits ?? new PluginHttpLimits(),
            Concurrency = concurrency,
            RequestsPerMinute = perMinute,
            Random = () => 0.5,
            Clean = static text => text.Replace("0pened", "***", StringComparison.Ordinal),
            Stopping = _stopping.Token,
        });
        Client = _http.CreateClient();
    }

    internal ManualTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero));

    internal RecordingLoggers Loggers { get; } = new();

    internal SignsOfLife Signs { get; }

    /// <summary>The waits, in order.</summary>
    internal ConcurrentQueue<TimeSpan> Waits { get; } = new();

    /// <summary>The names that the name server knows, with the addresses of each answer; the last one for ever.</summary>
    internal Dictionary<string, Queue<IPAddress[]>> Names { get; } = new(StringComparer.Ordinal);

    internal HttpClient Client { get; }

    public void Dispose()
    {
        Client.Dispose();
        _http.Dispose();
        Loggers.Dispose();
        _stopping.Dispose();
    }

    internal void Stop() => _stopping.Cancel();

    internal void Close() => _http.Dispose();

    /// <summary>Sends, and moves the clock over every wait as soon as it has begun.</summary>
    internal async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        var passed = Waits.Count;
        var sending = Client.SendAsync(request);
        await OverWaitsAsync(sending, passed);
        return await sending;
    }

    internal Task<HttpResponseMessage> GetAsync(string url) => SendAsync(new HttpRequestMessage(HttpMethod.Get, url));

    private async Task OverWaitsAsync(Task task, int passed)
    {
        while (!task.IsCompleted)
        {
            await Eventually.TrueAsync(() => task.IsCompleted || Waits.Count > passed, () => "neither an end nor a wait", seconds: 20);
            foreach (var wait in Waits.Skip(passed).ToList())
            {
                await Eventually.TrueAsync(() => Clock.IsWaitedFor(wait), () => $"nothing waits for {wait}");
                Clock.Advance(wait + TimeSpan.FromMilliseconds(1));
                passed++;
            }
        }
    }

    private Task<IPAddress[]> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        if (!Names.TryGetValue(name, out var answers))
        {
            throw new System.Net.Sockets.SocketException(11001);
        }

        return Task.FromResult(answers.Count > 1 ? answers.Dequeue() : answers.Peek());
    }
}
