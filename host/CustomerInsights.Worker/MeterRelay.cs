using System.Diagnostics.Metrics;
using System.Globalization;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Workers.Protocol;

namespace CustomerInsights.Worker;

/// <summary>
/// Collects what is measured in this process, by the plugin and by the host's own code around it, and gives it away in
/// batches. A measurement costs a look into a dictionary; what is beyond the caps is counted and dropped. Safe for any thread.
/// </summary>
internal sealed class MeterRelay : IDisposable
{
    internal const int MostSeries = 1000;
    internal const int MostValues = 1000;
    private const int MostTags = 10;
    private const int MaxText = 100;

    private readonly Lock _lock = new();
    private readonly List<Relayed> _instruments = [];
    private readonly MeterListener _listener = new();
    private int _series;
    private long _dropped;

    internal MeterRelay()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (KindOf(instrument) is { } kind && (PluginMeters.IsOfPlugin(instrument.Meter) || instrument.Meter.Name == PluginTelemetry.Name))
            {
                var relayed = new Relayed(instrument, kind.Kind, kind.IsTotal);
                lock (_lock)
                {
                    _instruments.Add(relayed);
                }

                listener.EnableMeasurementEvents(instrument, relayed);
            }
        };
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => Take(value, tags, state));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => Take(value, tags, state));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Take(value, tags, state));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Take(value, tags, state));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Take(value, tags, state));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Take(value, tags, state));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => Take((double)value, tags, state));
        _listener.Start();
    }

    /// <summary>What was measured since the last time; null when nothing was.</summary>
    /// <param name="observe">Whether to ask the observable ones, which runs code of the plugin.</param>
    internal MeasurementNews? TakeAll(bool observe)
    {
        try
        {
            if (observe)
            {
                _listener.RecordObservableInstruments();
            }
        }
        catch (AggregateException)
        {
            // Those that did not throw have been asked.
        }

        lock (_lock)
        {
            var instruments = _instruments.Select(instrument => instrument.Take()).OfType<InstrumentNews>().ToList();
            var (dropped, _) = (_dropped, _dropped = 0);
            return instruments.Count == 0 && dropped == 0 ? null : new(instruments, dropped);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var instrument = (Relayed)state!;
        var texts = Texts(tags);
        var key = string.Join('\u001F', texts);
        lock (_lock)
        {
            if (!instrument.Series.TryGetValue(key, out var series))
            {
                if (_series >= MostSeries)
                {
                    _dropped++;
                    return;
                }

                _series++;
                instrument.Series.Add(key, series = new Series(texts));
            }

            if (!series.Add(value, instrument))
            {
                _dropped++;
            }
        }
    }

    // The order of tags says nothing, and their values may be any objects of the plugin's: text is made of them at once.
    private static string[] Texts(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var sorted = tags.ToArray().OrderBy(tag => tag.Key, StringComparer.Ordinal).Take(MostTags);
        return [.. sorted.SelectMany(tag => new[] { Cut(tag.Key), Cut(Convert.ToString(tag.Value, CultureInfo.InvariantCulture)) })];
    }

    private static string Cut(string? text) => text is null ? "" : text.Length <= MaxText ? text : text[..MaxText];

    private static (InstrumentKind Kind, bool IsTotal)? KindOf(Instrument instrument)
    {
        var type = instrument.GetType();
        return (type.IsGenericType ? type.GetGenericTypeDefinition() : null) switch
        {
            var generic when generic == typeof(Counter<>) => (InstrumentKind.Counter, false),
            var generic when generic == typeof(UpDownCounter<>) => (InstrumentKind.UpDownCounter, false),
            var generic when generic == typeof(Histogram<>) => (InstrumentKind.Histogram, false),
            var generic when generic == typeof(Gauge<>) || generic == typeof(ObservableGauge<>) => (InstrumentKind.Gauge, false),
            var generic when generic == typeof(ObservableCounter<>) => (InstrumentKind.Counter, true),
            var generic when generic == typeof(ObservableUpDownCounter<>) => (InstrumentKind.UpDownCounter, true),
            _ => null,
        };
    }

    private sealed class Relayed(Instrument instrument, InstrumentKind kind, bool isTotal)
    {
        internal InstrumentKind Kind => kind;

        /// <summary>True when each value is the sum so far, as observable counters give it.</summary>
        internal bool IsTotal => isTotal;

        internal Dictionary<string, Series> Series { get; } = new(StringComparer.Ordinal);

        internal InstrumentNews? Take()
        {
            var series = Series.Values.Select(one => one.Take()).OfType<SeriesNews>().ToList();
            return series.Count == 0 ? null : new(instrument.Meter.Name, instrument.Name, kind, series)
            {
                MeterVersion = instrument.Meter.Version,
                Unit = instrument.Unit,
                Description = instrument.Description,
            };
        }
    }

    private sealed class Series(string[] tags)
    {
        private readonly List<double> _values = [];
        private double _total;

        internal bool Add(double value, Relayed instrument)
        {
            if (instrument.IsTotal)
            {
                (value, _total) = (value - _total, value);
            }

            if (_values.Count == 0 || instrument.Kind == InstrumentKind.Histogram)
            {
                if (_values.Count >= MostValues)
                {
                    return false;
                }

                _values.Add(value);
            }
            else
            {
                _values[0] = instrument.Kind == InstrumentKind.Gauge ? value : _values[0] + value;
            }

            return true;
        }

        internal SeriesNews? Take()
        {
            if (_values.Count == 0)
            {
                return null;
            }

            var news = new SeriesNews(tags, [.. _values]);
            _values.Clear();
            return news;
        }
    }
}
