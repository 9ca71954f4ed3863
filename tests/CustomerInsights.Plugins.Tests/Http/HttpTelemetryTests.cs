using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Http;

/// <summary>What an operator sees of plugins' requests.</summary>
public sealed class HttpTelemetryTests
{
    [Fact]
    public async Task Requests_tries_bytes_and_time_are_counted_by_plugin_and_declared_host()
    {
        await using var server = new ScriptedServer(Reply.Of(503), Reply.Text("hello"));
        var host = $"*.shop.example:{server.Port}";
        using var seen = new Seen(host);
        using var rig = new HttpRig([host]);
        rig.Names["a.shop.example"] = new([[System.Net.IPAddress.Loopback]]);
        (await rig.GetAsync($"http://a.shop.example:{server.Port}/")).Dispose();
        await Assert.ThrowsAsync<PluginException>(() => rig.GetAsync("http://evil.example/"));
        Assert.Equal(1, seen.Sum("plugin_http_requests", "200"));
        Assert.Equal(1, seen.Sum("plugin_http_retries"));
        Assert.Equal(5, seen.Sum("plugin_http_received"));
        Assert.InRange(seen.Sum("plugin_http_duration"), 0.5, 5);
    }

    [Fact]
    public async Task A_request_is_an_activity_without_query_and_user()
    {
        await using var server = new ScriptedServer(Reply.Of(503), Reply.Text("hello"));
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "CustomerInsights.Plugins",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var rig = new HttpRig([RetryTests.Host(server)]);
        (await rig.GetAsync($"http://user:s3cret@127.0.0.1:{server.Port}/bot0pened/orders?key=s3cret")).Dispose();
        var activity = Assert.Single(activities, activity => Equals(activity.GetTagItem("server.port"), server.Port));
        Assert.Equal($"{server.Url}bot***/orders", activity.GetTagItem("url.full"));
        Assert.Equal(("test.web", 200, 1), (activity.GetTagItem("plugin.id"), activity.GetTagItem("http.response.status_code"), activity.GetTagItem("http.request.resend_count")));
        Assert.DoesNotContain(activity.TagObjects, tag => $"{tag.Value}".Contains("s3cret", StringComparison.Ordinal));
        Assert.DoesNotContain("traceparent", server.Requests.First().Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    // Measurements of one host: other tests measure at the same time.
    private sealed class Seen : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Name, double Value, string? Outcome)> _measured = new();

        internal Seen(string host)
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "CustomerInsights.Plugins")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument.Name, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument.Name, value, tags));
            _listener.Start();

            void Take(string name, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
            {
                var all = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value as string, StringComparer.Ordinal);
                if (all.GetValueOrDefault("server.address") == host)
                {
                    _measured.Enqueue((name, value, all.GetValueOrDefault("outcome")));
                }
            }
        }

        public void Dispose() => _listener.Dispose();

        internal double Sum(string name, string? outcome = null) =>
            _measured.Where(one => one.Name == name && (outcome is null || one.Outcome == outcome)).Sum(one => one.Value);
    }
}
