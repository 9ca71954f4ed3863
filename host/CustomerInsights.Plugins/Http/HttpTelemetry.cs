using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Plugins.Boundary;

namespace CustomerInsights.Plugins.Http;

/// <summary>Counts and traces one connection's requests. Hosts are as the manifest names them, so that a wildcard is one host and not a thousand.</summary>
internal sealed class HttpTelemetry(string pluginId, string connectionId, Func<string, string> clean, TimeProvider clock)
{
    /// <summary>Begins a request; the query and the user of its address are left out, and secrets cut.</summary>
    internal Activity? Begin(HttpRequestMessage request)
    {
        var activity = PluginTelemetry.Activities.StartActivity($"{request.Method}", ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("plugin.id", pluginId).SetTag("plugin.connection", connectionId)
                .SetTag("http.request.method", request.Method.Method)
                .SetTag("server.address", request.RequestUri!.IdnHost)
                .SetTag("server.port", request.RequestUri.Port)
                .SetTag("url.full", clean(SafeUrl.Of(request.RequestUri)));
        }

        return activity;
    }

    internal void Repeated(string host) => PluginTelemetry.HttpRetries.Add(1, Tag(pluginId), Tag(host, "server.address"));

    internal void Received(string host, long bytes) => PluginTelemetry.HttpBytes.Add(bytes, Tag(pluginId), Tag(host, "server.address"));

    /// <param name="activity">The request's.</param>
    /// <param name="host">As the manifest names it.</param>
    /// <param name="outcome">The status, or a word for what came instead of one.</param>
    /// <param name="sent">Tries and hops.</param>
    /// <param name="begun">When, as a timestamp of the clock.</param>
    internal void Ended(Activity? activity, string host, string outcome, int sent, long begun)
    {
        PluginTelemetry.HttpRequests.Add(1, Tag(pluginId), Tag(host, "server.address"), Tag(outcome, "outcome"));
        PluginTelemetry.HttpDuration.Record(clock.GetElapsedTime(begun).TotalSeconds, Tag(pluginId), Tag(host, "server.address"));
        activity?.SetTag("http.response.status_code", int.TryParse(outcome, NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : null)
            .SetTag("http.request.resend_count", Math.Max(0, sent - 1));
    }

    internal void Failed(Activity? activity, string message) => activity?.SetStatus(ActivityStatusCode.Error, FailureText.Cut(clean(message), 300));

    private static KeyValuePair<string, object?> Tag(string value, string name = "plugin.id") => new(name, value);
}
