using System.Diagnostics.Metrics;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Workers.Protocol;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Workers;

/// <summary>
/// Measures again here what was measured in a worker, so that whoever listens in the host hears a plugin alike in both.
/// A worker may say what it likes: instruments, series and texts have an end, and all are tagged with the plugin that they come from.
/// </summary>
internal sealed class ForwardedMeters(PluginMeters meters, string pluginId, RevealedSecrets secrets, ILogger log)
{
    internal const int MostInstruments = 200;
    internal const int MostSeries = 2000;
    private const int MostTags = 10;
    private const int MaxName = 255;
    private const int MaxText = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Meter, string? Version, string Name, InstrumentKind Kind), Instrument> _instruments = [];
    private readonly HashSet<string> _series = new(StringComparer.Ordinal);

    /// <summary>Takes a batch; what is beyond the caps or makes no sense is left out, and the log says how much.</summary>
    internal void Take(MeasurementNews news)
    {
        var dropped = Math.Max(0, news.Dropped);
        lock (_lock)
        {
            foreach (var instrument in news.Instruments ?? [])
            {
                foreach (var series in instrument?.Series ?? [])
                {
                    dropped += TryMeasure(instrument!, series) ? 0 : series?.Values?.Count ?? 0;
                }
            }
        }

        if (dropped > 0)
        {
            WorkerLog.MeasurementsDropped(log, dropped);
        }
    }

    private bool TryMeasure(InstrumentNews news, SeriesNews series)
    {
        if (series is not { Tags: { } texts, Values: { } values } || texts.Count % 2 != 0 || texts.Count > MostTags * 2 || !values.All(double.IsFinite)
            || (news.Kind == InstrumentKind.Counter && values.Any(value => value < 0)) || Find(news) is not { } instrument)
        {
            return false;
        }

        var tags = Tags(texts, isHosts: news.Meter == PluginTelemetry.Name);
        var key = $"{news.Meter}\u001F{news.Name}\u001F{string.Join('\u001F', tags)}";
        if (!_series.Contains(key))
        {
            if (_series.Count >= MostSeries)
            {
                return false;
            }

            _series.Add(key);
        }

        foreach (var value in values)
        {
            Measure(instrument, value, tags);
        }

        return true;
    }

    // The host's own figures of requests are measured in the worker as well; they go where they would have gone here.
    private Instrument? Find(InstrumentNews news)
    {
        if (news.Meter == PluginTelemetry.Name)
        {
            return PluginTelemetry.MeasuredInWorkers.FirstOrDefault(own => own.Name == news.Name);
        }

        if (!IsName(news.Meter) || !IsName(news.Name))
        {
            return null;
        }

        var key = (news.Meter, news.MeterVersion, news.Name, news.Kind);
        if (!_instruments.TryGetValue(key, out var instrument) && _instruments.Count < MostInstruments)
        {
            var meter = meters.Create(new MeterOptions(news.Meter) { Version = Cut(news.MeterVersion) });
            var (unit, description) = (Cut(news.Unit), Cut(news.Description));
            instrument = news.Kind switch
            {
                InstrumentKind.Counter => meter.CreateCounter<double>(news.Name, unit, description),
                InstrumentKind.UpDownCounter => meter.CreateUpDownCounter<double>(news.Name, unit, description),
                InstrumentKind.Histogram => meter.CreateHistogram<double>(news.Name, unit, description),
                InstrumentKind.Gauge => meter.CreateGauge<double>(news.Name, unit, description),
                _ => null,
            };
            if (instrument is not null)
            {
                _instruments.Add(key, instrument);
            }
        }

        return instrument;
    }

    private static void Measure(Instrument instrument, double value, KeyValuePair<string, object?>[] tags)
    {
        switch (instrument)
        {
            case Counter<double> counter:
                counter.Add(value, tags);
                break;
            case Counter<long> counter:
                counter.Add((long)value, tags);
                break;
            case UpDownCounter<double> counter:
                counter.Add(value, tags);
                break;
            case Histogram<double> histogram:
                histogram.Record(value, tags);
                break;
            case Gauge<double> gauge:
                gauge.Record(value, tags);
                break;
        }
    }

    private KeyValuePair<string, object?>[] Tags(IReadOnlyList<string> texts, bool isHosts)
    {
        var tags = new KeyValuePair<string, object?>[texts.Count / 2];
        for (var i = 0; i < tags.Length; i++)
        {
            // Which plugin it is, the worker does not say.
            var name = Cut(texts[2 * i]) ?? "";
            tags[i] = new(name, isHosts && name == "plugin.id" ? pluginId : Cut(secrets.Redact(texts[(2 * i) + 1] ?? "")));
        }

        return tags;
    }

    private static bool IsName(string? name) => name is { Length: > 0 and <= MaxName } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/');

    private static string? Cut(string? text) => text is null ? null : FailureText.Cut(text, MaxText);
}
