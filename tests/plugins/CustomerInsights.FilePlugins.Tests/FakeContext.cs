using System.Diagnostics.Metrics;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.FilePlugins.Tests;

/// <summary>A host that grants folders and nothing else.</summary>
internal sealed class FakeContext(params string[] roots) : IPluginContext
{
    public PluginIdentity Plugin { get; } = new("customer-insights.test", "0.9.0", SdkInfo.Version, "inProcess");

    public string ConnectionId => "test";

    public ILogger Log => NullLogger.Instance;

    public IPluginHttp Http => throw new NotSupportedException();

    public IPluginStorage Storage => throw new NotSupportedException();

    public ISecrets Secrets => throw new NotSupportedException();

    public IMeterFactory Meters => throw new NotSupportedException();

    public TimeProvider Clock { get; } = new SteppedClock();

    public PluginGrants Grants { get; } = new(roots);

    public CancellationToken Stopping => CancellationToken.None;

    public List<PluginProgress> Progress { get; } = [];

    public void Report(PluginProgress progress) => Progress.Add(progress);
}

/// <summary>A clock that stands still until it is moved.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 11, 22, 9, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public void Advance(TimeSpan span) => _now += span;
}
