using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Sdk;

/// <summary>
/// Everything of the host that a component may touch. One instance per connection, dead with it. All members are safe for
/// any thread. Keep no reference after the call or after dispose.
/// </summary>
public interface IPluginContext
{
    /// <summary>Which plugin this is, as the host sees it.</summary>
    PluginIdentity Plugin { get; }

    /// <summary>The connection or source that is being served; opaque and stable.</summary>
    string ConnectionId { get; }

    /// <summary>Tagged with plugin, version and connection; secrets are redacted, floods are cut. Log counts and ids, never people's data.</summary>
    ILogger Log { get; }

    /// <summary>The network: declared hosts, with time-outs, retries and limits. Do not make an <see cref="HttpClient"/> with <c>new</c>: a sandbox has no other way out.</summary>
    IPluginHttp Http { get; }

    /// <summary>What must be remembered between runs.</summary>
    IPluginStorage Storage { get; }

    /// <summary>Opens secret settings.</summary>
    ISecrets Secrets { get; }

    /// <summary>For meters; the host disposes them with the plugin. Do not make meters with <c>new</c>: they keep the plugin from unloading.</summary>
    IMeterFactory Meters { get; }

    /// <summary>The only clock. A test may set it.</summary>
    TimeProvider Clock { get; }

    /// <summary>What an admin has allowed the plugin to reach on this machine.</summary>
    PluginGrants Grants { get; }

    /// <summary>Cancelled when the plugin is stopped or unloaded.</summary>
    CancellationToken Stopping { get; }

    /// <summary>Tells people how far the run is. Cheap; the host keeps the latest.</summary>
    /// <param name="progress">The news.</param>
    void Report(PluginProgress progress);
}
