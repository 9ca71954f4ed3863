using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Tests.Http;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Plugins.Workers;
using CustomerInsights.Plugins.Workers.Protocol;

namespace CustomerInsights.Plugins.Tests.Workers;

/// <summary>Whoever listens to meters in the host hears a plugin in a worker as one in process.</summary>
public sealed class MeasurementTests : IAsyncLifetime
{
    private static readonly PluginLimits Limits = WebSandbox.Limits with { WorkerMeasure = TimeSpan.FromMilliseconds(100) };

    private readonly WebSandbox _web = new();
    private readonly Heard _heard = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _heard.Dispose();
        await _web.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Isolations.OfThisSystem), MemberType = typeof(Isolations))]
    public async Task What_a_plugin_measures_is_heard_in_the_host(IsolationMode isolation)
    {
        await _web.StartAsync(isolation, limits: Limits);
        await using var source = await _web.OpenAsync("https://api.acme.example/", how: "measure");
        await source.CheckAsync(default);
        await Eventually.TrueAsync(() => _heard.Observed("depth") == 9, () => "no depth");
        Assert.Equal(5, _heard.Sum("test.web", "rows", "kind=a"));
        Assert.Equal(1, _heard.Sum("test.web", "rows", "kind=b"));
        Assert.Equal(3, _heard.Sum("test.web", "open"));
        Assert.Equal([0.5, 1.5], _heard.Values("test.web", "sizes"));
        Assert.Equal([7.5], _heard.Values("test.web", "level"));
        var rows = _heard.Instruments["rows"];
        Assert.Equal(("2", "{row}", "Rows that were read."), (rows.Meter.Version, rows.Unit, rows.Description));
        Assert.Contains(new("plugin.id", "test.web"), rows.Meter.Tags!);
    }

    [Theory]
    [MemberData(nameof(Isolations.OfThisSystem), MemberType = typeof(Isolations))]
    public async Task The_hosts_figures_of_requests_are_there_wherever_the_plugin_runs(IsolationMode isolation)
    {
        await using var server = new ScriptedServer(Reply.Text("hello"));
        await _web.StartAsync(isolation, limits: Limits);
        Assert.Equal("hello", await _web.AskAsync(server.Url));
        var tags = $"plugin.id=test.web server.address={RetryTests.Host(server)}";
        await Eventually.TrueAsync(() => _heard.Sum("CustomerInsights.Plugins", "plugin_http_received", tags) == 5, () => "no bytes");
        Assert.Equal(1, _heard.Sum("CustomerInsights.Plugins", "plugin_http_requests", $"outcome=200 {tags}"));
    }

    [Fact]
    public async Task A_flood_of_series_in_a_worker_is_cut_and_counted()
    {
        await _web.StartAsync(IsolationMode.Process, limits: Limits);
        await _web.AskAsync("https://api.acme.example/", how: "measureFlood");
        await Eventually.TrueAsync(
            () => _web.Loggers.Lines.Any(line => line.Text.EndsWith("measurements of the plugin were dropped: too many values, series or instruments, or none that can be understood.", StringComparison.Ordinal)),
            () => string.Join('\n', _web.Loggers.Lines));
        Assert.InRange(_heard.Sum("test.web.flood", "flood"), 900, 1000);
    }

    [Fact]
    public void What_a_worker_says_it_measured_is_believed_within_limits()
    {
        using var meters = new PluginMeters("test.forged", "1.0.0");
        using var loggers = new RecordingLoggers();
        var secrets = new RevealedSecrets();
        secrets.Add("s3cret-value");
        var forwarded = new ForwardedMeters(meters, "test.forged", secrets, loggers.CreateLogger("meters"));
        static InstrumentNews News(string meter, string name, params SeriesNews[] series) => new(meter, name, InstrumentKind.Counter, series);
        forwarded.Take(new([News("test.forged", "fine", new SeriesNews(["token", "s3cret-value"], [1]))], 0));
        Assert.Equal(1, _heard.Sum("test.forged", "fine", "token=***"));
        forwarded.Take(new([News("CustomerInsights.Plugins", "plugin_http_requests", new SeriesNews(["plugin.id", "acme.other", "server.address", "forged.example"], [4]))], 0));
        Assert.Equal(4, _heard.Sum("CustomerInsights.Plugins", "plugin_http_requests", "plugin.id=test.forged server.address=forged.example"));
        Assert.Empty(loggers.Lines);

        forwarded.Take(new(
            [
                News("a meter", "n", new SeriesNews([], [1])),
                News("test.forged", "", new SeriesNews([], [1])),
                News("test.forged", "odd", new SeriesNews(["tag"], [1])),
                News("test.forged", "negative", new SeriesNews([], [-1])),
                News("test.forged", "infinite", new SeriesNews([], [double.PositiveInfinity])),
                News("test.forged", "many", new SeriesNews([.. Enumerable.Repeat("x", 22)], [1])),
                new("test.forged", "kind", (InstrumentKind)9, [new SeriesNews([], [1])]),
                News("CustomerInsights.Plugins", "plugin_contexts_leaked", new SeriesNews([], [1])),
                null!,
                new("test.forged", "null", InstrumentKind.Counter, [null!, new SeriesNews(null!, null!)]),
            ],
            0));
        Assert.StartsWith("8 measurements of the plugin were dropped", Assert.Single(loggers.Lines).Text, StringComparison.Ordinal);
        for (var i = 0; i < ForwardedMeters.MostInstruments + 10; i++)
        {
            forwarded.Take(new([News("test.forged", $"i{i}", new SeriesNews([], [1]))], 0));
        }

        Assert.InRange(_heard.Instruments.Values.Count(instrument => instrument.Meter.Name == "test.forged"), ForwardedMeters.MostInstruments - 10, ForwardedMeters.MostInstruments);
        for (var i = 0; i < ForwardedMeters.MostSeries + 10; i++)
        {
            forwarded.Take(new([News("test.forged", "fine", new SeriesNews(["i", $"{i}"], [1]))], 0));
        }

        Assert.InRange(_heard.Sum("test.forged", "fine"), ForwardedMeters.MostSeries - ForwardedMeters.MostInstruments - 10, ForwardedMeters.MostSeries);
    }

    private sealed class Heard : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Meter, string Name, string Tags, double Value)> _measured = new();

        internal Heard()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name is "CustomerInsights.Plugins" or "test.web" or "test.web.flood" or "test.forged")
                {
                    Instruments[instrument.Name] = instrument;
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
            _listener.SetMeasurementEventCallback<decimal>((instrument, value, tags, _) => Take(instrument, (double)value, tags));
            _listener.Start();
        }

        internal ConcurrentDictionary<string, Instrument> Instruments { get; } = new(StringComparer.Ordinal);

        public void Dispose() => _listener.Dispose();

        internal double Sum(string meter, string name, string? tags = null) =>
            _measured.Where(one => one.Meter == meter && one.Name == name && (tags is null || one.Tags == tags)).Sum(one => one.Value);

        internal IEnumerable<double> Values(string meter, string name) => _measured.Where(one => one.Meter == meter && one.Name == name).Select(one => one.Value);

        /// <summary>The last value of one that must be asked in process, and that a worker sends by itself.</summary>
        internal double Observed(string name)
        {
            _listener.RecordObservableInstruments();
            return Values("test.web", name).LastOrDefault(double.NaN);
        }

        private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var text = string.Join(' ', tags.ToArray().OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"));
            _measured.Enqueue((instrument.Meter.Name, instrument.Name, text, value));
        }
    }
}
