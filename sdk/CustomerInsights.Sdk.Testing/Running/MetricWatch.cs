using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>Keeps the names and tags of what a plugin measures in this process.</summary>
internal sealed class MetricWatch : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _texts = new();

    internal MetricWatch(string pluginId)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Tags?.Any(tag => tag.Key == "plugin.id" && Equals(tag.Value, pluginId)) == true)
            {
                _texts.Enqueue($"{instrument.Meter.Name} {instrument.Name} {instrument.Description}");
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => Keep(tags));
        _listener.SetMeasurementEventCallback<int>((_, _, tags, _) => Keep(tags));
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) => Keep(tags));
        _listener.Start();
    }

    internal IReadOnlyList<string> Texts => [.. _texts];

    public void Dispose() => _listener.Dispose();

    private void Keep(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            _texts.Enqueue($"{tag.Key} {tag.Value}");
        }
    }
}
