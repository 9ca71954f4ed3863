using CustomerInsights.Plugins.Http;

namespace CustomerInsights.Plugins;

/// <summary>How long things may take. The defaults are the SDK's promises; tests make them shorter.</summary>
public sealed record PluginLimits
{
    /// <summary>A check, unless the manifest asks for more. Default: 30 s.</summary>
    public TimeSpan Check { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A discovery, unless the manifest asks for more. Default: 120 s.</summary>
    public TimeSpan Discover { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Between two messages, and for a batch of an enrichment or export, unless the manifest asks for more. Default: 10 min.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Start-up, constructors, descriptions and disposal. Default: 5 s.</summary>
    public TimeSpan Short { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the cancelling of a call to its being abandoned. Default: 5 s.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the wish to stop a plugin to the cancelling of its running calls. Default: 5 s.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a version may go on with what it has open after another has taken its place. Default: 1 h.</summary>
    public TimeSpan SwapDrain { get; init; } = TimeSpan.FromHours(1);

    /// <summary>First wait after a fault; doubles with every further one. Default: 30 s.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Faults in a row before nothing but a person tries again. Default: 5.</summary>
    public int FaultsBeforeGivingUp { get; init; } = 5;

    /// <summary>A run of this length without a fault makes the earlier ones forgotten. Default: 5 min.</summary>
    public TimeSpan FaultsForgottenAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Bug failures in a row that make a fault. Default: 5.</summary>
    public int BugsBeforeFault { get; init; } = 5;

    /// <summary>A span without failure after which a degraded plugin counts as well again. Default: 1 min.</summary>
    public TimeSpan HealthyAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>When to look again whether a stopped version has left memory, each counted from the one before. Default: 1, 9 and 50 min.</summary>
    public IReadOnlyList<TimeSpan> UnloadRechecks { get; init; } = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(50)];

    /// <summary>Log lines a second that a plugin may write; the rest is counted and dropped. Default: 50, with bursts of four times as many.</summary>
    public int LogLinesPerSecond { get; init; } = 50;

    /// <summary>A plugin's requests.</summary>
    public PluginHttpLimits Http { get; init; } = new();

    /// <summary>From the start of a worker process to its having the plugin loaded. Default: 30 s.</summary>
    public TimeSpan WorkerStart { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two questions whether a worker is there; three without an answer end it. Default: 5 s.</summary>
    public TimeSpan WorkerPing { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between two reports of a worker's measurements. Default: 5 s.</summary>
    public TimeSpan WorkerMeasure { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a worker lives on with nothing open in it. Default: 5 min.</summary>
    public TimeSpan WorkerIdle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Memory of a worker in MB, unless the manifest asks for more or less. Default: 512.</summary>
    public int WorkerMemoryMb { get; init; } = 512;
}
