using System.Diagnostics.Metrics;

namespace CustomerInsights.Plugins;

/// <summary>Figures of the plugin host, under the meter <c>CustomerInsights.Plugins</c>.</summary>
internal static class PluginTelemetry
{
    private static readonly Meter Meter = new("CustomerInsights.Plugins");

    internal static readonly Counter<long> LeakedContexts = Meter.CreateCounter<long>(
        "plugin_contexts_leaked", description: "Stopped plugin versions that did not leave memory.");
}
