using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Tests.Context;

public sealed class PluginContextTests
{
    private readonly RecordingLoggers _loggers = new();
    private readonly RevealedSecrets _secrets = new();
    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UnixEpoch);

    [Fact]
    public void A_secret_is_cut_out_of_lines_scopes_and_exceptions_in_every_form()
    {
        _secrets.Add("p@ss word");
        var log = Logger(1000);
        using (log.BeginScope("token p@ss word"))
        {
            log.LogError(new InvalidOperationException("bad p@ss word"), "tried {Url} and {Basic}", "https://x/?k=p%40ss%20word", Convert.ToBase64String("p@ss word"u8));
        }

        var line = Assert.Single(_loggers.Lines).Text;
        Assert.StartsWith("tried https://x/?k=*** and ***", line, StringComparison.Ordinal);
        Assert.Contains("bad ***", line, StringComparison.Ordinal);
        Assert.Contains("token ***", _loggers.Kept);
    }

    [Fact]
    public void A_flood_is_cut_and_counted()
    {
        var log = Logger(10);
        for (var i = 0; i < 100; i++)
        {
            log.LogInformation("line");
        }

        Assert.Equal(40, _loggers.Lines.Count);
        _clock.Advance(TimeSpan.FromSeconds(1));
        log.LogInformation("after");
        Assert.Equal("60 log lines of the plugin were dropped: it writes too many.", _loggers.Lines.ElementAt(40).Text);
        Assert.Equal("after", _loggers.Lines.Last().Text);
    }

    [Fact]
    public void What_reaches_the_hosts_log_providers_is_text_and_nothing_of_the_plugin()
    {
        Logger(100).LogError(new InvalidOperationException("boom"), "a {Thing}", new Uri("https://example.com/"));
        Assert.All(_loggers.Kept, kept => Assert.True(kept is null or string or IReadOnlyDictionary<string, object>, $"{kept?.GetType()}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a key")]
    [InlineData("a\\b")]
    public async Task A_storage_key_is_held_to_the_rules(string key)
    {
        var storage = new CheckedStorage(new RecordingServices(), 10);
        var error = await Assert.ThrowsAsync<PluginException>(async () => await storage.GetAsync(key, default));
        Assert.Equal($"'{key}' is not a storage key: 1 to 200 letters, digits and _ - . /", error.Message);
    }

    [Fact]
    public async Task A_value_above_the_quota_is_refused()
    {
        var storage = new CheckedStorage(new RecordingServices(), 10);
        var error = await Assert.ThrowsAsync<PluginException>(async () => await storage.PutAsync("k", new byte[11], null, null, default));
        Assert.Equal(FailureKind.Permanent, error.Kind);
        Assert.Equal("The value of 'k' has 11 bytes; the plugin's storage holds 10 (capabilities.storage.maxBytes in its manifest).", error.Message);
    }

    [Fact]
    public void Meters_die_with_the_plugin()
    {
        var meters = new PluginMeters("test.healthy", "1.0.0");
        var seen = new List<string>();
        using var listener = new System.Diagnostics.Metrics.MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "test.meters")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
            MeasurementsCompleted = (instrument, _) => seen.Add(instrument.Name),
        };
        listener.Start();
        var meter = meters.Create(new("test.meters"));
        Assert.Same(meter, meters.Create(new("test.meters")));
        meter.CreateCounter<long>("rows");
        meters.Dispose();
        Assert.Equal(["rows"], seen);
        Assert.Throws<ObjectDisposedException>(() => meters.Create(new("test.meters")));
    }

    private PluginLogger Logger(int perSecond) =>
        new PluginLoggers(_loggers, "test.healthy", "1.0.0", _secrets, new LogThrottle(_clock, perSecond)).Create(null, "c1");
}
