using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Sdk;

namespace CustomerInsights.Host.Features.Plugins;

/// <summary>
/// A run's progress as people see it: what is done is what the host has counted; the plugin's words say what it does, and its estimate of the
/// whole counts where the host knows none. Safe for any thread.
/// </summary>
internal sealed class RunProgress(JobContext job, string doing)
{
    private readonly Lock _lock = new();
    private string _doing = doing;
    private long _done;
    private long? _total;
    private PluginProgress? _said;

    /// <summary>The host has counted.</summary>
    public void Count(long done, long? total, string doing)
    {
        lock (_lock)
        {
            (_done, _total, _doing) = (done, total, doing);
            Report();
        }
    }

    /// <summary>The plugin has spoken.</summary>
    public void Say(PluginProgress progress)
    {
        lock (_lock)
        {
            _said = progress;
            Report();
        }
    }

    private void Report() => job.Report(_done, _total ?? _said?.Total, _said?.Message is { Length: > 0 } message ? $"{_doing}: {message}" : _doing);
}
