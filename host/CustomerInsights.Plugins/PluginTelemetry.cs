using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CustomerInsights.Plugins;

/// <summary>Figures and traces of the plugin host, under the meter and the source <c>CustomerInsights.Plugins</c>.</summary>
internal static class PluginTelemetry
{
    internal const string Name = "CustomerInsights.Plugins";

    internal static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    internal static readonly Counter<long> LeakedContexts = Meter.CreateCounter<long>(
        "plugin_contexts_leaked", description: "Stopped plugin versions that did not leave memory.");

    internal static readonly Counter<long> HttpRequests = Meter.CreateCounter<long>(
        "plugin_http_requests", description: "Requests of plugins, by plugin, host and outcome: a status, 'refused' or 'failed'.");

    internal static readonly Counter<long> HttpRetries = Meter.CreateCounter<long>(
        "plugin_http_retries", description: "Further tries of requests, by plugin and host.");

    internal static readonly Counter<long> HttpBytes = Meter.CreateCounter<long>(
        "plugin_http_received", "By", "Bytes of bodies that plugins received, after decompression, by plugin and host.");

    internal static readonly Histogram<double> HttpDuration = Meter.CreateHistogram<double>(
        "plugin_http_duration", "s", "From the request to the headers of its last response, waits included, by plugin and host.");

    /// <summary>Those that a worker measures for its host.</summary>
    internal static readonly IReadOnlyList<Instrument> MeasuredInWorkers = [HttpRequests, HttpRetries, HttpBytes, HttpDuration];
}
