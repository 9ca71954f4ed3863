using System.Diagnostics.Metrics;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Bench;

/// <summary>The least of a host that lets a connector read.</summary>
internal sealed class BenchContext(string root) : IPluginContext
{
    public PluginIdentity Plugin { get; } = new("customer-insights.csv-connector", "0.9.0", SdkInfo.Version, "inProcess");

    public string ConnectionId => "bench";

    public ILogger Log => NullLogger.Instance;

    public IPluginHttp Http => throw new NotSupportedException("The connector has no network.");

    public IPluginStorage Storage => throw new NotSupportedException("The connector keeps nothing.");

    public ISecrets Secrets => throw new NotSupportedException("The connector has no secrets.");

    public IMeterFactory Meters => throw new NotSupportedException("The connector has no meters.");

    public TimeProvider Clock => TimeProvider.System;

    public PluginGrants Grants { get; } = new([root]);

    public CancellationToken Stopping => CancellationToken.None;

    public void Report(PluginProgress progress)
    {
        // Nobody watches.
    }
}
