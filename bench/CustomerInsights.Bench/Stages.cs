using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace CustomerInsights.Bench;

/// <summary>Times that meters tell while it lives, by instrument and tag; and how long work waits for a thread of the pool.</summary>
internal sealed class Stages : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, List<double>> _found = new(StringComparer.Ordinal);
    private readonly Timer _probe;

    public Stages(params IReadOnlyList<string> meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (meters.Contains(instrument.Meter.Name))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument.Name, tags, value * 1000));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument.Name, tags, value));
        _listener.Start();
        _probe = new Timer(_ => ThreadPool.UnsafeQueueUserWorkItem(began => Add("thread pool wait", [], Stopwatch.GetElapsedTime(began).TotalMilliseconds), Stopwatch.GetTimestamp(), preferLocal: false), null, 5, 5);
    }

    public void Tell()
    {
        lock (_lock)
        {
            foreach (var (name, values) in _found.Where(pair => !pair.Key.Contains("log", StringComparison.Ordinal)))
            {
                values.Sort();
                double At(double part) => values[Math.Min(values.Count - 1, (int)(values.Count * part))];
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"    {name,-34} p50 {At(0.5),7:0.00}  p90 {At(0.9),7:0.00}  p99 {At(0.99),7:0.00}  max {values[^1],7:0.0}  sum {values.Sum(),8:0}  n {values.Count:N0}"));
            }
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _probe.Dispose();
    }

    private void Add(string name, ReadOnlySpan<KeyValuePair<string, object?>> tags, double value)
    {
        foreach (var (_, tag) in tags)
        {
            name = $"{name} {tag}";
        }

        lock (_lock)
        {
            if (!_found.TryGetValue(name, out var values))
            {
                _found.Add(name, values = []);
            }

            values.Add(value);
        }
    }
}
