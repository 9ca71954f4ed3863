using CustomerInsights.Plugins.Context;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Http;

/// <summary>What the requests of one connection need of the host.</summary>
internal sealed record PluginHttpParts(string PluginId, string ConnectionId, NetworkRules Rules, IDialer Dialer, SignsOfLife Signs, TimeProvider Clock, ILogger Log)
{
    /// <summary>Times and sizes.</summary>
    internal PluginHttpLimits Limits { get; init; } = new();

    /// <summary>Requests at once.</summary>
    internal int Concurrency { get; init; } = new PluginHttpLimits().Concurrency;

    /// <summary>Requests in any minute; null for no limit.</summary>
    internal int? RequestsPerMinute { get; init; }

    /// <summary>Numbers from 0 to 1, for jitter.</summary>
    internal Func<double> Random { get; init; } = System.Random.Shared.NextDouble;

    /// <summary>Cuts secrets out of what leaves for a trace.</summary>
    internal Func<string, string> Clean { get; init; } = static text => text;

    /// <summary>Ends every wait and every request.</summary>
    internal CancellationToken Stopping { get; init; }
}
